// What every list can do: be narrowed in the address, choose columns, be exported in words, have many rows dealt with at once.
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { installer } from './support/installers.ts';
import { expect, settle, signIn, test } from './support/story.ts';
import { activate } from './support/workstation.ts';

test.use({ story: 'lists' });

async function exported(page: Page, button: string): Promise<string[][]> {
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: button, exact: true }).click();
  await page.getByRole('menuitem', { name: 'CSV, for spreadsheets' }).click();
  const text = readFileSync(await (await saving).path(), 'utf8').replace('\uFEFF', '');
  return text
    .trim()
    .split('\r\n')
    .map((line) => line.split(','));
}

test('keys are narrowed, chosen, exported in words and revoked together, the number said before', async ({
  page,
  system,
}) => {
  for (const label of ['Floor 1', 'Floor 2', 'Lab']) await system.api('POST', '/installation-keys', { label });
  const { items } = await system.api<{ items: { id: string; label: string }[] }>(
    'GET',
    '/installation-keys?q=Floor%201',
  );
  await system.api('DELETE', `/installation-keys/${items[0]?.id ?? ''}`);
  await signIn(page, system);
  await page.goto(`${system.url}/settings/keys?sort=label`);
  await page.getByRole('searchbox', { name: 'Search' }).fill('floor');
  await expect(page).toHaveURL(/q=floor/);
  await expect(page.getByText('1–2 of 2')).toBeVisible();

  await page.getByRole('button', { name: 'Columns' }).click();
  for (const name of ['Authorizes by itself', 'Limit of uses', 'Ends', 'Created']) {
    await page.getByRole('checkbox', { name, exact: true }).uncheck();
  }
  await page.keyboard.press('Escape');
  expect(await exported(page, 'Export')).toEqual([
    ['Label', 'Status', 'Uses'],
    ['Floor 1', 'Revoked', '0'],
    ['Floor 2', 'Valid', '0'],
  ]);

  await page.getByRole('checkbox', { name: 'Select Floor 2' }).check();
  expect(await exported(page, 'Export these')).toEqual([
    ['Label', 'Status', 'Uses'],
    ['Floor 2', 'Valid', '0'],
  ]);

  await page.getByRole('checkbox', { name: 'Select Floor 1' }).check();
  await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Revoke' }).click();
  const dialog = page.getByRole('dialog', { name: 'Revoke 1 installation key' });
  await expect(dialog.getByText('1 of those chosen is revoked already.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByText('1 installation key was revoked')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Selection' })).toHaveCount(0);
  const valid = await system.api<{ items: { label: string }[] }>('GET', '/installation-keys?status=valid');
  expect(valid.items.map(({ label }) => label)).toEqual(['Lab']);
});

test('who would be refused is one link from every number that says so', async ({ page, system }) => {
  const older = await system.upload('a.msi', installer('3.22.1'));
  const product = older.product.id;
  await system.api('PATCH', `/products/${product}`, { enforcement: 'observe' });
  await system.api('POST', `/products/${product}/prohibitions`, { below: '3.23.0', reason: 'It leaks.' });
  const { key } = await system.api<{ key: string }>('POST', '/installation-keys', {
    label: 'All',
    autoAuthorize: true,
  });
  for (const [name, version] of [
    ['WS-0001', '3.22.1'],
    ['WS-0002', '3.23.0'],
  ] as const) {
    const one = await activate(system, key, name, version);
    await one.check(version);
  }
  await signIn(page, system);
  const sees = async () => {
    await expect(page).toHaveURL(/verdict=would-block/);
    await settle(page);
    await expect(page.getByText('1–1 of 1')).toBeVisible();
    await expect(page.getByRole('link', { name: 'WS-0001' })).toBeVisible();
  };
  await page.goto(system.url);
  await page.getByRole('link', { name: /is only observed: 1 workstation would be refused/ }).click();
  await sees();
  for (const address of ['/', `/settings/products/${product}`]) {
    await page.goto(system.url + address);
    await page.getByRole('link', { name: '1 workstation would be refused at its next start.' }).click();
    await sees();
  }
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await expect(page.getByText('1–2 of 2')).toBeVisible();
});

test('events have columns to choose, and an export of just those', async ({ page, system }) => {
  await signIn(page, system);
  await page.goto(`${system.url}/events?type=key.revoked`);
  await expect(page.getByText('2 events shown')).toBeVisible();
  await page.getByRole('button', { name: 'Columns' }).click();
  for (const name of ['Time', 'Details', 'No.']) await page.getByRole('checkbox', { name, exact: true }).uncheck();
  await page.keyboard.press('Escape');
  const lines = await exported(page, 'Export');
  expect(lines[0]).toEqual(['Event', 'Object', 'By']);
  expect(lines.slice(1).map(([event, object]) => [event, object])).toEqual([
    ['Installation key revoked', 'Floor 2'],
    ['Installation key revoked', 'Floor 1'],
  ]);
});

test("a workstation's history begins with its last check", async ({ page, system }) => {
  await system.upload('b.msi', installer('3.23.0'));
  const { key } = await system.api<{ key: string }>('POST', '/installation-keys', {
    label: 'One',
    autoAuthorize: true,
  });
  const one = await activate(system, key, 'WS-HISTORY', '3.22.1');
  await one.check('3.22.1');
  await signIn(page, system);
  await page.goto(`${system.url}/workstations/${one.id}?tab=history`);
  await expect(page.getByTestId('last-check')).toHaveText(/^Last check.*20\d\d.*Contoso Agent 3\.22\.1.*·/);
  await expect(page.getByText('Workstation registered')).toBeVisible();
});

test('an old or a foreign link is read for what it can mean', async ({ page, system }) => {
  await system.api('POST', '/installation-keys', { label: 'Of the link' });
  await signIn(page, system);
  await page.goto(`${system.url}/settings/keys?page=99&sort=-shoe-size&q=of+the+link&utm_source=mail`);
  await expect(page.getByRole('cell', { name: 'Of the link', exact: true })).toBeVisible();
  await expect(page.getByText('1–1 of 1')).toBeVisible();
  // The page that is gone, the order that the list does not have and the foreign member are gone from the address, too.
  await expect(page).toHaveURL(`${system.url}/settings/keys?q=of+the+link`);
});
