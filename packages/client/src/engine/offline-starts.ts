// What a start came to that the server was not asked about: it is told afterwards, so that the events say it.
import type { Policy, Verdict } from '@usher/core';
import { ifThereIsRoom } from '../state/room.ts';
import type { Engine } from './engine.ts';
import type { InstalledProduct } from './installer-driver.ts';

/** Puts on disk that a start was blocked, each time, or let through by a typed-in pass, the first time. */
export async function noteOfflineStart(
  engine: Engine,
  policy: Policy,
  verdict: Verdict,
  installed: InstalledProduct | null,
): Promise<void> {
  const { product, reports } = engine;
  const about = {
    product: policy.product.id,
    installedVersion: installed?.version.slice(0, 100) ?? null,
    code: verdict.code,
    reason: verdict.reason,
  };
  if (verdict.action === 'block') await reports.addStart({ result: 'blocked', ...about });
  if (verdict.reason !== 'pass' || policy.pass === null) return;
  const typed = await product.pass.read();
  if (typed?.until !== policy.pass.until || typed.isNoted) return;
  await reports.addStart({ result: 'pass-used', ...about, passUntil: typed.until });
  await ifThereIsRoom(engine.log, () => product.pass.write({ ...typed, isNoted: true }));
}
