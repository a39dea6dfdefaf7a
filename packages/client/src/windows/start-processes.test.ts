// Tests of how many programs one start runs on Windows: each costs the person who waits a hundredth of a second or more.
import { beforeEach, describe, expect, it } from 'vitest';
import type { ProcessRunner } from '../engine/process-runner.ts';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { ServedWorkstation } from '../test-support/served-workstation.ts';
import { contoso } from '../test-support/stand-in-server.ts';
import { machineGuid, onceKnown } from './machine-guid.ts';
import { packGuid } from './packed-guid.ts';
import { Registry } from './registry.ts';

const start = ['start', '--answer', 'later', '--', '/bin/sh', '-c', 'exit 7'];
const currentVersion = 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion';
const old = contoso('3.22.1').entry.facts;
const fresh = contoso('3.23.0').entry.facts;

/** Everything that a registry holds here, by view and key. */
type Keys = Record<string, Record<string, string>>;

/** A `reg.exe` over these keys, and what it was asked; what was asked while another question was under way is one round. */
class RecordedRegistry {
  readonly keys: Keys;
  rounds: string[][] = [];
  #underWay = 0;

  constructor(keys: Keys) {
    this.keys = keys;
  }

  readonly run: ProcessRunner = async (file, args) => {
    const [, key = ''] = args;
    const view = args.at(-1)?.replace('/reg:', '') ?? '';
    const name = args[2] === '/v' ? args[3] : undefined;
    const isRegistry = file === 'C:\\Windows\\System32\\reg.exe';
    const question = isRegistry ? `${view} ${key.split('\\').at(-2) ?? ''} ${name ?? ''}`.trim() : file;
    if (this.#underWay === 0) this.rounds.push([]);
    this.rounds.at(-1)?.push(question);
    this.#underWay += 1;
    await new Promise((resolve) => setImmediate(resolve));
    this.#underWay -= 1;
    if (!isRegistry) {
      const pid = args.at(-1)?.replace('PID eq ', '') ?? '';
      return { exitCode: 0, timedOut: false, stdout: Buffer.from(`"app.exe","${pid}","Console","1","9 K"\r\n`) };
    }
    const values = Object.entries(this.keys[`${view} ${key}`] ?? {}).filter(([each]) => each === (name ?? each));
    const lines = values.map(([each, data]) => `    ${each}    REG_SZ    ${data}`);
    const text = [key.replace('HKLM', 'HKEY_LOCAL_MACHINE'), ...lines, ''].join('\r\n');
    return { exitCode: values.length === 0 ? 1 : 0, timedOut: false, stdout: Buffer.from(text) };
  };

  /** Empties the record, and gives it. */
  taken(): readonly (readonly string[])[] {
    const { rounds } = this;
    this.rounds = [];
    return rounds;
  }
}

function installed({ productCode, upgradeCode, version }: typeof old, view: '64' | '32' = '64'): Keys {
  return {
    [`64 ${currentVersion}\\Installer\\UpgradeCodes\\${packGuid(upgradeCode)}`]: { [packGuid(productCode)]: '' },
    [`64 HKLM\\Software\\Classes\\Installer\\UpgradeCodes\\${packGuid(upgradeCode)}`]: { [packGuid(productCode)]: '' },
    [`${view} ${currentVersion}\\Uninstall\\${productCode.toUpperCase()}`]: { DisplayVersion: version },
  };
}

let desk: ContosoWorkstation;
let registry: RecordedRegistry;

beforeEach(async () => {
  desk = await ContosoWorkstation.withOldVersion();
});

/** Makes a Windows of the machine, on which this is installed. */
async function onWindows(products: Keys): Promise<void> {
  const guid = (await desk.host.machineId()) ?? '';
  registry = new RecordedRegistry({
    '64 HKLM\\Software\\Microsoft\\Cryptography': { MachineGuid: guid },
    [`64 ${currentVersion}`]: { ProgramFilesDir: 'C:\\Program Files' },
    ...products,
  });
  // As each process asks for itself.
  Object.assign(desk.host, { run: registry.run, systemRoot: 'C:\\Windows' });
  Object.defineProperty(desk.host, 'machineId', {
    value: () => machineGuid(new Registry(registry.run, 'C:\\Windows')),
    configurable: true,
  });
}

const guidRound = ['64 Microsoft MachineGuid'];
const codes = ['64 UpgradeCodes', '32 UpgradeCodes', '64 UpgradeCodes'];
const version64 = '64 Uninstall DisplayVersion';
const version32 = '32 Uninstall DisplayVersion';
/** Once the application runs: by what it is known again when it has to be closed for an update. Those before have ended. */
const afterwards = ['C:\\Windows\\System32\\tasklist.exe'];

describe('a start on Windows without an engine', () => {
  it('asks the registry five questions in two rounds, with the server and by the policy on disk', async () => {
    await onWindows(installed(old));
    const { product } = await desk.open();
    const { productCode, ...known } = (await product.known.read()) ?? { id: null, name: null, upgradeCodes: [] };
    expect(productCode).toBe(old.productCode);
    await product.known.write(known);
    registry.taken();
    expect(await desk.run(start)).toMatchObject({ status: 7 });
    expect(registry.taken()).toEqual([guidRound, codes, [version64], afterwards]);

    // By now it is known which product it was.
    expect(await desk.run(start)).toMatchObject({ status: 7 });
    expect(registry.taken()).toEqual([guidRound, [...codes, version64], afterwards]);
    expect(desk.server.checks.at(-1)).toMatchObject({ installedVersion: '3.22.1', productCode: old.productCode });

    await desk.server.stop();
    expect(await desk.run(start)).toMatchObject({ status: 7 });
    expect(registry.taken()).toEqual([guidRound, [...codes, version64], afterwards]);
  });

  it('asks in the other view for the version where the first has none', async () => {
    await onWindows(installed(old, '32'));
    await desk.run(start);
    registry.taken();
    expect(await desk.run(start)).toMatchObject({ status: 7 });
    expect(registry.taken().flat()).toEqual([...guidRound, ...codes, version64, version32, ...afterwards]);
    expect(desk.server.checks.at(-1)).toMatchObject({ installedVersion: '3.22.1' });
  });

  it('finds what somebody has installed since, though it expects another product', async () => {
    await onWindows(installed(old));
    await desk.run(start);
    registry.taken();
    const gone = Object.fromEntries(Object.keys(installed(old)).map((key) => [key, {}]));
    Object.assign(registry.keys, gone, installed(fresh));
    await desk.run(start);
    expect(desk.server.checks.at(-1)).toMatchObject({ installedVersion: '3.23.0', productCode: fresh.productCode });
    expect(registry.taken()).toEqual([guidRound, [...codes, version64], [version32], [version64]]);
  });

  it('looks again where the server’s answer named another UpgradeCode', async () => {
    await onWindows(installed(fresh));
    const { product } = await desk.open();
    const known = await product.known.read();
    await product.known.write({ id: known?.id ?? null, name: known?.name ?? null, upgradeCodes: [] });
    registry.taken();
    await desk.run(start);
    expect(desk.server.checks.map(({ installedVersion }) => installedVersion).slice(-2)).toEqual([null, '3.23.0']);
    expect(registry.taken()).toEqual([guidRound, codes, [version64]]);
  });
});

describe('a start on Windows through an engine', () => {
  it('asks four questions in one round: the machine stays the same one while the engine runs', async () => {
    const served = await ServedWorkstation.of(desk);
    await onWindows(installed(old));
    Object.defineProperty(desk.host, 'machineId', {
      value: onceKnown(() => machineGuid(new Registry(registry.run, 'C:\\Windows'))),
    });
    await desk.run(start);
    await desk.run(start);
    registry.taken();
    expect(await desk.run(start)).toMatchObject({ status: 7 });
    expect(registry.taken()).toEqual([[...codes, version64]]);

    await desk.server.stop();
    expect(await desk.run(start)).toMatchObject({ status: 7 });
    expect(registry.taken()).toEqual([[...codes, version64]]);
    await served.engine.close();
  });
});

describe('the machine’s id', () => {
  it('is kept once it is known, and asked for again where it was not had', async () => {
    const answers = [() => Promise.reject(new Error('busy')), () => Promise.resolve(null), () => Promise.resolve('id')];
    let asked = 0;
    const id = onceKnown(() => (answers[asked++] ?? (() => Promise.resolve('another')))());
    await expect(id()).rejects.toThrow('busy');
    expect([await id(), await id(), await id()]).toEqual([null, 'id', 'id']);
    expect(asked).toBe(3);
  });
});
