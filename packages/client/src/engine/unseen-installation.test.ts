// What is installed cannot be seen for a while: that is not nothing, and nothing is put over it.
import { beforeEach, expect, test } from 'vitest';
import { ClientError } from '../client-error.ts';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { productOf, ScriptedInstaller } from '../test-support/scripted-installer.ts';
import { contoso } from '../test-support/stand-in-server.ts';
import type { InstalledProduct } from './installer-driver.ts';

const old = contoso('3.22.1');
const fresh = contoso('3.23.0');
const start = ['start', '--answer', 'now', '--', '/bin/sh', '-c', 'exit 7'];

/** A Windows on which reg.exe does not answer, from the end of an installation on, or at once. */
class UnseenInstaller extends ScriptedInstaller {
  isUnseen = false;

  override installed(): Promise<readonly InstalledProduct[]> {
    return this.isUnseen
      ? Promise.reject(new ClientError('registry.unreadable', 'What is installed cannot be seen.'))
      : super.installed();
  }

  override async install(request: { readonly file: string }) {
    const end = await super.install(request);
    // A major upgrade: the new one has taken the place of the old one.
    this.products = [productOf(fresh)];
    this.isUnseen = true;
    return end;
  }
}

let desk: ContosoWorkstation;
let driver: UnseenInstaller;
beforeEach(async () => {
  desk = await ContosoWorkstation.withOldVersion();
  driver = new UnseenInstaller([old, fresh], [productOf(old)]);
  desk.driver = driver;
  desk.server.policy = { ...desk.server.policy, assignment: null };
});

test('an upgrade that succeeded is not undone, and the next start finds it', async () => {
  desk.server.assign(fresh, { requirement: 'optional', updateId: 'up_1' });
  const { status, told } = await desk.run(start);
  expect({ status, told }).toMatchObject({ status: 1, told: expect.stringContaining('cannot be seen') as string });
  expect(driver.calls).toEqual(['install 3.23.0: 0']);
  const { product } = await desk.open();
  expect(await product.journal.read()).toMatchObject({ phase: 'changing' });

  // Still unseen: nothing is decided by the journal either.
  expect(await desk.run(start)).toMatchObject({ status: 1 });
  expect(await product.journal.read()).toMatchObject({ phase: 'changing' });

  driver.isUnseen = false;
  expect(await desk.run(start)).toMatchObject({ status: 7 });
  expect(driver.calls).toEqual(['install 3.23.0: 0']);
  expect(driver.products).toEqual([productOf(fresh)]);
  expect(await product.journal.read()).toBeNull();
  expect(desk.server.reportedStates.at(-1)).toBe('installed');
});

test('a start says that, and not that nothing is installed, in the language of the person', async () => {
  driver.isUnseen = true;
  expect(await desk.run(start)).toMatchObject({ status: 1, told: 'usher-client: What is installed cannot be seen.' });
  desk.language = 'pt_BR.UTF-8';
  expect((await desk.run(start)).told).toContain('Não foi possível ver o que está instalado nesta máquina.');
  driver.isUnseen = false;
  expect(await desk.run(start)).toMatchObject({ status: 7 });
});
