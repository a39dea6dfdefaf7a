// The administrator's stories: upload, approve, update, watch, disapprove, go back, decide at the same time.
import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { Vendor } from '../support/signed-installers.ts';
import { installerPath, refused, unsignedInstaller } from './support/installers.ts';
import { expect, signIn, test } from './support/story.ts';
import { owner, type System } from './support/system.ts';
import { activate, type Workstation } from './support/workstation.ts';

test.use({ story: 'administrator' });
test.describe.configure({ mode: 'serial' });

interface UpdateState {
  readonly id: string;
  readonly state: string;
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
}

let workstations: Workstation[] = [];
let updateId = '';

function workstation(number: number): Workstation {
  const found = workstations[number - 1];
  if (found === undefined) throw new Error(`There is no workstation ${number}`);
  return found;
}

async function makeWorkstations(system: System): Promise<void> {
  const body = { label: 'Everyone', autoAuthorize: true };
  const { key } = await system.api<{ key: string }>('POST', '/installation-keys', body);
  workstations = [];
  for (const number of [1, 2, 3, 4, 5]) {
    workstations.push(await activate(system, key, `WS-000${number}`, number === 5 ? '3.23.0' : '3.22.1'));
  }
}

async function previewNumber(page: Page, row: string): Promise<string> {
  return (await page.locator(`[data-testid="preview"] [data-row="${row}"] td`).first().textContent()) ?? '';
}

async function uploadAndApprove(page: Page, system: System, version: '3.22.1' | '3.23.0'): Promise<void> {
  await page.goto(`${system.url}/installers/new`);
  await page.getByLabel('Choose the official MSI').setInputFiles(installerPath(version));
  await page.getByRole('textbox', { name: 'Release notes' }).fill(`## ${version}\n\n- The vault opens **faster**`);
  await expect(page.getByRole('heading', { name: version, level: 3 })).toBeVisible();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { level: 1, name: `Contoso Agent ${version}` })).toBeVisible();
  await expect(page.getByText('Contoso Code Signing').first()).toBeVisible();
  await expect(page.getByText('Waiting for a decision')).toBeVisible();
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('button', { name: 'Approve' })).toBeDisabled();
  await dialog.getByLabel('I have reviewed the changes, features and impacts of this version').check();
  await dialog.getByRole('button', { name: 'Approve' }).click();
  await expect(page.getByText(`Version ${version} was approved`)).toBeVisible();
}

