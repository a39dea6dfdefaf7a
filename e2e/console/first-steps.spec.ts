// The first minutes: the one-time link, an empty console, addresses that lead somewhere and one that does not.
import { expect, test } from './support/story.ts';
import { owner } from './support/system.ts';

test.use({ story: 'first steps', empty: true });
test.describe.configure({ mode: 'serial' });

test('the one-time link makes the first account in the console, and leads in', async ({ page, system }) => {
  const printed = () => /at (\S+\/setup\?token=\S+)/.exec(system.output())?.[1] ?? '';
  // It is printed a moment after the address.
  await expect.poll(printed).not.toBe('');
  const link = printed();
  const answer = await page.goto(link);
  expect(answer?.headers()['content-security-policy']).toContain("default-src 'none'");
  await page.getByRole('textbox', { name: 'Name' }).fill('Ana Souza');
  await page.getByLabel('E-mail address').fill(owner.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(owner.password);
  await page.getByRole('button', { name: 'Make the account' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
  // Followed again it is refused, and says what to do.
  expect((await page.goto(link))?.status()).toBe(403);
  await expect(page.getByRole('heading', { name: 'This setup link is not valid any more' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'To the sign-in' })).toHaveAttribute('href', '/sign-in');
});

test('an address deep in the console leads there after the sign-in; an unknown one says so', async ({
  page,
  system,
}) => {
  await page.goto(`${system.url}/settings/about`);
  await page.getByLabel('E-mail address').fill(owner.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(owner.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'About' })).toBeVisible();
  await expect(page.getByText(system.url, { exact: true })).toBeVisible();
  await page.goto(`${system.url}/nowhere`);
  await expect(page.getByText('There is no such page')).toBeVisible();
  await page.getByRole('link', { name: 'To the overview' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
});
