// The whole job by keyboard alone, in Portuguese, in the dark theme.
/// <reference lib="dom" />
import type { Page } from '@playwright/test';
import { installer, installerPath } from './support/installers.ts';
import { axeFindings, expect, test } from './support/story.ts';
import { owner } from './support/system.ts';
import { activate } from './support/workstation.ts';

test.use({ story: 'keyboard', locale: 'pt-BR', colorScheme: 'dark' });

/** The most stops that lie between two things that belong together. */
const mostStops = 90;

/** Goes on with Tab until the control with this name has the focus. A mouse is never used. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const seen: string[] = [];
  for (let stop = 0; stop < mostStops; stop += 1) {
    await page.keyboard.press('Tab');
    const label = await page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement)) return '';
      const own = element.getAttribute('aria-label') ?? element.innerText;
      const labels =
        element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.labels : null;
      return (labels?.[0]?.innerText ?? own).trim();
    });
    if (name.test(label)) return;
    seen.push(label);
  }
  throw new Error(`No stop is called ${String(name)}; there were: ${seen.join(' | ')}`);
}

async function press(page: Page, name: RegExp, key = 'Enter'): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press(key);
}

test('7. by keyboard, in Portuguese, in the dark theme', async ({ page, system }) => {
  test.setTimeout(180_000);
  await system.upload('a.msi', installer('3.22.1'));
  const body = { label: 'Todas', autoAuthorize: false };
  const { key } = await system.api<{ key: string }>('POST', '/installation-keys', body);
  const workstation = await activate(system, key, 'WS-0001', '3.22.1');

  await page.goto(`${system.url}/sign-in`);
  await expect(page.getByRole('heading', { name: 'Entrar' })).toBeVisible();
  await page.keyboard.type(owner.email);
  await tabTo(page, /^Senha/);
  await page.keyboard.type(owner.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Visão geral' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'pt-BR');
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');

  await press(page, /^Instaladores$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Instaladores' })).toBeVisible();
  await press(page, /^Novo instalador$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Novo instalador' })).toBeVisible();
  const choosing = page.waitForEvent('filechooser');
  await press(page, /^Solte aqui o MSI oficial/);
  await (await choosing).setFiles(installerPath('3.23.0'));
  await press(page, /^Salvar$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Contoso Agent 3.23.0' })).toBeVisible();
  await press(page, /^Aprovar$/);
  await expect(page.getByRole('dialog')).toBeVisible();
  await press(page, /^Revisei as mudanças/, ' ');
  expect(await axeFindings(page)).toEqual([]);
  await press(page, /^Aprovar$/);
  await expect(page.getByText('A versão 3.23.0 foi aprovada')).toBeVisible();

  await press(page, /^Estações$/);
  await press(page, /^WS-0001$/);
  await expect(page.getByRole('heading', { level: 1, name: 'WS-0001' })).toBeVisible();
  await press(page, /^Autorizar$/);
  await expect(page.getByRole('dialog')).toBeVisible();
  await press(page, /^Autorizar$/);
  await expect(page.getByText('WS-0001 foi autorizada')).toBeVisible();

  await press(page, /^Atualizações$/);
  await press(page, /^Nova atualização$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Nova atualização' })).toBeVisible();
  await tabTo(page, /^Versão de destino/);
  // The only one there is stands there already; it can be chosen from the list all the same.
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('option', { name: /^3\.23\.0/ })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('combobox', { name: 'Versão de destino' })).toHaveValue(/^3\.23\.0/);
  await press(page, /^Salvar$/);
  await expect(page.getByText('Salva, mas não iniciada')).toBeVisible();
  await press(page, /^Selecionar WS-0001$/, ' ');
  await expect(page.getByText('1 selecionada')).toBeVisible();
  await press(page, /^Adicionar 1$/);
  await expect(page.getByRole('tab', { name: 'Estações (1)' })).toBeVisible();
  await press(page, /^Revisar e iniciar$/);
  await expect(page.getByTestId('preview')).toBeVisible();
  await press(page, /^Iniciar a atualização$/);
  await expect(page.getByRole('dialog')).toBeVisible();
  await press(page, /^Iniciar a atualização$/);
  await expect(page.getByText('A atualização foi iniciada')).toBeVisible();
  expect(await workstation.check('3.22.1')).toMatchObject({ action: 'offer', target: '3.23.0' });

  await press(page, /^Pausar$/);
  await expect(page.getByRole('dialog')).toBeVisible();
  await press(page, /^Pausar$/);
  await expect(page.getByText('A atualização foi pausada')).toBeVisible();
  await press(page, /^Retomar$/);
  await expect(page.getByRole('dialog')).toBeVisible();
  await press(page, /^Retomar$/);
  await expect(page.getByText('A atualização continua')).toBeVisible();
  await workstation.check('3.23.0');
  await expect(page.getByText('1 de 1 instaladas')).toBeVisible();

  await press(page, /^Instaladores$/);
  await press(page, /^3\.23\.0$/);
  await press(page, /^Reprovar$/);
  await expect(page.getByText('1 estação executa esta versão')).toBeVisible();
  await tabTo(page, /^Motivo/);
  await page.keyboard.type('Perde segredos');
  await tabTo(page, /^Digite 3\.23\.0/);
  await page.keyboard.type('3.23.0');
  await press(page, /^Reprovar$/);
  await expect(page.getByText('A versão 3.23.0 foi reprovada')).toBeVisible();
  expect(await workstation.check('3.23.0')).toMatchObject({ action: 'block', code: 2028 });
});
