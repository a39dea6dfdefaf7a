// Gathers what support needs (logs and state, without secrets) into one archive.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Engine } from './engine.ts';
import { redactedProperties, redactedTail } from './redaction.ts';
import { readTextIfThere } from '../state/state-file.ts';
import type { InstallerPackage } from '../state/state-folder.ts';
import { tar, type TarEntry } from './tar.ts';

/** The archive, a .tar.gz. */
export async function bundleOf(engine: Engine): Promise<Uint8Array> {
  const { cache, state, product, host, identity } = engine;
  const secrets = identity === null ? [] : [identity.token, identity.privateKey];
  const journal = await product.journal.read();
  const packages = journal === null ? [] : [journal.target, ...journal.wayBack];
  // Those of what is or was in the cache, and of an update under way.
  const hidden = [...(await cache.hiddenProperties()), ...packages.flatMap((each) => each.hidden)];
  const entries: TarEntry[] = [{ name: 'about.json', content: Buffer.from(about(engine)) }];
  for (const name of (await readdir(state.logs)).sort()) {
    if (!name.endsWith('.log') && !name.endsWith('.log.1')) continue;
    const text = await redactedTail(join(state.logs, name), hidden, secrets);
    if (text !== null) entries.push({ name: `logs/${name}`, content: Buffer.from(text) });
  }
  for (const name of ['policy.jws', 'clock.json', 'product.json']) {
    const text = await readTextIfThere(join(product.folder, name));
    if (text !== null) entries.push({ name: `state/${name}`, content: Buffer.from(text) });
  }
  if (journal !== null) {
    const { target, wayBack } = journal;
    const known = { ...journal, target: shown(target, hidden), wayBack: wayBack.map((each) => shown(each, hidden)) };
    entries.push({ name: 'state/journal.json', content: Buffer.from(JSON.stringify(known, null, 2)) });
  }
  return gzipSync(tar(entries, host.clock.now()));
}

/** A package without the values of the properties that it hides. */
function shown(each: InstallerPackage, hidden: readonly string[]): InstallerPackage {
  return { ...each, properties: redactedProperties(each.properties, hidden) };
}

function about({ host, identity, state, productReference }: Engine): string {
  const { hostname, os } = host.facts();
  const { server, workstationId, activatedAt } = identity ?? {};
  const known = { hostname, os, server, workstationId, activatedAt, state: state.root, product: productReference };
  return `${JSON.stringify(known, null, 2)}\n`;
}
