// Tests of how the client hands the installation of its own next version over to a copy of itself.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asClientError } from '../client-error.ts';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { TestHost } from '../test-support/test-host.ts';
import { contoso } from '../test-support/stand-in-server.ts';
import { clientUpgradeCode } from '../version.ts';
import { openEngine, type Engine } from './engine.ts';
import { handOver, replacesThisProgram } from './replace-client.ts';
import type { InstallerPackage } from '../state/state-folder.ts';

const { facts } = contoso('3.22.1').entry;

/** A package of the client, as the catalogue would describe it. */
const target: InstallerPackage = {
  version: '0.2.0',
  productCode: facts.productCode,
  upgradeCode: clientUpgradeCode.toLowerCase(),
  architecture: 'x64',
  path: 'installers/usher-client.msi',
  sha256: 'a'.repeat(64),
  size: 1,
  fileName: 'usher-client.msi',
  properties: {},
  publisher: null,
  verifiedAt: null,
};

async function installedClient(): Promise<{ host: TestHost; engine: Engine; program: string }> {
  const folder = await temporaryFolder();
  const program = join(folder, 'Program Files', 'usher-client.exe');
  await mkdir(join(folder, 'Program Files'));
  await writeFile(program, 'the client');
  const host = new TestHost();
  host.program = program;
  return { host, program, engine: await openEngine({ host, folder: join(folder, 'state'), product: null }) };
}

describe('an update of the client itself', () => {
  it('is told from those of other products, and of a client that runs from its sources', async () => {
    const { host, engine } = await installedClient();
    expect(replacesThisProgram(engine, target)).toBe(true);
    expect(replacesThisProgram(engine, { ...target, upgradeCode: facts.upgradeCode })).toBe(false);
    host.program = null;
    expect(replacesThisProgram(engine, target)).toBe(false);
  });

  it('is carried out by a copy in the state folder, which installs it itself', async () => {
    const { host, engine } = await installedClient();
    const error = await handOver(engine, target).catch((reason: unknown) => reason);
    expect(asClientError(error, 'client.replacing')).toMatchObject({ exitStatus: 0, number: null });
    const [[copy, ...args] = []] = host.startedApart;
    expect(args).toEqual(['replace', '--state', engine.state.root, '--after', String(host.pid)]);
    expect(await readFile(copy!, 'utf8')).toBe('the client');
    expect(copy?.startsWith(engine.state.root)).toBe(true);

    host.program = copy!;
    expect(replacesThisProgram(engine, target)).toBe(false);
  });

  it('lets go of the copy of the update before', async () => {
    const { host, engine } = await installedClient();
    await handOver(engine, target).catch(() => undefined);
    await handOver(engine, { ...target, version: '0.3.0' }).catch(() => undefined);
    const [first, second] = host.startedApart.map(([copy]) => copy!);
    await expect(readFile(first!)).rejects.toThrow('ENOENT');
    expect(await readFile(second!, 'utf8')).toBe('the client');
  });
});