test('1. bad files are refused with their reason, the real one is taken', async ({ page, system }) => {
  await page.goto(`${system.url}/installers`);
  await page.getByLabel('E-mail address').fill(owner.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(owner.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('No installers yet')).toBeVisible();
  await page.getByRole('link', { name: 'New installer' }).first().click();
  for (const { name, content, says } of refused) {
    await page
      .getByLabel('Choose the official MSI')
      .setInputFiles({ name, mimeType: 'application/x-msi', buffer: Buffer.from(content) });
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('alert').getByText(says, { exact: true })).toBeVisible();
  }
  expect((await system.api<{ total: number }>('GET', '/installers')).total).toBe(0);
  expect(system.storedFiles()).toEqual([]);
  await uploadAndApprove(page, system, '3.22.1');
  await page.goto(`${system.url}/installers/new`);
  await page.getByLabel('Choose the official MSI').setInputFiles(installerPath('3.22.1'));
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert').getByText('This installer is here already')).toBeVisible();

  await using vendor = await Vendor.create();
  const other = await vendor.make('viewer.msi', {
    version: '1.0.0',
    productName: 'Contoso Viewer',
    upgradeCode: '{0C6B2A0E-51A7-4B7B-9C38-6D2B9E0A7F11}',
  });
  await page.getByLabel('Choose the official MSI').setInputFiles(other.path);
  await page.getByRole('combobox', { name: 'Product' }).click();
  await page.getByRole('option', { name: 'Contoso Agent' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert').getByText('The file belongs to another product')).toBeVisible();
  expect((await system.api<{ total: number }>('GET', '/installers')).total).toBe(1);
  expect(system.storedFiles()).toHaveLength(1);
});

test('2. approving tells nobody; an update with a cut-off is offered to exactly its workstations', async ({
  page,
  system,
}) => {
  await makeWorkstations(system);
  await signIn(page, system);
  await uploadAndApprove(page, system, '3.23.0');
  expect((await workstation(1).check('3.22.1')).action).toBe('run');
  for (const one of workstations.slice(1, 4)) await one.check('3.22.1');
  await workstation(5).check('3.23.0');

  await page.getByRole('link', { name: 'Create an update to it' }).click();
  await expect(page.getByRole('combobox', { name: 'Target version' })).toHaveValue(/3\.23\.0/);
  await page.getByRole('textbox', { name: 'Name' }).fill('To 3.23.0');
  await page.getByLabel('At one moment, in a named time zone').check();
  await page.getByLabel('Date and time').fill('2030-12-01T18:00');
  await expect(page.getByText(/In your time zone: .*2030/)).toBeVisible();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved, but not started')).toBeVisible();

  for (const hostname of ['WS-0001', 'WS-0002', 'WS-0003', 'WS-0005']) {
    await page.getByRole('checkbox', { name: `Select ${hostname}` }).check();
  }
  await page.getByRole('button', { name: 'Add 4' }).click();
  await expect(page.getByRole('tab', { name: 'Workstations (4)' })).toBeVisible();
  await page.getByRole('tab', { name: 'Review', exact: true }).click();
  await expect(page.getByTestId('preview')).toBeVisible();
  await expect(page.getByText(/^Dec 1, 2030, 6:00 PM, America\/Sao Paulo/)).toBeVisible();
  await expect(page.getByText('As soon as it is started by hand')).toBeVisible();
  expect(await previewNumber(page, 'eligible')).toBe('3');
  expect(await previewNumber(page, 'alreadyThere')).toBe('1');
  await page.getByRole('button', { name: 'Start the update' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('3 workstations are offered 3.23.0 at their next start.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Start the update' }).click();
  await expect(page.getByText('Running', { exact: true }).first()).toBeVisible();
  updateId = /up_[A-Za-z0-9]+/.exec(page.url())?.[0] ?? '';

  for (const number of [1, 2, 3]) {
    expect(await workstation(number).check('3.22.1')).toMatchObject({ action: 'offer', target: '3.23.0' });
  }
  expect(await workstation(4).check('3.22.1')).toMatchObject({ action: 'run' });
});

test('3. it is watched live, paused, resumed, across a restart of the server', async ({ page, system }) => {
  await signIn(page, system);
  await page.goto(`${system.url}/updates/${updateId}`);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await workstation(5).check('3.23.0');
  await expect(page.getByText('1 of 4 installed')).toBeVisible();
  await workstation(1).report(updateId, [{ state: 'downloading' }]);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(
    page.getByRole('dialog').getByText('1 workstation under way finishes; nothing new begins.'),
  ).toBeVisible();
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText('What was under way finishes; nothing new begins.')).toBeVisible();
  expect(await workstation(2).check('3.22.1')).toMatchObject({ action: 'run' });
  await workstation(1).report(updateId, [{ state: 'downloaded' }, { state: 'installing' }, { state: 'installed' }]);
  await workstation(1).check('3.23.0');
  await expect(page.getByText('2 of 4 installed')).toBeVisible();

  await system.restartServer();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByText('The update goes on')).toBeVisible();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  expect(await workstation(2).check('3.22.1')).toMatchObject({ action: 'offer' });
});

test('5. failed ones are filtered, exported as on screen, read, and alone tried again', async ({ page, system }) => {
  const failure = { state: 'failed', code: 2042, exitCode: 1603, detail: 'Ended with 1603', logTail: 'Error 1920.' };
  for (const one of [workstation(2), workstation(3)]) {
    await one.check('3.22.1');
    await one.report(updateId, [{ state: 'downloading' }, { state: 'downloaded' }, { state: 'installing' }, failure]);
  }
  await signIn(page, system);
  await page.goto(`${system.url}/updates/${updateId}`);
  await page.getByRole('button', { name: 'Show 2 failed' }).click();
  await expect(page).toHaveURL(/tab=workstations.*state=failed|state=failed.*tab=workstations/);
  await expect(page.getByText('1–2 of 2')).toBeVisible();

  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: 'CSV, for spreadsheets' }).click();
  const lines = readFileSync(await (await saving).path(), 'utf8')
    .replace('\uFEFF', '')
    .trim()
    .split('\r\n');
  const heads = await page.getByRole('columnheader').allInnerTexts();
  expect(lines[0]?.split(',')).toEqual(heads.filter((head) => head.trim() !== ''));
  const shown = await page.getByRole('row').getByRole('link').allInnerTexts();
  expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(shown);
  expect(shown).toEqual(['WS-0002', 'WS-0003']);
  for (const line of lines.slice(1)) expect(line).toMatch(/^WS-000\d,Failed,3\.22\.1,1,2042 \(1603\) Ended with 1603,/);

  await page.getByRole('button', { name: '2042 The installer failed (installer 1603)' }).first().click();
  await expect(page.getByRole('dialog').getByText('1603 – A fatal error during the installation')).toBeVisible();
  await expect(page.getByRole('dialog').getByText('Error 1920.')).toBeVisible();
  await page.keyboard.press('Escape');

  await page.getByRole('checkbox', { name: 'Select WS-0002' }).check();
  await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Try 1 failed again' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('1 workstation tries again')).toBeVisible();
  const update = await system.api<UpdateState>('GET', `/updates/${updateId}`);
  expect(update.counts).toMatchObject({ failed: 1, waiting: 1, installed: 2 });
});

