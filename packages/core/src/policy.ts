// The words of the rules: what the server signs for a workstation, what the workstation knows, what is decided.

/** Standing of a workstation: only an authorized one may start the application. */
export type WorkstationStatus = 'pending' | 'authorized' | 'disabled';

/** `observe`: nothing is refused, and who would be is shown. */
export type Enforcement = 'enforce' | 'observe';

/** Whether the target must be installed, or is the person's choice (until a cut-off, if there is one). */
export type Requirement = 'mandatory' | 'optional';

/** What an engine does before anybody starts the application. */
export type Background = 'none' | 'download' | 'install';

/** What is done where the version that runs becomes prohibited: it is said, or said and then closed. */
export type WhenProhibited = 'tell' | 'close';

/** A version that may not run: this one, or every one below. Where a number can't be read, nothing equals it. */
export type Prohibition =
  { readonly version: string; readonly reason: string } | { readonly below: string; readonly reason: string };

/** Leave to start the product all the same, until an instant (ISO 8601). */
export interface Pass {
  readonly until: string;
  readonly reason: string;
}

/** The installer that an assignment leads to, by the facts that the signed catalogue must confirm. */
export interface PolicyTarget {
  readonly version: string;
  readonly installerId: string;
  /** Path below the catalogue's targets. */
  readonly path: string;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly productCode: string;
  readonly upgradeCode: string;
  readonly architecture: string;
}

/** What one update asks of one workstation. Instants are ISO 8601 with `Z` or an offset. */
export interface PolicyAssignment {
  readonly updateId: string;
  readonly target: PolicyTarget;
  readonly requirement: Requirement;
  /** From this instant an optional update is required; ignored on a mandatory one. */
  readonly cutoffAt: string | null;
  /** Before this instant the assignment asks nothing. */
  readonly startsAt: string | null;
  /** Until this instant the requirement rests, because the update kept failing here. */
  readonly relaxedUntil: string | null;
  /** Markdown. */
  readonly releaseNotes: string | null;
  /** How often "not now" may still be said. */
  readonly deferral: { readonly left: number } | null;
  /**
   * What the machine's engine does of its own accord: fetches the installer, and with `install` also installs a required
   * update while nobody uses the application. Left out: nothing.
   */
  readonly background?: Background | undefined;
}

/** The signed answer to a check, for one workstation and product. */
export interface Policy {
  readonly protocol: 1;
  readonly workstation: { readonly id: string; readonly status: WorkstationStatus };
  readonly product: {
    readonly id: string;
    readonly name: string;
    /** By which the workstation finds what is installed, also where nothing is assigned to it. */
    readonly upgradeCode?: string | undefined;
    readonly enforcement: Enforcement;
    /**
     * Where enforcement is suspended for some hours: the instant at which `observe` ends, so that it also ends on a
     * machine that stays offline. Null or left out: no end.
     */
    readonly enforcementUntil?: string | null | undefined;
    readonly unknownVersions: 'allow' | 'block';
    /** Left out: `tell`. */
    readonly whenProhibited?: WhenProhibited | undefined;
    /** With `close`: how long people have. */
    readonly closeAfterMinutes?: number | undefined;
  };
  /** Versions of which an installer is approved. */
  readonly known: readonly string[];
  readonly prohibited: readonly Prohibition[];
  readonly assignment: PolicyAssignment | null;
  readonly pass: Pass | null;
  /** For how long the policy is good without the server, and what holds after that. */
  readonly offline: { readonly graceHours: number; readonly then: 'run' | 'block' };
  /** The newest event at the server, as a witness against a rewritten log. */
  readonly log: { readonly seq: number; readonly hash: string };
  readonly issuedAt: string;
  readonly nonce: string;
}

/** What the workstation knows at a start. */
export interface Facts {
  /** As Windows Installer reports it; null where nothing is installed. */
  readonly installedVersion: string | null;
  /** Trusted time, ISO 8601: see `trustedNow`. */
  readonly now: string;
  /** The policy is the answer to this very check. */
  readonly online: boolean;
  /** The target's file is in the cache, whole and verified. */
  readonly targetOnDisk: boolean;
}

/** What happens at this start. */
export type Action = 'run' | 'offer' | 'require' | 'block';

/** Why, as a closed list. */
export type Reason =
  | 'up-to-date'
  | 'no-update'
  | 'not-started-yet'
  | 'optional-update'
  | 'mandatory-update'
  | 'cutoff-passed'
  | 'update-unreachable'
  | 'update-relaxed'
  | 'not-installed'
  | 'version-prohibited'
  | 'version-unknown'
  | 'workstation-pending'
  | 'workstation-disabled'
  | 'policy-expired'
  | 'pass';

/** The codes that a verdict can carry, as the person sees them. */
export type VerdictCode = 1002 | 1008 | 2028 | 2029 | 2030 | 2031;

/** What enforcement would have said where the product is only observed. */
export interface Observed {
  readonly action: Action;
  readonly code: VerdictCode | null;
  readonly reason: Reason;
}

/** What the rules make of a policy and the facts. */
export interface Verdict {
  readonly action: Action;
  readonly code: VerdictCode | null;
  readonly reason: Reason;
  /** The version to go to; set for `offer` and `require` alone. */
  readonly target: string | null;
  /** As the policy writes it; set for `optional-update` and `cutoff-passed` alone. */
  readonly cutoffAt: string | null;
  readonly observed: Observed | null;
}
