// Reports to the server: numbered, kept on disk until the server has them, sent in order, each once in effect.
import type { MachineAlarm, Report, StartReport } from '@usher/protocol';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { asClientError } from '../client-error.ts';
import { isoNow } from '../clock.ts';
import { removeFile, renameDurably } from '../state/atomic-file.ts';
import type { Log } from '../state/log.ts';
import { isThere } from '../state/presence.ts';
import { ifThereIsRoom } from '../state/room.ts';
import type { Counters, StateFolder } from '../state/state-folder.ts';
import type { Host } from './host.ts';
import type { ServerApi } from './server-api.ts';
import { UnkeptReports, type Queued } from './unkept-reports.ts';

/** What a report says, without what the queue gives it. */
export type ReportContent = Omit<Report, 'id' | 'at' | 'attempt' | 'seq'>;

/** What is told of a start, without what the queue gives it. */
export type StartContent = Omit<StartReport, 'id' | 'at' | 'seq'>;

/** What is told of the machine, without what the queue gives it. */
export type AlarmContent = Pick<MachineAlarm, 'alarm' | 'detail'>;

/** The same alarm is raised again after so long, in milliseconds. */
const alarmAgainMs = 24 * 60 * 60 * 1000;
const longestAlarm = 500;

const namePattern = /^\d{16}\.json$/;
const mostAtOnce = 100;
const longestDetail = 4000;
const longestTail = 65_536;

/** The queue of one state folder. */
export class ReportQueue {
  readonly #state: StateFolder;
  readonly #host: Host;
  readonly #log: Log;
  readonly #unkept: UnkeptReports;

  /** @param unkept where another queue of this process goes on with what the disk has no room for */
  constructor(state: StateFolder, host: Host, log: Log, unkept: UnkeptReports = new UnkeptReports()) {
    this.#state = state;
    this.#host = host;
    this.#log = log;
    this.#unkept = unkept;
  }

