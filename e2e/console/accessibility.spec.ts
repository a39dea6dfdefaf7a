// axe finds nothing, on every page and its dialogs, in both themes.
import type { Page } from '@playwright/test';
import { installer } from './support/installers.ts';
import { axeFindings, expect, settle, signIn, test } from './support/story.ts';
import type { System } from './support/system.ts';
import { activate } from './support/workstation.ts';

test.use({ story: 'accessibility' });

interface Told {
  readonly installer: string;
  readonly product: string;
  readonly update: string;
  readonly draft: string;
  readonly workstation: string;
}

let told: Told | undefined;

/** Something to see on every page, made once. */
async function tell(system: System): Promise<Told> {
  told ??= await make(system);
  return told;
}

async function make(system: System): Promise<Told> {
  const older = await system.upload('a.msi', installer('3.22.1'));
  const newer = await system.upload('b.msi', installer('3.23.0'));
  await system.api('PATCH', `/installers/${newer.id}`, {
    releaseNotes: '## New\n\n- Faster\n\n[more](https://example.com)',
  });
  await system.api('POST', `/installers/${newer.id}/approve`, { acknowledged: true });
  const { key } = await system.api<{ key: string }>('POST', '/installation-keys', {
    label: 'All',
    autoAuthorize: true,
  });
  const first = await activate(system, key, 'WS-0001', '3.22.1');
  const second = await activate(system, key, 'WS-0002', '3.22.1');
  await system.api('PATCH', `/workstations/${first.id}`, { tags: ['finance'], note: 'Ask first' });
  await system.api('POST', '/groups', { name: 'Finance', filter: { tag: 'finance' } });
  const body = { product: newer.product.id, version: '3.23.0', requirement: 'optional' };
  const update = await system.api<{ id: string }>('POST', '/updates', body);
  await system.api('POST', `/updates/${update.id}/workstations`, { ids: [first.id] });
  await system.api('POST', `/updates/${update.id}/start`, {});
  await first.check('3.22.1');
  const failure = { state: 'failed', code: 2042, exitCode: 1603, detail: 'Ended with 1603', logTail: 'Error 1920.' };
  await first.report(update.id, [{ state: 'downloading' }, { state: 'downloaded' }, { state: 'installing' }, failure]);
  const draft = await system.api<{ id: string }>('POST', '/updates', body);
  await system.api('POST', `/updates/${draft.id}/workstations`, { ids: [second.id] });
  return {
    installer: older.id,
    product: newer.product.id,
    update: update.id,
    draft: draft.id,
    workstation: first.id,
  };
}

/** Looks at what is on the page in both themes. */
async function expectNoFindings(page: Page, what: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme);
    await settle(page);
    expect
      .soft(await axeFindings(page, { onlyColors: colorScheme === 'dark' }), `${what} in the ${colorScheme} theme`)
      .toEqual([]);
  }
}

const pages: readonly (readonly [string, (known: Told) => string])[] = [
  ['Overview', () => '/'],
  ['Installers', () => '/installers'],
  ['New installer', () => '/installers/new'],
  ['Installer', ({ installer: id }) => `/installers/${id}`],
  ['Updates', () => '/updates'],
  ['New update', () => '/updates/new'],
  ['Progress', ({ update }) => `/updates/${update}`],
  ['Workstations of an update', ({ update }) => `/updates/${update}?tab=workstations`],
  ['Events of an update', ({ update }) => `/updates/${update}?tab=events`],
  ['Criteria', ({ update }) => `/updates/${update}?tab=criteria`],
  ['Review', ({ draft }) => `/updates/${draft}?tab=review`],
  ['Workstations', () => '/workstations'],
  ['Who was refused, with filters that came with a link', () => '/workstations?verdict=block&code=2028&below=9.0'],
  ['Beyond the end of a list', () => '/workstations?page=9'],
  ['Groups', () => '/workstations/groups'],
  ['Workstation', ({ workstation }) => `/workstations/${workstation}`],
  ['History of a workstation', ({ workstation }) => `/workstations/${workstation}?tab=history`],
  ['Events', () => '/events'],
  ['Products', () => '/settings/products'],
  ['Product', ({ product }) => `/settings/products/${product}`],
  ['Accounts', () => '/settings/accounts'],
  ['API tokens', () => '/settings/tokens'],
  ['Installation keys', () => '/settings/keys'],
  ['Notifications', () => '/settings/notifications'],
  ['Security', () => '/settings/security'],
  ['About', () => '/settings/about'],
  ['Profile', () => '/profile'],
  ['No such page', () => '/nowhere'],
];

