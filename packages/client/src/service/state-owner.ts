// What is known of a state folder of Windows before anything in it is used: whose it is, and who else could have written there.
import { win32 } from 'node:path';
import { ClientError } from '../client-error.ts';
import type { Host } from '../engine/host.ts';
import { powerShellText, runPowerShell } from '../windows/powershell.ts';
import { numericSid, securityDescriptorIn, type SecurityDescriptor } from '../windows/security-descriptor.ts';
import { isSealed } from '../windows/state-seal.ts';

/** How far a folder can be trusted. */
export type Standing =
  /** Somebody else made it, or (where its owner can be trusted) could have put into it whatever is there. */
  | { readonly is: 'foreign'; readonly why: string; readonly isOfTrusted: boolean }
  | {
      readonly is: 'own';
      /** True where its rights are what they should be already. */
      readonly isRight: boolean;
      /** Ids of others who may read it. */
      readonly readers: readonly string[];
      readonly publicPart: PublicStanding;
    }
  /** The system says nothing (Wine). */
  | { readonly is: 'unseen' };

/** The same of what people may read in it: as it should be; with other rights; changed by whom it should not be; not known. */
type PublicStanding = 'right' | 'untidy' | 'foreign' | 'unseen';

const [system, administrators, users] = ['S-1-5-18', 'S-1-5-32-544', 'S-1-5-32-545'] as const;
/**
 * Who may own a state folder and do everything in it: SYSTEM, Administrators, the built-in administrator (who has no number
 * of his own), TrustedInstaller, which no user can become, and whoever the owner of something is.
 */
const trusted = [system, administrators, 'LA', 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464'];
const byOwnership = ['S-1-3-0', 'S-1-3-4'];

/** An account by its number, however SDDL writes it. */
const idOf = (sid: string) => numericSid(sid) ?? sid;

/**
 * Looks at a folder that is there. Where PowerShell can't say whose it is, it is known again by its seal.
 * @throws ClientError `state.unusable` where nothing says so: what a user put there must not be trusted, nor an identity be
 *   lost because PowerShell failed for once
 */
export async function standingOf(
  host: Host,
  systemRoot: string,
  folder: string,
  warn: (text: string) => void,
): Promise<Standing> {
  const first = await ask(host, systemRoot, folder);
  const answer = first.descriptor === null && first.isWorthRepeating ? await ask(host, systemRoot, folder) : first;
  const { descriptor, silence, self } = answer;
  if (descriptor !== null) return judged(descriptor, answer.publicPart, self);
  if (silence === null) {
    warn(`whom ${folder} belongs to could not be seen: PowerShell says nothing here`);
    return { is: 'unseen' };
  }
  const message = `PowerShell does not say whom the state folder ${folder} belongs to (${silence})`;
  if (await isSealed(host, systemRoot, folder)) {
    warn(`${message}. It is known again by its seal.`);
    return { is: 'own', isRight: false, readers: [], publicPart: 'unseen' };
  }
  const why = `${message}, so that it cannot be trusted. See that the system may run powershell.exe, or move the folder away, then start the engine again.`;
  warn(why);
  throw new ClientError('state.unusable', why);
}

function judged(folder: SecurityDescriptor, publicPart: SecurityDescriptor | null, self: string | null): Standing {
  const isTrusted = (sid: string) => sid === self || trusted.includes(idOf(sid));
  const { owner, grants, isProtected } = folder;
  if (!isTrusted(owner)) return { is: 'foreign', why: `belongs to ${owner}`, isOfTrusted: false };
  if (grants === null) return { is: 'foreign', why: 'lets everybody change it', isOfTrusted: true };
  const others = grants.filter(({ sid }) => !isTrusted(sid) && !byOwnership.includes(idOf(sid)));
  const writers = new Set(others.filter(({ changes }) => changes).map(({ sid }) => idOf(sid)));
  if (writers.size > 0) return { is: 'foreign', why: `lets ${[...writers].join(', ')} change it`, isOfTrusted: true };
  const isRight =
    idOf(owner) === system &&
    isProtected &&
    grants.length === 2 &&
    [system, administrators].every((account) =>
      grants.some(({ sid, ...grant }) => idOf(sid) === account && grant.isForAllBelow && grant.isEverything),
    );
  return {
    is: 'own',
    isRight,
    readers: [...new Set(others.map(({ sid }) => sid))],
    publicPart: publicPart === null ? 'unseen' : publicStanding(publicPart, isTrusted),
  };
}

function publicStanding(
  { owner, grants }: SecurityDescriptor,
  isTrusted: (sid: string) => boolean,
): Exclude<PublicStanding, 'unseen'> {
  if (!isTrusted(owner) || grants === null) return 'foreign';
  const others = grants.filter(({ sid }) => !isTrusted(sid) && !byOwnership.includes(idOf(sid)));
  if (others.some(({ changes }) => changes)) return 'foreign';
  return others.length === 1 && idOf(others[0]?.sid ?? '') === users ? 'right' : 'untidy';
}

interface Answer {
  readonly descriptor: SecurityDescriptor | null;
  readonly publicPart: SecurityDescriptor | null;
  /** Who asked: an administrator who activated this machine by hand may be the owner himself. */
  readonly self: string | null;
  /** Why there is no descriptor; null where there is one, or where nothing at all was said, with success. */
  readonly silence: string | null;
  readonly isWorthRepeating: boolean;
}

const noAnswer = { descriptor: null, publicPart: null, self: null };

/**
 * Asks for the descriptors, and for who asks, in a way that a PowerShell takes which App Control holds to a constrained
 * language: no method of .NET is called.
 */
async function ask(host: Host, systemRoot: string, folder: string): Promise<Answer> {
  const whoami = powerShellText(win32.join(systemRoot, 'System32', 'whoami.exe'));
  const [whole, open] = [folder, win32.join(folder, 'public')].map(powerShellText);
  const script =
    `'owner'; (Get-Acl -LiteralPath ${whole}).Sddl; ` +
    `'${publicMark}'; if (Test-Path -LiteralPath ${open}) { (Get-Acl -LiteralPath ${open}).Sddl }; ` +
    `& ${whoami} /user /fo csv /nh`;
  const result = await runPowerShell(host, systemRoot, script);
  if (result === null) return { ...noAnswer, silence: 'it may not be started', isWorthRepeating: false };
  const said = result.stdout.toString('latin1');
  if (said === '' && result.exitCode === 0) return { ...noAnswer, silence: null, isWorthRepeating: false };
  const [ofFolder = '', ofPublic = ''] = said.split(`${publicMark}\r\n`);
  const descriptor = securityDescriptorIn(ofFolder);
  return {
    descriptor,
    publicPart: securityDescriptorIn(ofPublic),
    self: /"(S-1-[\d-]+)"\s*$/.exec(said)?.[1] ?? null,
    silence:
      descriptor === null ? (result.exitCode === null ? 'it took too long' : `it ended with ${result.exitCode}`) : null,
    isWorthRepeating: true,
  };
}

const publicMark = 'public part';
