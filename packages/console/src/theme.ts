// The look: one calm accent, dense type, aligned numbers.
import {
  ActionIcon,
  Alert,
  Badge,
  Button,
  createTheme,
  type CSSVariablesResolver,
  defaultVariantColorsResolver,
  Menu,
  Modal,
  Table,
  Tooltip,
  type VariantColorsResolver,
} from '@mantine/core';

const family = "'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

/** The tone that a colour's name stands for: red warns of harm, yellow asks for attention. */
const tones: Readonly<Record<string, string>> = {
  red: 'danger',
  yellow: 'warning',
  green: 'success',
  blue: 'info',
  gray: 'neutral',
};

function strong(color: unknown): string {
  return `var(--usher-${tones[String(color)] ?? 'info'})`;
}

function soft(color: unknown): string {
  return `var(--usher-${tones[String(color)] ?? 'info'}-soft)`;
}

/** Red buttons have the tone of danger, dark enough for white text; everything else is Mantine's own. */
const variantColors: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  if (input.color !== 'red') return colors;
  if (input.variant === 'filled') return { ...colors, background: '#c02f37', hover: '#a3242c', color: '#ffffff' };
  if (input.variant !== 'light' && input.variant !== 'subtle') return colors;
  const background = input.variant === 'light' ? soft('red') : 'transparent';
  return { ...colors, background, hover: soft('red'), color: strong('red'), border: '1px solid transparent' };
};

/** Mantine's theme for the console. */
export const theme = createTheme({
  fontFamily: family,
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace",
  headings: {
    fontFamily: family,
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '1rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  defaultRadius: 'sm',
  primaryColor: 'sea',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.32,
  cursorType: 'pointer',
  variantColorResolver: variantColors,
  colors: {
    sea: ['#eaf6f9', '#d5ebf1', '#abd8e4', '#7dc3d6', '#57b0c9', '#3d9fbb', '#1a7792', '#0b6782', '#0b566c', '#08475a'],
    dark: [
      '#d5dade',
      '#b3bcc3',
      '#93a0a9',
      '#6f7d87',
      '#3f4a52',
      '#323b42',
      '#262d33',
      '#1b2126',
      '#14191d',
      '#0e1215',
    ],
    gray: [
      '#f7f9fa',
      '#eff2f4',
      '#e3e8eb',
      '#d3dade',
      '#b9c3c9',
      '#8e9ba3',
      '#5f6d76',
      '#47535b',
      '#323c43',
      '#1f272c',
    ],
  },
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray' } }),
    Alert: Alert.extend({
      defaultProps: { radius: 'sm' },
      vars: (_theme, { color }) => ({
        root: { '--alert-bg': soft(color), '--alert-color': strong(color), '--alert-bd': `1px solid ${soft(color)}` },
      }),
    }),
    Badge: Badge.extend({ defaultProps: { radius: 'sm' } }),
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    // A thing to focus that is no item of the menu is nothing that belongs into one (ARIA, “menu”).
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    // A dialog stays until it is answered: the second press of a double click falls beside it, and would close it again.
    Modal: Modal.extend({
      defaultProps: { centered: true, closeOnClickOutside: false, overlayProps: { backgroundOpacity: 0.45 } },
      styles: { title: { fontWeight: 620, fontSize: '1rem', overflowWrap: 'anywhere' } },
    }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 6, horizontalSpacing: 'sm' } }),
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 300, withArrow: true, events: { hover: true, focus: true, touch: true } },
    }),
  },
});

/** The tones that states have, for both themes: text, its quiet background, and the fill of a bar. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#55636c',
    '--mantine-color-placeholder': '#66747d',
    '--mantine-color-error': '#a3242c',
    '--usher-page': '#f7f9fa',
    '--usher-surface': '#ffffff',
    '--usher-line': '#e0e6e9',
    '--usher-neutral': '#4a565e',
    '--usher-neutral-soft': '#eceff1',
    '--usher-info': '#0b5f79',
    '--usher-info-soft': '#e1f1f6',
    '--usher-success': '#1d6a3c',
    '--usher-success-soft': '#e2f3e8',
    '--usher-warning': '#7f4a00',
    '--usher-warning-soft': '#fdf0d8',
    '--usher-danger': '#a3242c',
    '--usher-danger-soft': '#fce8e8',
    '--usher-bar-success': '#2f8f57',
    '--usher-bar-info': '#2b8fad',
    '--usher-bar-offered': '#8cc3d3',
    '--usher-bar-neutral': '#c9d2d7',
    '--usher-bar-danger': '#cc444b',
    '--usher-bar-muted': '#9aa6ad',
  },
  dark: {
    '--mantine-color-dimmed': '#9caab3',
    '--mantine-color-placeholder': '#8a98a1',
    '--mantine-color-error': '#f59a9d',
    '--usher-page': '#14191d',
    '--usher-surface': '#1b2126',
    '--usher-line': '#2f383f',
    '--usher-neutral': '#b6c0c7',
    '--usher-neutral-soft': '#2a3238',
    '--usher-info': '#82cbe0',
    '--usher-info-soft': '#14343f',
    '--usher-success': '#83d3a2',
    '--usher-success-soft': '#16361f',
    '--usher-warning': '#f0bd6b',
    '--usher-warning-soft': '#3d2c10',
    '--usher-danger': '#f59a9d',
    '--usher-danger-soft': '#44191c',
    '--usher-bar-success': '#46ab70',
    '--usher-bar-info': '#3d9fbb',
    '--usher-bar-offered': '#2d6375',
    '--usher-bar-neutral': '#46525a',
    '--usher-bar-danger': '#d9575d',
    '--usher-bar-muted': '#6d7a83',
  },
});
