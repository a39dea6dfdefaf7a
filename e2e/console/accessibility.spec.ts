// axe finds nothing, on every page and its dialogs, in both themes.
import { installer } from './support/installers.ts';
import { axeFindings, expect, signIn, test } from './support/story.ts';
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

/** Something to see on every page. */
async function tell(system: System): Promise<Told> {
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

let told: Told | undefined;

for (const theme of ['light', 'dark'] as const) {
  test.describe(`in the ${theme} theme`, () => {
    test.use({ colorScheme: theme });

    test('axe finds nothing on any page', async ({ page, system }) => {
      test.setTimeout(300_000);
      told ??= await tell(system);
      await page.goto(`${system.url}/sign-in`);
      await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
      expect(await axeFindings(page)).toEqual([]);
      await signIn(page, system);
      const paths = [
        '/',
        '/installers',
        '/installers/new',
        `/installers/${told.installer}`,
        '/updates',
        '/updates/new',
        `/updates/${told.update}`,
        `/updates/${told.update}?tab=workstations`,
        `/updates/${told.update}?tab=events`,
        `/updates/${told.update}?tab=criteria`,
        `/updates/${told.draft}?tab=review`,
        '/workstations',
        '/workstations/groups',
        `/workstations/${told.workstation}`,
        '/events',
        '/settings/products',
        `/settings/products/${told.product}`,
        '/settings/accounts',
        '/settings/tokens',
        '/settings/keys',
        '/settings/security',
        '/settings/about',
        '/profile',
      ];
      for (const path of paths) {
        await page.goto(system.url + path);
        await expect(page.getByRole('heading', { level: 1 })).not.toHaveText('Loading');
        await page.waitForTimeout(400);
        expect.soft(await axeFindings(page), `${path} in the ${theme} theme`).toEqual([]);
      }
    });

    test('axe finds nothing in the dialogs', async ({ page, system }) => {
      test.setTimeout(180_000);
      told ??= await tell(system);
      await signIn(page, system);
      const dialogs: readonly (readonly [string, string])[] = [
        [`/installers/${told.installer}`, 'Approve'],
        [`/installers/${told.installer}`, 'Disapprove'],
        [`/updates/${told.update}`, 'Pause'],
        [`/updates/${told.update}?tab=workstations`, 'Add workstations'],
        [`/updates/${told.draft}?tab=review`, 'Start the update'],
        [`/workstations/${told.workstation}`, 'Give a pass'],
        [`/workstations/${told.workstation}`, 'Tags and note'],
        [`/settings/products/${told.product}`, 'Prohibit a version'],
        [`/settings/products/${told.product}`, 'Only observe'],
        ['/settings/accounts', 'New account'],
        ['/settings/keys', 'New installation key'],
        ['/settings/tokens', 'New API token'],
      ];
      for (const [path, button] of dialogs) {
        await page.goto(system.url + path);
        await page.getByRole('button', { name: button, exact: true }).click();
        await expect(page.getByRole('dialog')).toBeVisible();
        await page.waitForTimeout(400);
        expect.soft(await axeFindings(page), `${button} in the ${theme} theme`).toEqual([]);
      }
    });
  });
}