test('3 and 6. it completes; another update takes a newer workstation down', async ({ page, system }) => {
  await workstation(2).check('3.23.0');
  await workstation(3).check('3.23.0');
  await signIn(page, system);
  await page.goto(`${system.url}/updates/${updateId}`);
  await expect(page.getByText('Completed', { exact: true }).first()).toBeVisible();
  await expect(page.getByText('4 of 4 installed')).toBeVisible();
  // The burn-up and the events agree.
  await page.getByRole('button', { name: 'As a table' }).first().click();
  const [, installed, failed, all] = await page
    .getByRole('region', { name: 'Burn-up' })
    .getByRole('row')
    .last()
    .getByRole('cell')
    .allInnerTexts();
  expect([installed, failed, all]).toEqual(['4', '0', '4']);
  const path = `/events?object=${updateId}&type=assignment.installed`;
  expect((await system.api<{ items: unknown[] }>('GET', path)).items).toHaveLength(4);
  await page.getByRole('tab', { name: 'Events' }).click();
  await expect(page.getByText('Update completed')).toBeVisible();
  await expect(page.getByRole('cell', { name: 'Update installed', exact: true })).toHaveCount(4);

  await page.goto(`${system.url}/updates/new`);
  await page.getByRole('combobox', { name: 'Target version' }).click();
  await page.getByRole('option', { name: /3\.22\.1/ }).click();
  await page.getByLabel('Mandatory', { exact: true }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('tab', { name: 'Paste names or load a file' }).click();
  await page.getByRole('textbox', { name: 'Names' }).fill('hostname\nWS-0005\nWS-9999');
  await page.getByRole('button', { name: 'Add 2' }).click();
  await expect(page.getByRole('alert').getByText('WS-9999')).toBeVisible();
  await page.getByRole('tab', { name: 'Review', exact: true }).click();
  await expect(page.getByTestId('preview')).toBeVisible();
  expect(await previewNumber(page, 'downgrades')).toBe('1');
  await page.getByRole('button', { name: 'Start the update' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Start the update' }).click();
  await expect(page.getByText('The update was started')).toBeVisible();
  expect(await workstation(5).check('3.23.0')).toMatchObject({ action: 'require', target: '3.22.1' });
});

test('4. disapproving names the right number, and those are refused', async ({ page, system }) => {
  await signIn(page, system);
  await page.goto(`${system.url}/installers`);
  await page.getByRole('link', { name: '3.23.0', exact: true }).click();
  await page.getByRole('button', { name: 'Disapprove' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('4 workstations run this version and will be refused')).toBeVisible();
  await expect(dialog.getByText('3 of them have no update to go to.')).toBeVisible();
  await dialog.getByLabel('Reason').fill('It loses secrets');
  await expect(dialog.getByRole('button', { name: 'Disapprove' })).toBeDisabled();
  await dialog.getByLabel('Type 3.23.0 to confirm').fill('3.23.0');
  await dialog.getByRole('button', { name: 'Disapprove' }).click();
  await expect(page).toHaveURL(/\/updates\/new/);
  for (const number of [1, 2, 3]) {
    expect(await workstation(number).check('3.23.0')).toMatchObject({ action: 'block', code: 2028 });
  }
  // It stands in the signed policy, by which a workstation goes as long as it is offline.
  expect(workstation(1).prohibited()).toContainEqual({ version: '3.23.0', reason: 'It loses secrets' });
  expect((await workstation(4).check('3.22.1')).action).not.toBe('block');
  expect(await workstation(5).check('3.23.0')).toMatchObject({ action: 'require', code: 2028, target: '3.22.1' });
});

test('8. of two administrators who decide at once, one wins and the other is told', async ({
  page,
  system,
  browser,
}) => {
  const { items } = await system.api<{ items: { id: string }[] }>('GET', '/products');
  await system.api('PATCH', `/products/${items[0]?.id ?? ''}`, { signature: 'any' });
  const { id } = await system.upload('c.msi', unsignedInstaller());
  const context = await browser.newContext({ locale: 'en-US' });
  const other = await context.newPage();
  for (const one of [page, other]) {
    await signIn(one, system);
    await one.goto(`${system.url}/installers/${id}`);
  }
  const [approving, disapproving] = [page.getByRole('dialog'), other.getByRole('dialog')];
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  await approving.getByLabel(/I have reviewed/).check();
  await other.getByRole('button', { name: 'Disapprove', exact: true }).click();
  await disapproving.getByLabel('Reason').fill('It is not signed');
  await disapproving.getByLabel('Type 3.24.0 to confirm').fill('3.24.0');
  await Promise.all([
    approving.getByRole('button', { name: 'Approve' }).click(),
    disapproving.getByRole('button', { name: 'Disapprove' }).click(),
  ]);
  const told = [page, other].map((one) => one.getByText('This decision has been made already'));
  const won = [page.getByText('Version 3.24.0 was approved'), other.getByText('Version 3.24.0 was disapproved')];
  const visible = async (texts: Locator[]) => Promise.all(texts.map((text) => text.isVisible()));
  await expect.poll(async () => (await visible([...told, ...won])).filter(Boolean).length).toBe(2);
  const [approved, disapproved] = await visible(won);
  expect(await visible(told)).toEqual([disapproved, approved]);
  const { decision, decisions } = await system.api<{ decision: string; decisions: unknown[] }>(
    'GET',
    `/installers/${id}`,
  );
  expect(decision).toBe(approved === true ? 'approved' : 'disapproved');
  expect(decisions).toHaveLength(1);
  await context.close();
});
