// Tests of which products the engine looks after.
import { expect, it } from 'vitest';
import { StateFolder } from '../state/state-folder.ts';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { ProductFolders } from './product-folders.ts';

const [asked, own] = ['{11111111-2222-3333-4444-555555555555}', '{AAAAAAAA-2222-3333-4444-555555555555}'];

it('are that of the activation, those that somebody asked for, and the client itself', async () => {
  const folder = await temporaryFolder();
  const state = new StateFolder(folder, () => undefined);
  for (const [code, id] of [[asked, 'pr_1'] as const, ['pr_Two', 'pr_Two'] as const]) {
    const product = state.product(code);
    await product.prepare();
    await product.known.write({ id, name: 'Agent', upgradeCodes: [] });
  }
  const products = new ProductFolders(folder, [own]);
  expect(await products.all()).toEqual([null, asked, 'pr_Two', own]);
  // Each is opened in the folder that it has.
  const places = [asked, 'pr_Two'].map((code) => state.product(code).folder);
  expect((await products.all()).slice(1, 3).map((name) => state.product(name).folder)).toEqual(places);

  await state.product(own).prepare();
  expect(await products.all()).toEqual([null, asked, own, 'pr_Two']);
});
