// Reads whom a security descriptor (SDDL) names as owner, and whom it lets read or change what it belongs to.

/** One entry of the access list that lets somebody do something. */
interface Grant {
  /** The account or group, as SDDL writes it. */
  readonly sid: string;
  /** False where it may only read, list and pass through. */
  readonly changes: boolean;
  /** True where what is made below gets the same. */
  readonly isForAllBelow: boolean;
  /** True where nothing is left out. */
  readonly isEverything: boolean;
}

/** Who may do what with a file or folder. */
export interface SecurityDescriptor {
  /** The owner, who may always give rights to themselves. */
  readonly owner: string;
  /** True where nothing is inherited from the folder above. */
  readonly isProtected: boolean;
  /** Null where there is no list at all: then everybody may do everything. */
  readonly grants: readonly Grant[] | null;
}

/** The ids of accounts that SDDL abbreviates, and that could be found on a folder ("SID Strings", Windows API). */
const abbreviations: Readonly<Record<string, string>> = {
  AC: 'S-1-15-2-1',
  AN: 'S-1-5-7',
  AU: 'S-1-5-11',
  BA: 'S-1-5-32-544',
  BG: 'S-1-5-32-546',
  BO: 'S-1-5-32-551',
  BU: 'S-1-5-32-545',
  CG: 'S-1-3-1',
  CO: 'S-1-3-0',
  IU: 'S-1-5-4',
  LS: 'S-1-5-19',
  NS: 'S-1-5-20',
  NU: 'S-1-5-2',
  OW: 'S-1-3-4',
  PU: 'S-1-5-32-547',
  RD: 'S-1-5-32-555',
  SO: 'S-1-5-32-549',
  SU: 'S-1-5-6',
  SY: 'S-1-5-18',
  WD: 'S-1-1-0',
};

/** The id in numbers, as `icacls` takes it; null for an abbreviation whose number belongs to a machine or domain. */
export function numericSid(sid: string): string | null {
  return sid.startsWith('S-') ? sid : (abbreviations[sid] ?? null);
}

/**
 * The first security descriptor in a text, with its owner at the beginning of a line, as `Get-Acl` gives it; null where
 * there is none. What cannot be understood of an entry counts as a right to change ("Security Descriptor String Format"
 * and "ACE Strings", Windows API).
 */
export function securityDescriptorIn(text: string): SecurityDescriptor | null {
  const found = /^O:(S-1-[\d-]+|[A-Z]{2})(?:G:(?:S-1-[\d-]+|[A-Z]{2}))?(?:D:([A-Z_]*)(.*))?/m.exec(text);
  if (found === null) return null;
  const [, owner = '', flags, lists = ''] = found;
  // What follows is what is audited, and labels.
  const [list = ''] = lists.split(/(?<=\))S:/);
  const isWithoutList = flags === undefined || flags.includes('NO_ACCESS_CONTROL');
  return {
    owner,
    isProtected: !isWithoutList && flags.startsWith('P'),
    grants: isWithoutList ? null : grantsIn(list),
  };
}

/** Entries that deny say nothing about who may; a condition (type XA) may be met. */
const denying = new Set(['D', 'OD', 'XD']);

function grantsIn(list: string): readonly Grant[] {
  const entries = list.matchAll(/\(([A-Z]+);([A-Z]*);([^;()]*);[^;()]*;[^;()]*;([^;()]*)/g);
  return [...entries]
    .filter(([, type = '']) => !denying.has(type))
    .map(([, , flags = '', rights = '', sid = '']) => ({
      sid,
      changes: !isReading(rights),
      isForAllBelow: flags.includes('OI') && flags.includes('CI') && !flags.includes('IO') && !flags.includes('NP'),
      isEverything: rights === 'FA' || Number(rights) === allRights,
    }));
}

/** FILE_ALL_ACCESS. */
const allRights = 0x1f_01ff;

/**
 * Rights that change nothing, by their abbreviations: of files (FR, FX), generic ones (GR, GX), to read the descriptor (RC),
 * and those of directory objects by which single bits are written: CC lists a folder, SW reads extended attributes, WP
 * passes through, LO reads attributes.
 */
const readingWords = new Set(['FR', 'FX', 'GR', 'GX', 'RC', 'CC', 'SW', 'WP', 'LO']);

/** The same as bits, with SYNCHRONIZE, which has no abbreviation. */
const readingBits = 0xa012_00a9;

function isReading(rights: string): boolean {
  if (/^0x[0-9a-f]+$/i.test(rights)) return (Number(rights) & ~readingBits) === 0;
  return rights.length % 2 === 0 && (rights.match(/../g) ?? []).every((word) => readingWords.has(word));
}
