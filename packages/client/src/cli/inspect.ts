// The commands `status` and `check`: what this workstation knows, and what a start would do.
import { startCodes, type StartCode } from '@usher/protocol';
import { ClientError } from '../client-error.ts';
import { check, type CheckResult } from '../engine/check.ts';
import type { Engine } from '../engine/engine.ts';
import { sendReports } from '../engine/reporting.ts';
import { recoverUpdate } from '../engine/update.ts';
import { displayLine } from '../launcher/display-text.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { withEngine } from './with-engine.ts';

/** `status`: asks nobody and changes nothing. */
export async function runStatus(context: CommandContext, { values }: CommandInput): Promise<number> {
  return await withEngine(context, { alone: false }, async (engine) => {
    const { identity } = engine;
    const known = await engine.product.known.read();
    const result = await resultOrReason(engine, false);
    const queued = await engine.reports.length();
    const status = {
      activated: identity !== null,
      workstationId: engine.settings?.workstationId ?? null,
      server: identity?.server ?? null,
      state: engine.state.root,
      product: known?.id ?? null,
      productName: known?.name ?? null,
      upgradeCodes: known?.upgradeCodes ?? [],
      queuedReports: queued,
      ...summary(result),
    };
    if (values.json === true) context.terminal.print(JSON.stringify(status, null, 2));
    else context.terminal.print(lines(status).join('\n'));
    return identity === null ? startCodes[1005].exitStatus : 0;
  });
}

/** `check`: asks the server. */
export async function runCheck(context: CommandContext, { values }: CommandInput): Promise<number> {
  return await withEngine(context, { alone: true }, async (engine) => {
    await recoverUpdate(engine, { onProgress: () => undefined });
    const result = await check(engine, { ask: true });
    if (result.offlineBecause === null) await sendReports(engine);
    const found = { workstationId: result.policy.workstation.id, ...summary(result) };
    if (values.json === true) context.terminal.print(JSON.stringify(found, null, 2));
    else context.terminal.print(lines(found).join('\n'));
    const { action, code } = result.verdict;
    return action === 'run' || action === 'offer' ? 0 : startCodes[(code ?? 2030) satisfies StartCode].exitStatus;
  });
}

async function resultOrReason(engine: Engine, ask: boolean): Promise<CheckResult | ClientError> {
  try {
    return await check(engine, { ask });
  } catch (error) {
    if (error instanceof ClientError) return error;
    throw error;
  }
}

function summary(result: CheckResult | ClientError) {
  if (result instanceof ClientError) return { verdict: null, why: result.message, number: result.number };
  const { policy, verdict, facts, installed, offlineBecause } = result;
  return {
    status: policy.workstation.status,
    installedVersion: installed?.version ?? null,
    productCode: installed?.productCode ?? null,
    online: facts.online,
    offlineBecause: offlineBecause?.message ?? null,
    verdict,
    update: policy.assignment?.updateId ?? null,
    policyIssuedAt: policy.issuedAt,
    pass: policy.pass,
  };
}

/** `name: value`, one a line; what came from elsewhere is cleaned, what there is none of is left out. */
function lines(fields: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (value === null || (Array.isArray(value) && value.length === 0)) return [];
    return [`${name}: ${displayLine(typeof value === 'string' ? value : JSON.stringify(value))}`];
  });
}
