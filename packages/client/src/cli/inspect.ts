// The commands `status` and `check`: what this workstation knows, and what a start would do.
import { startCodes, type StartCode } from '@usher/protocol';
import { asClientError, asFailure, ClientError, isDenied } from '../client-error.ts';
import { check, type CheckResult } from '../engine/check.ts';
import { hasKeptKey } from '../engine/kept-key.ts';
import { failureLines } from '../launcher/alert.ts';
import type { EngineLink } from '../launcher/engine-link.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { statusResultSchema } from '../pipe/messages.ts';
import { askEngine } from '../pipe/pipe-client.ts';
import { StateFolder } from '../state/state-folder.ts';
import { statusJson, statusLines, type StatusFields } from './status-lines.ts';
import { withEngine } from './with-engine.ts';
import { installedEngine, withLink } from './with-link.ts';

/** What is said of an installation key that `prepare-image` or `activate --later` left. */
const keyWaits = 'one is kept, and waits: start, check, update or the engine activates this machine with it';

/** `status`: asks nobody but the machine's engine, and changes nothing. */
export async function runStatus(context: CommandContext, { values }: CommandInput): Promise<number> {
  const installed = await installedEngine(context);
  if (installed !== null) return await engineStatus(context, installed, values.json === true);
  return await withEngine(context, { alone: false }, async (engine) => {
    const { identity } = engine;
    const known = await engine.product.known.read();
    const result = await resultOrReason(() => check(engine, { ask: false, looksOnly: true }));
    const queued = await engine.reports.length();
    const status = {
      activated: identity !== null,
      workstationId: engine.settings?.workstationId ?? null,
      server: identity?.server ?? null,
      installationKey: identity === null && (await hasKeptKey(engine.state)) ? keyWaits : null,
      state: engine.state.root,
      product: known?.id ?? null,
      productName: known?.name ?? null,
      upgradeCodes: known?.upgradeCodes ?? [],
      queuedReports: queued,
      ...summary(result),
    };
    show(context, status, values.json === true);
    return identity === null ? startCodes[1005].exitStatus : 0;
  });
}

/** `check`: asks the server what a start would come to. */
export async function runCheck(context: CommandContext, { values }: CommandInput): Promise<number> {
  const look = async (link: EngineLink) => {
    await recovered(context, link);
    const result = await link.check();
    if (result.offlineBecause === null) await link.flush();
    const found = { workstationId: result.policy.workstation.id, ...summary(result) };
    show(context, found, values.json === true);
    const { action, code } = result.verdict;
    return action === 'run' || action === 'offer' ? 0 : startCodes[(code ?? 2030) satisfies StartCode].exitStatus;
  };
  return await withLink(context, look, { purpose: 'background' });
}

/** What the rules say is to be heard also where an interrupted update can neither be finished nor undone. */
async function recovered({ terminal, texts }: CommandContext, link: EngineLink): Promise<void> {
  try {
    await link.recover(() => undefined);
  } catch (error) {
    const failure = asClientError(error);
    if (failure === null || failure.code === 'client.replacing') throw error;
    for (const line of failureLines(failure, link.workstationId ?? '-', texts)) terminal.tell(line);
  }
}

/** What a person without rights may see of a machine that has an engine: the rules that are public, and how the engine is. */
async function engineStatus(
  context: CommandContext,
  { engine, folder }: NonNullable<Awaited<ReturnType<typeof installedEngine>>>,
  asJson: boolean,
): Promise<number> {
  return await withLink(context, async (link) => {
    const answer = await resultOrReason(() => askEngine(engine, context.host, { do: 'status' }));
    const status = {
      activated: link.workstationId !== null,
      workstationId: link.workstationId,
      state: folder,
      installationKey: link.workstationId === null && (await seesKeptKey(folder)) ? keyWaits : null,
      engine: answer instanceof ClientError ? answer : (statusResultSchema.parse(answer).busyWith ?? 'idle'),
      ...summary(await resultOrReason(() => link.last())),
    };
    show(context, status, asJson);
    return link.workstationId === null ? startCodes[1005].exitStatus : 0;
  });
}

/** Whoever may not read the machine's state is not told of a key in it. */
async function seesKeptKey(folder: string): Promise<boolean> {
  return await hasKeptKey(new StateFolder(folder, () => undefined)).catch((error: unknown) => {
    if (isDenied(error)) return false;
    throw error;
  });
}

function show({ terminal, texts }: CommandContext, fields: StatusFields, asJson: boolean): void {
  terminal.print(asJson ? statusJson(fields) : statusLines(fields, texts).join('\n'));
}

async function resultOrReason<Result>(read: () => Promise<Result>): Promise<Result | ClientError> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ClientError) return error;
    throw error;
  }
}

function summary(result: CheckResult | ClientError): StatusFields {
  if (result instanceof ClientError) return { verdict: null, why: result, number: result.number };
  const { policy, verdict, facts, installed, offlineBecause } = result;
  return {
    status: policy.workstation.status,
    installedVersion: installed?.version ?? null,
    productCode: installed?.productCode ?? null,
    online: facts.online,
    offlineBecause: offlineBecause === null ? null : asFailure(offlineBecause),
    verdict,
    update: policy.assignment?.updateId ?? null,
    policyIssuedAt: policy.issuedAt,
    pass: policy.pass,
  };
}
