// Spanish, with every key of the English catalogue.
import type { Catalogue } from '../en/index.ts';
import app from './app.json';
import events from './events.json';
import failures from './failures.json';
import installers from './installers.json';
import overview from './overview.json';
import problems from './problems.json';
import security from './security.json';
import settings from './settings.json';
import updates from './updates.json';
import words from './words.json';
import workstations from './workstations.json';

export const catalogue: Catalogue = {
  ...app,
  ...events,
  ...failures,
  ...installers,
  ...overview,
  ...problems,
  ...security,
  ...settings,
  ...updates,
  ...words,
  ...workstations,
};
