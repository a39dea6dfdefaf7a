// Plots by name, each fetched with the charts library when the first one is shown.
import { lazy } from 'react';

const plots = () => import('./plots.tsx');

export const StackedAreas = lazy(async () => ({ default: (await plots()).StackedAreas }));
export const BurnUpPlot = lazy(async () => ({ default: (await plots()).BurnUpPlot }));
export const Bars = lazy(async () => ({ default: (await plots()).Bars }));