test('axe finds nothing on any page, in both themes', async ({ page, system }) => {
  test.setTimeout(240_000);
  const known = await tell(system);
  await page.goto(`${system.url}/sign-in`);
  await expectNoFindings(page, 'Sign in');
  await signIn(page, system);
  for (const [name, address] of pages) {
    await test.step(name, async () => {
      await page.goto(system.url + address(known));
      await expectNoFindings(page, name);
    });
  }
});

const dialogs: readonly (readonly [string, (known: Told) => string])[] = [
  ['Approve', ({ installer: id }) => `/installers/${id}`],
  ['Disapprove', ({ installer: id }) => `/installers/${id}`],
  ['Pause', ({ update }) => `/updates/${update}`],
  ['Add workstations', ({ update }) => `/updates/${update}?tab=workstations`],
  ['Start the update', ({ draft }) => `/updates/${draft}?tab=review`],
  ['Give a pass', ({ workstation }) => `/workstations/${workstation}`],
  ['Tags and note', ({ workstation }) => `/workstations/${workstation}`],
  ['Prohibit a version', ({ product }) => `/settings/products/${product}`],
  ['Add a publisher', ({ product }) => `/settings/products/${product}`],
  ['Only observe', ({ product }) => `/settings/products/${product}`],
  ['Try 1 failed again', ({ update }) => `/updates/${update}`],
  ['Check integrity', () => '/settings/security'],
  ['Rename', () => '/workstations/groups'],
  ['New account', () => '/settings/accounts'],
  ['New installation key', () => '/settings/keys'],
  ['New API token', () => '/settings/tokens'],
];

/** Lists whose rows can be chosen: the address, and what can be done with them. */
const bulk: readonly (readonly [string, readonly string[]])[] = [
  ['/settings/accounts', ['Enable', 'Disable']],
  ['/settings/keys', ['Revoke']],
  ['/settings/tokens', ['Revoke']],
  ['/workstations/groups', ['Delete']],
  ['/settings/products', []],
  ['/installers', []],
];

test('axe finds nothing where rows are chosen, nor in what can be done with them, in both themes', async ({
  page,
  system,
}) => {
  test.setTimeout(180_000);
  await tell(system);
  await system.api('POST', '/tokens', { name: 'Nightly report', role: 'viewer' });
  await signIn(page, system);
  for (const [address, actions] of bulk) {
    await test.step(address, async () => {
      await page.goto(system.url + address);
      await page.getByRole('checkbox', { name: 'Select every row of this page' }).check();
      const chosen = page.getByRole('region', { name: 'Selection' });
      await chosen.getByRole('button', { name: 'Export these' }).click();
      await expect(page.getByRole('menuitem')).toHaveCount(2);
      await expectNoFindings(page, `The selection of ${address}`);
      await page.keyboard.press('Escape');
      for (const action of actions) {
        await chosen.getByRole('button', { name: action, exact: true }).click();
        await expect(page.getByRole('dialog')).toBeVisible();
        await expectNoFindings(page, `${action} in ${address}`);
        await page.keyboard.press('Escape');
        await expect(page.getByRole('dialog')).toHaveCount(0);
      }
    });
  }
  await page.goto(`${system.url}/events`);
  await page.getByRole('button', { name: 'Columns' }).click();
  await expectNoFindings(page, 'The columns of events');
});

test('axe finds nothing in the dialogs, in both themes', async ({ page, system }) => {
  test.setTimeout(180_000);
  const known = await tell(system);
  await signIn(page, system);
  for (const [button, address] of dialogs) {
    await test.step(button, async () => {
      await page.goto(system.url + address(known));
      await page.getByRole('button', { name: button, exact: true }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await expectNoFindings(page, button);
    });
  }
});
