// A workstation that exists only on the wire: it activates, asks at each start, downloads, and claims to install.
import { createHash } from 'node:crypto';
import { decide, type PolicyAssignment, type Verdict } from '@usher/core';
import type { ActivateAnswer, CheckAnswer, Report } from '@usher/protocol';
import { generateSigningKey, verifyPolicy, type SigningKey } from '@usher/trust';
import type { WireClient } from './wire-client.ts';

/** What a simulated workstation is. */
export interface SimulatedMachine {
  readonly hostname: string;
  readonly user: string;
  readonly language: string;
  readonly timeZone: string;
  /** What is installed when it begins; null where nothing is. */
  readonly installedVersion: string | null;
}

/** What happens by chance is handed in, so that a run can be repeated. */
export interface SimulatedChance {
  readonly randomBytes: (length: number) => Uint8Array;
  /** From 0 up to, not including, 1. */
  readonly fraction: () => number;
  /** The share of installations that end with 1603. */
  readonly failing: number;
  readonly newReportId: () => string;
  readonly now: () => Date;
}

/** How one start went. */
export interface StartOutcome {
  readonly verdict: Verdict;
  /** Whether the application runs now. */
  readonly started: boolean;
  readonly installed: 'installed' | 'failed' | null;
}

/** One simulated workstation. */
export class SimulatedWorkstation {
  readonly machine: SimulatedMachine;
  readonly #key: SigningKey;
  readonly #chance: SimulatedChance;
  #wire: WireClient;
  #id = '';
  #seq = 0;
  #attempts = new Map<string, number>();
  installedVersion: string | null;

  constructor(machine: SimulatedMachine, wire: WireClient, chance: SimulatedChance) {
    this.machine = machine;
    this.#wire = wire;
    this.#chance = chance;
    this.#key = generateSigningKey(chance.randomBytes);
    this.installedVersion = machine.installedVersion;
  }

  get id(): string {
    return this.#id;
  }

  /** Activates with an installation key. Answers the status that the server gave it. */
  async activate(installationKey: string): Promise<ActivateAnswer['status']> {
    const answer = await this.#wire.call<ActivateAnswer>('POST', '/workstation/activate', {
      installationKey,
      machineId: createHash('sha256').update(this.machine.hostname).digest('hex'),
      publicKey: this.#key.publicKey,
      hostname: this.machine.hostname,
      os: this.#system(),
      protocol: 1,
    });
    this.#id = answer.workstationId;
    this.#wire = this.#wire.with({ authorization: `Bearer ${answer.token}` });
    return answer.status;
  }

  /**
   * One start of the application: the question, the verdict, and what follows from it.
   * @param answer what the person says to an offer
   * @param directorKeys whose policies it believes: those of the server's `director.json`
   */
  async start(answer: 'now' | 'later', directorKeys: readonly string[]): Promise<StartOutcome> {
    const policy = await this.#check(directorKeys);
    const verdict = decide(policy, {
      installedVersion: this.installedVersion,
      now: policy.issuedAt,
      online: true,
      targetOnDisk: false,
    });
    const { assignment } = policy;
    if (verdict.action === 'run') return { verdict, started: true, installed: null };
    if (verdict.action === 'block' || assignment === null) return { verdict, started: false, installed: null };
    if (answer === 'later') {
      const isOffer = verdict.action === 'offer';
      await this.#report(assignment, { state: isOffer ? 'deferred' : 'declined' });
      return { verdict, started: isOffer, installed: null };
    }
    const installed = await this.#install(assignment);
    // The check after an installation is what closes the assignment: a claim of success is none.
    if (installed === 'installed') await this.#check(directorKeys);
    return { verdict, started: installed === 'installed', installed };
  }

  async #check(directorKeys: readonly string[]) {
    const nonce = Buffer.from(this.#chance.randomBytes(16)).toString('base64url');
    const answer = await this.#wire.call<CheckAnswer>('POST', '/workstation/check', {
      installedVersion: this.installedVersion,
      user: this.machine.user,
      hostname: this.machine.hostname,
      os: this.#system(),
      nonce,
      protocol: 1,
    });
    return verifyPolicy(answer.policy, { keys: directorKeys, workstationId: this.#id, nonce });
  }

  async #install(assignment: PolicyAssignment): Promise<'installed' | 'failed'> {
    const { target, updateId } = assignment;
    this.#attempts.set(updateId, (this.#attempts.get(updateId) ?? 0) + 1);
    await this.#report(assignment, { state: 'downloading', progress: { bytes: 0, total: target.size } });
    const bytes = await this.#wire.bytes(`/workstation/tuf/targets/${target.path}`);
    if (createHash('sha256').update(bytes).digest('hex') !== target.sha256) {
      await this.#report(assignment, {
        state: 'failed',
        code: 2041,
        detail: 'The file is not the one that was signed.',
      });
      return 'failed';
    }
    await this.#report(assignment, { state: 'downloaded', progress: { bytes: target.size, total: target.size } });
    await this.#report(assignment, { state: 'installing' });
    if (this.#chance.fraction() < this.#chance.failing) {
      await this.#report(assignment, {
        state: 'failed',
        code: 2042,
        exitCode: 1603,
        detail: 'Windows Installer met a fatal error (1603).',
        logTail: 'Action ended 10:02:11: InstallFinalize. Return value 3.',
      });
      return 'failed';
    }
    this.installedVersion = target.version;
    await this.#report(assignment, { state: 'installed', exitCode: 0 });
    return 'installed';
  }

  async #report(assignment: PolicyAssignment, what: Partial<Report> & Pick<Report, 'state'>): Promise<void> {
    this.#seq += 1;
    const report: Report = {
      id: this.#chance.newReportId(),
      at: this.#chance.now().toISOString(),
      updateId: assignment.updateId,
      attempt: Math.max(1, this.#attempts.get(assignment.updateId) ?? 1),
      seq: this.#seq,
      ...what,
    };
    await this.#wire.call('POST', '/workstation/reports', { reports: [report] });
  }

  #system() {
    return {
      platform: 'win32',
      release: '10.0.19045',
      arch: 'x64',
      language: this.machine.language,
      timeZone: this.machine.timeZone,
    };
  }
}
