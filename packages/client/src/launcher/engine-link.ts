// What the start gate asks of an engine, whether it runs in this process or is the machine's own behind the pipe.
import type { CheckResult } from '../engine/check.ts';
import type { Recovered, UpdateHooks, UpdateProgress, UpdateResult } from '../engine/update.ts';
import type { PipeNews } from '../pipe/messages.ts';
import type { RunningApplication } from './application.ts';

/** What a person is told of while they wait: how an update goes on, or that the engine has yet to start. */
export type Progress = UpdateProgress | { readonly stage: 'waiting-for-engine' };

/** What a person did about an update that was shown. */
export type ReportedChoice = 'offered' | 'deferred' | 'declined';

/** What a person answered. */
export interface Asked<Answer> {
  readonly answer: Answer;
  /** False where it can be seen that somebody else worked on this machine meanwhile. */
  readonly isUnchanged: boolean;
}

/** An engine, as the launcher sees it. It decides by itself what it does: the launcher can only say yes. */
export interface EngineLink {
  /** For support; null where it is not known. */
  readonly workstationId: string | null;
  /** Finishes, or undoes, an interrupted update; null where there was none. Rejects where neither could be done. */
  recover(onProgress: (progress: Progress) => void): Promise<Recovered | null>;
  /** The question that the link is there for: of a start, mostly. Rejects with a `ClientError` where no answer is to be had. */
  check(): Promise<CheckResult>;
  /** The same by the last signed policy: nobody is asked. */
  last(): Promise<CheckResult>;
  /** Carries out what that check planned. Rejects with the `ClientError` that it failed with. */
  update(result: CheckResult, hooks: Pick<UpdateHooks, 'onProgress' | 'signal'>): Promise<UpdateResult>;
  /** Asks a person about what that check found, and lets others work on this machine meanwhile. */
  whileAsking<Answer>(result: CheckResult, ask: () => Promise<Answer>): Promise<Asked<Answer>>;
  /** Reports what the person chose about what that check planned. */
  report(result: CheckResult, choice: ReportedChoice): Promise<void>;
  /** The application was started; what it must be told while it runs comes to `onNews`. */
  started(application: RunningApplication, onNews: (news: PipeNews) => void): Promise<void>;
  /** Sends what waits to be reported, where nobody else does. */
  flush(): Promise<void>;
  /** Takes a pass that was typed in. */
  unlock(code: string): Promise<{ readonly until: string }>;
  /** Where the person's copies of logs go. */
  readonly logsFolder: string;
  /** The logs for support, as a .tar.gz. */
  logs(): Promise<Uint8Array>;
  /** Notes a warning where there is a log to be written. */
  warn(text: string): void;
  /** Lets go; may be called again. */
  close(): Promise<void>;
}
