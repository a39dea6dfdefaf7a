// The numeric codes that a person at the workstation sees, with the exit status of `usher-client start`.

/** The meaning of each numeric code, and the exit status that `usher-client start` ends with. */
export const startCodes = {
  1002: { name: 'workstation-pending', exitStatus: 10 },
  1004: { name: 'installation-key-not-valid', exitStatus: 12 },
  1005: { name: 'workstation-not-activated', exitStatus: 12 },
  1008: { name: 'workstation-disabled', exitStatus: 11 },
  2028: { name: 'version-prohibited', exitStatus: 28 },
  2029: { name: 'version-unknown', exitStatus: 28 },
  2030: { name: 'update-required', exitStatus: 20 },
  2031: { name: 'policy-expired', exitStatus: 40 },
  2040: { name: 'download-failed', exitStatus: 30 },
  2041: { name: 'verification-failed', exitStatus: 30 },
  2042: { name: 'installer-failed', exitStatus: 30 },
  2043: { name: 'disk-full', exitStatus: 30 },
  2044: { name: 'another-installation-running', exitStatus: 30 },
  2045: { name: 'restart-needed', exitStatus: 0 },
  2046: { name: 'rolled-back', exitStatus: 30 },
} as const;

/** A numeric code that a person at the workstation can meet. */
export type StartCode = keyof typeof startCodes;

/** Every numeric code, ascending. */
export const startCodeNumbers = Object.keys(startCodes).map(Number) as StartCode[];
