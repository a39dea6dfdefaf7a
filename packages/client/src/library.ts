// The client as a library: an application asks at its own start, shows its own alert or ours, and hands itself over to be
// installed anew and started again.
import type { Verdict } from '@usher/core';
import { isSea } from 'node:sea';
import { isatty } from 'node:tty';
import { asClientError, type ClientError } from './client-error.ts';
import type { CheckResult } from './engine/check.ts';
import { useKeptKey } from './engine/kept-key.ts';
import { openEngine } from './engine/engine.ts';
import type { Host } from './engine/host.ts';
import { thisMachine } from './engine/machine.ts';
import { problemAlert, verdictAlert, type Alert } from './launcher/alert.ts';
import { safeChoice, type AlertView } from './launcher/alert-view.ts';
import { askedVariable } from './launcher/application.ts';
import { chooseView } from './launcher/choose-view.ts';
import type { EngineLink } from './launcher/engine-link.ts';
import { checkNow, isAnswerTo, isRecent } from './launcher/fresh-answer.ts';
import { handOver, type Restart } from './launcher/hand-over.ts';
import { localLink } from './launcher/local-link.ts';
import { serviceLink } from './launcher/service-link.ts';
import { refusedStart } from './launcher/start.ts';
import { cleanTerminal, processTerminal } from './launcher/terminal.ts';
import { chooseLanguage } from './launcher/texts/language.ts';
import { Texts } from './launcher/texts/texts.ts';
import { engineIn } from './service/public-folder.ts';
import { machineFolderOf } from './state/machine-folder.ts';

/** Which client of this machine is asked. */
export interface ClientOptions {
  /** The state folder of the activated client; the machine's own where it is left out. */
  readonly state?: string;
  /** An UpgradeCode or a product id; may be left out where the server manages one product. */
  readonly product?: string;
  /** The installed `usher-client`, and arguments that it gets before all others; looked for where it is left out. */
  readonly program?: readonly [string, ...string[]];
  /** BCP 47: the language of the alert; the person's own where it is left out. */
  readonly language?: string;
  /** The machine; this one where it is left out. */
  readonly host?: Host;
}

/** The answer to the question at a start. */
export interface StartAnswer {
  /** What the rules say: the application goes on only with `run`, and with `offer` where the person says "not now". */
  readonly verdict: Verdict;
  readonly installedVersion: string | null;
  /** True where the server answered this very question; false where the last signed policy did. */
  readonly online: boolean;
  /** What to tell the person, and the choices that there are; null with `run`. */
  readonly alert: Alert | null;
}

/** What a person chose in an application's own alert. `exit` is taken for whatever is not offered. */
export type StartChoice = 'update' | 'later' | 'exit';

/** How the person is asked. */
export interface PassOptions {
  /** The application's own alert; ours where it is left out. Called at most once, never with `run`. */
  readonly ask?: (alert: Alert, answer: StartAnswer) => Promise<StartChoice>;
  /** Where ours is shown, as `--ui` says it; `auto` where it is left out. */
  readonly ui?: 'auto' | 'window' | 'terminal' | 'none';
  /** The browser of our window, as `--browser` names it. */
  readonly browser?: string;
  /** How the application is started again; as it was started now where it is left out. */
  readonly restart?: Restart;
}

/** What came of the question. */
export type Passage =
  | { readonly goesOn: true; readonly answer: StartAnswer }
  | {
      readonly goesOn: false;
      /** `update`: it is installed as soon as this process has ended, and the application is started again. */
      readonly because: 'update' | 'refused';
      /** What to end with, as soon as can be. */
      readonly exitStatus: number;
      /**
       * With `refused`: what the rules say now. Where the person took long to answer, that is not what they were asked:
       * its `alert` says so then.
       */
      readonly answer?: StartAnswer;
    };

