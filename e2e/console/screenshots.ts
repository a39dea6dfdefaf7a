// Pictures of every page of a running console, to be looked at: `node e2e/console/screenshots.ts --url URL --email … --password … --out DIR`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Browser, type Page } from '@playwright/test';
import config from './playwright.config.ts';

const { values: options } = parseArgs({
  options: {
    url: { type: 'string' },
    email: { type: 'string' },
    password: { type: 'string' },
    out: { type: 'string', default: 'test-results/screenshots' },
    width: { type: 'string', multiple: true, default: ['1280'] },
    theme: { type: 'string', multiple: true, default: ['light'] },
    locale: { type: 'string', default: 'en-US' },
    /** Part of a page's name: only those. */
    only: { type: 'string', multiple: true, default: [] },
    /** The window's height; the whole page is taken all the same unless `--window`. */
    height: { type: 'string', default: '900' },
    window: { type: 'boolean', default: false },
  },
});

const { url = '', email = '', password = '' } = options;
if (url === '' || email === '' || password === '') throw new Error('Say --url, --email and --password');

interface Listed {
  readonly items: readonly { readonly id: string; readonly state?: string }[];
}

type Picture = readonly [name: string, path: string, after?: (page: Page) => Promise<void>];

const press =
  (name: RegExp | string) =>
  async (page: Page): Promise<void> => {
    await page.getByRole('main').getByRole('button', { name, exact: true }).first().click();
    await page.getByRole('dialog').waitFor();
  };

/** What there is to see: the first of each list stands for all. */
async function pictures(page: Page): Promise<Picture[]> {
  const first = async (path: string): Promise<string | undefined> => {
    const answer = await page.request.get(`${url}/api/v1${path}`);
    return ((await answer.json()) as Listed).items[0]?.id;
  };
  const installer = await first('/installers?pageSize=1');
  const product = await first('/products?pageSize=1');
  const running = (await first('/updates?pageSize=1&state=running')) ?? (await first('/updates?pageSize=1'));
  const draft = await first('/updates?pageSize=1&state=draft');
  const workstation = await first('/workstations?pageSize=1&sort=lastError');
  const some = (id: string | undefined, list: readonly Picture[]): readonly Picture[] => (id === undefined ? [] : list);
  return [
    ['overview', '/'],
    ['installers', '/installers'],
    ['installer-new', '/installers/new'],
    ...some(installer, [
      ['installer', `/installers/${installer}`],
      ['installer-decide', `/installers/${installer}`, press(/^(Disapprove|Reprovar|Desaprovar|Rechazar|Desaprobar)$/)],
    ]),
    ['updates', '/updates'],
    ['update-new', '/updates/new'],
    ...some(running, [
      ['update-progress', `/updates/${running}`],
      ['update-workstations', `/updates/${running}?tab=workstations`],
      ['update-events', `/updates/${running}?tab=events`],
      ['update-criteria', `/updates/${running}?tab=criteria`],
    ]),
    ...some(draft, [
      ['draft-workstations', `/updates/${draft}?tab=workstations`],
      ['draft-review', `/updates/${draft}?tab=review`],
    ]),
    ['workstations', '/workstations'],
    ['groups', '/workstations/groups'],
    ...some(workstation, [
      ['workstation', `/workstations/${workstation}`],
      ['workstation-history', `/workstations/${workstation}?tab=history`],
    ]),
    ['events', '/events'],
    ['products', '/settings/products'],
    ...some(product, [['product', `/settings/products/${product}`]]),
    ['accounts', '/settings/accounts'],
    ['tokens', '/settings/tokens'],
    ['keys', '/settings/keys'],
    ['notifications', '/settings/notifications'],
    ['security', '/settings/security'],
    ['about', '/settings/about'],
    ['profile', '/profile'],
  ];
}

async function take(browser: Browser, width: number, theme: 'light' | 'dark'): Promise<void> {
  const context = await browser.newContext({
    locale: options.locale,
    timezoneId: 'America/Sao_Paulo',
    colorScheme: theme,
    reducedMotion: 'reduce',
    viewport: { width, height: Number(options.height) },
  });
  const page = await context.newPage();
  await page.goto(`${url}/sign-in`);
  await page.getByRole('textbox').first().waitFor();
  const suffix = `-${width}-${theme}.png`;
  await page.screenshot({ path: join(options.out, `sign-in${suffix}`) });
  await page.request.post(`${url}/api/v1/session`, { data: { email, password } });
  const wanted = (await pictures(page)).filter(
    ([name]) => options.only.length === 0 || options.only.some((part) => name === part),
  );
  for (const [name, path, after] of wanted) {
    await page.goto(url + path);
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await page.waitForLoadState('load');
    await page
      .locator('.mantine-Skeleton-root, .mantine-Loader-root')
      .first()
      .waitFor({ state: 'detached', timeout: 20_000 });
    await after?.(page);
    // A plot measures itself before it draws.
    await page.waitForTimeout(250);
    const wide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
    const scrolls = await page.evaluate(
      `[...document.querySelectorAll('section, pre, [role=region]')].filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.getAttribute('aria-label') ?? one.tagName).join()`,
    );
    if (wide === true || scrolls !== '')
      console.log(`${name}${suffix}: ${wide === true ? 'the page ' : ''}${String(scrolls)} scrolls sideways`);
    await page.screenshot({ path: join(options.out, name + suffix), fullPage: !options.window });
  }
  await context.close();
}

mkdirSync(options.out, { recursive: true });
const browser = await chromium.launch(config.use?.launchOptions ?? {});
try {
  for (const width of options.width) {
    for (const theme of options.theme) await take(browser, Number(width), theme === 'dark' ? 'dark' : 'light');
  }
} finally {
  await browser.close();
}
