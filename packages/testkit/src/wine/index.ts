// A Windows under Wine, for tests.
export type { RegistryKeys, RegistryValue } from './registry-text.ts';
export { WinePrefix, type WineProcess, type WineResult, type WineRunOptions } from './wine-prefix.ts';