/** A client of this machine. */
export interface Client {
  /** Asks the engine, the server, or the last signed policy, and shows nothing. Rejects with a `ClientError`. */
  checkAtStart(): Promise<StartAnswer>;
  /**
   * The whole start: asks, shows the alert, reports the choice; where the update is chosen, hands the application over.
   * Where it does not go on, the application ends at once. Rejects with a `ClientError` where there is no answer to be
   * had: the application must not go on then either.
   */
  passStart(options?: PassOptions): Promise<Passage>;
  /** What the person is to be told of a failure, in their language: for an application whose alert is its own. */
  alertOf(failure: ClientError): Alert;
}

/** A client over a state folder. Nothing is opened before the first call. */
export function createClient(options: ClientOptions = {}): Client {
  return {
    checkAtStart: () => checkAtStart(options),
    passStart: (how = {}) => passStart(options, how),
    alertOf: (failure) => problemAlert(failure, textsOf(options, thisHost(options))),
  };
}

/** One question: may the application go on? Rejects with a `ClientError` where there is no answer to be had. */
export async function checkAtStart(options: ClientOptions = {}): Promise<StartAnswer> {
  return await withLink(options, async ({ link, texts }) => {
    const result = await link.check();
    if (result.facts.online) await link.flush();
    return answerOf(result, texts);
  });
}

async function passStart(options: ClientOptions, how: PassOptions): Promise<Passage> {
  const passage = await withLink(options, (opened) => decide(opened, how)).catch(async (error: unknown) => {
    const failure = asClientError(error);
    if (failure !== null && how.ask === undefined) await refuseInOurs(options, failure, how);
    throw error;
  });
  if (passage !== 'hand-over') return passage;
  // Only now, with the state folder let go.
  await handOver(thisHost(options), options, { ...how, restart: how.restart ?? presentStart() });
  return { goesOn: false, because: 'update', exitStatus: 0 };
}

async function decide(opened: Opened, how: PassOptions): Promise<Passage | 'hand-over'> {
  const { host, link, texts, isInterrupted } = opened;
  // Something was left half done: whoever installs finishes it when this application has ended.
  if (await isInterrupted()) return 'hand-over';
  const first = await checkNow(opened);
  const answer = answerOf(first.result, texts);
  const { verdict, policy } = first.result;
  const updateId = policy.assignment?.updateId ?? null;
  const wasAsked = verdict.action === 'offer' && updateId !== null && process.env[askedVariable] === updateId;
  if (answer.alert === null || wasAsked) {
    await link.flush();
    return { goesOn: true, answer };
  }
  if (verdict.target !== null) await link.report(first.result, 'offered');
  const { alert } = answer;
  const asked = await link.whileAsking(first.result, () => askPerson(opened, alert, answer, how));
  // The client that takes over asks the rules itself.
  if (asked.answer === 'update' || (await isInterrupted())) return 'hand-over';
  const stands = asked.answer === 'exit' || (asked.isUnchanged && isRecent(host, first));
  return stands ? await concluded(opened, first.result, asked.answer) : await concludedLate(opened, first.result, how);
}

/** "Not now", said so late that the rules are asked again. */
async function concludedLate(opened: Opened, before: CheckResult, how: PassOptions): Promise<Passage | 'hand-over'> {
  const { result } = await checkNow(opened);
  if (isAnswerTo('later', before, result)) return await concluded(opened, result, 'later');
  // Ours asks anew; an application's own is called once.
  if (how.ask === undefined) return await decide(opened, how);
  const goesOn = result.verdict.action === 'run' || result.verdict.action === 'offer';
  if (!goesOn) return await concluded(opened, result, 'exit');
  await opened.link.flush();
  return { goesOn, answer: answerOf(result, opened.texts) };
}

async function concluded({ link, texts }: Opened, result: CheckResult, choice: 'later' | 'exit'): Promise<Passage> {
  const answer = answerOf(result, texts);
  if (choice === 'later') {
    await link.report(result, 'deferred');
    await link.flush();
    return { goesOn: true, answer };
  }
  if (result.verdict.action === 'require') await link.report(result, 'declined');
  await link.flush();
  return { goesOn: false, because: 'refused', exitStatus: refusedStart(result, texts).exitStatus, answer };
}

