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
import type { InstallerPackage, Journal } from '../state/state-folder.ts';
import type { InstalledProduct, InstallerDriver } from './installer-driver.ts';
import { recoverUpdate } from './update.ts';

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
  hidden: [],
};

/** Knows what is installed; installs nothing. */
const driverWith = (installed: readonly InstalledProduct[]): InstallerDriver => ({
  installed: () => Promise.resolve(installed),
  install: () => Promise.reject(new Error('nothing may be installed by this process')),
  remove: () => Promise.reject(new Error('nothing may be removed by this process')),
  trouble: () => Promise.resolve(null),
});

async function installedClient(
  installed: readonly InstalledProduct[] = [],
): Promise<{ host: TestHost; engine: Engine; program: string }> {
  const folder = await temporaryFolder();
  const program = join(folder, 'Program Files', 'usher-client.exe');
  await mkdir(join(folder, 'Program Files'));
  await writeFile(program, 'the client');
  const host = new TestHost();
  host.program = program;
  const driver = driverWith(installed);
  const engine = await openEngine({ host, folder: join(folder, 'state'), product: clientUpgradeCode, driver });
  return { host, program, engine };
}

/** What the copy has written when it was interrupted. */
const journal = (phase: Journal['phase']): Journal => ({
  format: 1,
  updateId: 'up_1',
  target,
  before: { productCode: '{0}', version: '0.1.0' },
  wayBack: [],
  phase,
  step: null,
  startedAt: '2026-11-22T08:00:00.000Z',
});

describe('an interrupted update of the client itself', () => {
  const hooks = { onProgress: () => undefined };

  it('is finished by a copy, too', async () => {
    const { host, engine } = await installedClient([{ productCode: '{0}', version: '0.1.0' }]);
    await engine.product.journal.write(journal('changing'));
    await expect(recoverUpdate(engine, hooks)).rejects.toMatchObject({ code: 'client.replacing' });
    expect(host.startedApart).toHaveLength(1);
    expect(await engine.product.journal.read()).not.toBeNull();
  });

  it.each([
    ['that had not begun', journal('prepared'), { productCode: '{0}', version: '0.1.0' }, null],
    ['that had been done', journal('changing'), { productCode: target.productCode, version: '0.2.0' }, 'finished'],
  ] as const)('%s needs no copy', async (_which, left, installed, outcome) => {
    const { host, engine } = await installedClient([installed]);
    await engine.product.journal.write(left);
    expect((await recoverUpdate(engine, hooks))?.outcome ?? null).toBe(outcome);
    expect(host.startedApart).toEqual([]);
    expect(await engine.product.journal.read()).toBeNull();
  });
});

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