  /** The number of the attempt that an update is at here: 1, and one more after each that failed. */
  async attempt(updateId: string): Promise<number> {
    return (await this.#counters()).attempts[updateId] ?? 1;
  }

  /** Puts a report on disk. It belongs to the present attempt; a failure ends that attempt. */
  async add(content: ReportContent): Promise<void> {
    const { clock } = this.#host;
    const counters = await this.#counters();
    // At least the time: so it also rises where the state, and with it the last number, was lost.
    const seq = Math.max(counters.seq + 1, clock.now());
    const { updateId } = content;
    const attempt = counters.attempts[updateId] ?? 1;
    const isUncounted =
      counters.uncounted.includes(updateId) || (counters.isLost && counters.attempts[updateId] === undefined);
    const report = {
      ...content,
      ...(content.detail === undefined ? {} : { detail: content.detail.slice(0, longestDetail) }),
      ...(content.logTail === undefined ? {} : { logTail: content.logTail.slice(-longestTail) }),
      id: this.#host.uuid(),
      at: isoNow(clock),
      // The server knows better at which attempt it is than somebody who has lost count.
      ...(isUncounted ? {} : { attempt }),
      seq,
    };
    const attempts = { ...counters.attempts, [updateId]: isOver(content) ? attempt + 1 : attempt };
    const uncounted = isUncounted ? [...new Set([...counters.uncounted, updateId])] : counters.uncounted;
    await this.#put(report, { ...counters, seq, attempts, uncounted });
    this.#log.info(`report ${content.state} for ${updateId}, attempt ${attempt}, seq ${seq}`);
  }

  /** Puts on disk what became of a start that the server was not asked about. */
  async addStart(content: StartContent): Promise<void> {
    const { clock } = this.#host;
    const counters = await this.#counters();
    const seq = Math.max(counters.seq + 1, clock.now());
    const start = { ...content, id: this.#host.uuid(), at: isoNow(clock), seq };
    await this.#put(start, { ...counters, seq });
    this.#log.info(`start ${content.result}, seq ${seq}`);
  }

  /** Puts on disk what an administrator has to know of this machine; the same thing once a day. */
  async addAlarm({ alarm, detail }: AlarmContent): Promise<void> {
    const { clock } = this.#host;
    const counters = await this.#counters();
    const key = `${alarm} ${detail}`;
    // Also where the clock was set back meanwhile.
    const isRecent = (at: string | undefined) => Math.abs(clock.now() - Date.parse(at ?? '')) < alarmAgainMs;
    if (isRecent(counters.alarms[key])) return;
    const recent = Object.entries(counters.alarms).filter(([, at]) => isRecent(at));
    const alarms = { ...Object.fromEntries(recent), [key]: isoNow(clock) };
    const seq = Math.max(counters.seq + 1, clock.now());
    const entry = { alarm, detail: detail.slice(0, longestAlarm), id: this.#host.uuid(), at: isoNow(clock), seq };
    await this.#put(entry, { ...counters, seq, alarms });
    this.#log.warn(`alarm ${alarm}: ${detail}`);
  }

  /** How many wait to be sent. */
  async length(): Promise<number> {
    return (await this.#names()).length + this.#unkept.entries.length;
  }

  /**
   * Sends what waits, oldest first. Gives the number that the server took; rejects with the `ClientError` that kept the
   * rest from being sent, which stays for the next time.
   */
  async send(api: ServerApi): Promise<number> {
    if (!this.#unkept.isEmpty) await this.#store(await this.#counters());
    let sent = 0;
    for (let names = await this.#names(); names.length > 0; names = await this.#names()) {
      const batch = names.slice(0, mostAtOnce);
      const taken = await this.#sendBatch(api, batch);
      sent += taken;
      if (taken === 0) return sent;
    }
    return sent + (await this.#sendUnkept(api));
  }

  async #sendUnkept(api: ServerApi): Promise<number> {
    let sent = 0;
    while (this.#unkept.entries.length > 0) {
      const batch = this.#unkept.entries.slice(0, mostAtOnce);
      const accepted = await tell(api, batch);
      for (const each of batch) this.#unkept.drop(each);
      sent += batch.filter(({ id }) => accepted.has(id)).length;
    }
    return sent;
  }

  async #sendBatch(api: ServerApi, names: readonly string[]): Promise<number> {
    const reports = new Map<string, Report | StartReport | MachineAlarm>();
    for (const name of names) {
      const report = await this.#state.report(name).read();
      if (report !== null) reports.set(name, report);
    }
    if (reports.size === 0) return names.length;
    try {
      const accepted = await tell(api, [...reports.values()]);
      const taken = [...reports].filter(([, { id }]) => accepted.has(id));
      for (const [name] of taken) await removeFile(join(this.#state.queue, name));
      return taken.length;
    } catch (error) {
      if (asClientError(error)?.facts.problem !== 'request.invalid') throw error;
      return await this.#sendSingly(api, names, error);
    }
  }

  /** The server does not take one of them at all: it is found and set aside, so that it does not block the others. */
  async #sendSingly(api: ServerApi, names: readonly string[], error: unknown): Promise<number> {
    if (names.length > 1) {
      let taken = 0;
      for (const name of names) taken += await this.#sendBatch(api, [name]);
      return taken;
    }
    const [name] = names;
    if (name === undefined) return 0;
    this.#log.warn(`the server does not take the report ${name}: ${String(error)}`);
    await renameDurably(join(this.#state.queue, name), join(this.#state.queue, `${name}.refused`));
    return 1;
  }

  async #names(): Promise<readonly string[]> {
    return (await readdir(this.#state.queue)).filter((name) => namePattern.test(name)).sort();
  }

  /** What the disk has no room for is kept in memory: it is told if the server can be reached before this process ends. */
  async #put(entry: Queued, counters: Counters): Promise<void> {
    const forgotten = this.#unkept.keep(entry, counters);
    if (forgotten > 0) this.#log.warn(`${forgotten} reports are lost: the disk is full, and so is the memory for them`);
    await this.#store(counters);
  }

  /** Puts on disk what is only in memory, in order, as far as there is room. */
  async #store(counters: Counters): Promise<void> {
    await ifThereIsRoom(this.#log, async () => {
      await this.#state.counters.write(counters);
      this.#unkept.dropCounters();
      for (const each of this.#unkept.entries) {
        await this.#state.report(`${String(each.seq).padStart(16, '0')}.json`).write(each);
        this.#unkept.drop(each);
      }
    });
  }

  async #counters(): Promise<Counters> {
    const wasThere = await isThere(this.#state.counters.path);
    const counters = this.#unkept.newest(await this.#state.counters.read());
    if (counters !== null) return counters;
    return await this.#recounted(wasThere);
  }

  /** Without counters what waits still has numbers, and what comes now comes after it, also by a clock that was set back. */
  async #recounted(isDamaged: boolean): Promise<Counters> {
    const names = await this.#names();
    const attempts: Record<string, number> = {};
    for (const name of names) {
      const report = await this.#state.report(name).read();
      if (report === null || !('state' in report) || report.attempt === undefined) continue;
      attempts[report.updateId] = isOver(report) ? report.attempt + 1 : report.attempt;
    }
    const seq = Number.parseInt(names.at(-1) ?? '0', 10);
    return { seq, attempts, alarms: {}, isLost: isDamaged || names.length > 0, uncounted: [] };
  }
}

/** Whether a report is the last one of its attempt. */
function isOver({ state }: Pick<Report, 'state'>): boolean {
  return state === 'failed' || state === 'rolled-back';
}

/** The ids of those that the server took. */
async function tell(
  api: ServerApi,
  all: readonly (Report | StartReport | MachineAlarm)[],
): Promise<ReadonlySet<string>> {
  const updates = all.filter((each): each is Report => 'state' in each);
  const starts = all.filter((each): each is StartReport => 'result' in each);
  const alarms = all.filter((each): each is MachineAlarm => 'alarm' in each);
  return new Set(await api.report({ reports: updates, starts, alarms }));
}