/** What the rules do not offer is not taken, whatever an alert answers. */
async function askPerson(
  { host, texts }: Opened,
  alert: Alert,
  answer: StartAnswer,
  how: PassOptions,
): Promise<StartChoice> {
  const given = how.ask === undefined ? await askInOurs(host, texts, alert, how) : await how.ask(alert, answer);
  if (alert.choices.some(({ choice }) => choice === given)) return given;
  const safe = safeChoice(alert);
  return safe === 'later' ? 'later' : 'exit';
}

async function askInOurs(host: Host, texts: Texts, alert: Alert, how: PassOptions): Promise<StartChoice> {
  return await withOurView(host, texts, how, async (view) => {
    const choice = await view.ask(alert);
    return choice === 'update' || choice === 'later' ? choice : 'exit';
  });
}

/** There is no answer to be had: the person must not be left without a word. */
async function refuseInOurs(options: ClientOptions, failure: ClientError, how: PassOptions): Promise<void> {
  const host = thisHost(options);
  const texts = textsOf(options, host);
  await withOurView(host, texts, how, (view) => view.refuse(problemAlert(failure, texts)));
}

async function withOurView<Result>(
  host: Host,
  texts: Texts,
  { ui = 'auto', browser }: PassOptions,
  work: (view: AlertView) => Promise<Result>,
): Promise<Result> {
  let input: NodeJS.ReadStream | null = null;
  const terminal = cleanTerminal(
    processTerminal({
      isInteractive: isatty(0) && isatty(2),
      openInput: () => (input = process.stdin),
    }),
  );
  const choice = { ui, browser: browser ?? null, terminal, texts, host, environment: process.env, isAnswered: false };
  const view = chooseView(choice);
  try {
    return await work(view);
  } finally {
    await view.close();
    // The application's own input begins where ours ends.
    (input as NodeJS.ReadStream | null)?.pause();
  }
}

/** How this very process would be started again: a script by its interpreter, a program by itself. */
function presentStart(): Restart {
  const { execPath, execArgv, argv } = process;
  // A single executable has its own path where a script would have its file's.
  const args = isSea() ? argv.slice(2) : [...execArgv, ...argv.slice(1)];
  return { file: execPath, args, folder: process.cwd() };
}

interface Opened {
  readonly host: Host;
  readonly link: EngineLink;
  readonly texts: Texts;
  /** True where an update was interrupted that this process would have to finish, which can't while it runs itself. */
  readonly isInterrupted: () => Promise<boolean>;
}

function thisHost({ host }: ClientOptions): Host {
  return host ?? thisMachine({ platform: process.platform, environment: process.env, pid: process.pid });
}

function textsOf({ language }: ClientOptions, host: Host): Texts {
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  return new Texts(chooseLanguage([language, LC_ALL, LC_MESSAGES, LANG, host.facts().os.language]));
}

function answerOf(result: CheckResult, texts: Texts): StartAnswer {
  const { verdict, facts } = result;
  const alert = verdict.action === 'run' ? null : verdictAlert(result, texts);
  return { verdict, installedVersion: facts.installedVersion, online: facts.online, alert };
}

/** Opens the machine's own engine where one is installed, else one in this process, and lets go of it after. */
async function withLink<Result>(options: ClientOptions, work: (opened: Opened) => Promise<Result>): Promise<Result> {
  const host = thisHost(options);
  const product = options.product ?? null;
  const machineFolder = machineFolderOf(host.platform, process.env);
  const folder = options.state ?? machineFolder;
  const texts = textsOf(options, host);
  for (const place of [machineFolder, folder]) {
    const engine = await engineIn(place);
    if (engine === null) continue;
    const link = await serviceLink({ host, engine, folder: place, product });
    return await work({ host, link, texts, isInterrupted: () => Promise.resolve(false) }).finally(() => link.close());
  }
  await useKeptKey(host, folder);
  const engine = await openEngine({ host, folder, product });
  try {
    const link = await localLink(engine);
    const isInterrupted = async () => (await engine.product.journal.read()) !== null;
    return await work({ host, link, texts, isInterrupted }).finally(() => link.close());
  } finally {
    engine.close();
  }
}
