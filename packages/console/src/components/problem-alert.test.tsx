// What a failed call says: in one language, and with a way on where there is one.
// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import type { ProblemCode } from '@usher/protocol';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ProblemError } from '../api/problem-error.ts';
import { changeLanguage, startI18n } from '../i18n/i18n.ts';
import { ProblemAlert } from './problem-alert.tsx';

function show(code: ProblemCode, status: number, detail: string): HTMLElement {
  const error = new ProblemError(code, status, { type: 'about:blank', title: 'Title', status, code, detail });
  render(
    <MantineProvider env="test">
      <ProblemAlert error={error} onRetry={() => undefined} />
    </MantineProvider>,
  );
  return screen.getByRole('alert');
}

beforeAll(async () => {
  await startI18n('en');
});

afterEach(cleanup);

describe('a problem', () => {
  it('shows the server’s sentence in English', async () => {
    await changeLanguage('en');
    expect(show('installer.duplicate', 409, 'Here already: 3.22.1.').textContent).toContain('Here already: 3.22.1.');
    expect(screen.queryByText(/The server says/)).toBeNull();
  });

  it.each([
    ['es', 'El servidor dice (en inglés): Here already: 3.22.1.'],
    ['pt-BR', 'O servidor diz (em inglês): Here already: 3.22.1.'],
  ] as const)('says in %s whose English sentence it is', async (language, text) => {
    await changeLanguage(language);
    expect(show('installer.duplicate', 409, 'Here already: 3.22.1.').textContent).toContain(text);
  });

  it('does not say in English once more what its title says already', async () => {
    await changeLanguage('es');
    const alert = show('session.refused', 401, 'E-mail address or password is wrong.');
    expect(alert.textContent).toContain('Correo o contraseña incorrectos');
    expect(alert.textContent).not.toContain('E-mail address');
  });

  it('leads to the installer that is here already, in words', async () => {
    await changeLanguage('es');
    const existing = {
      kind: 'installer',
      id: 'in_1',
      version: '3.22.1',
      architecture: 'x64',
      language: '1033',
      uploadedAt: '2026-11-22T12:30:05.000Z',
      sameFile: true,
    } as const;
    const problem = { type: 'about:blank', title: 'Title', status: 409, detail: 'This very file is here already.' };
    const error = new ProblemError('installer.duplicate', 409, { ...problem, code: 'installer.duplicate', existing });
    const root = createRootRoute({
      component: () => (
        <MantineProvider env="test">
          <ProblemAlert error={error} />
        </MantineProvider>
      ),
    });
    const router = createRouter({ routeTree: root, history: createMemoryHistory() });
    render(<RouterProvider router={router as never} />);
    const link = await screen.findByRole('link', {
      name: /^3\.22\.1 para x64, inglés estadounidense, subido el 22 nov 2026/,
    });
    expect(link.getAttribute('href')).toBe('/installers/in_1');
    expect(screen.getByRole('alert').textContent).not.toContain('This very file');
  });

  it('offers another try, but not of what is gone', async () => {
    await changeLanguage('en');
    show('server.internal', 500, 'Something went wrong.');
    expect(screen.queryByRole('button', { name: 'Try again' })).not.toBeNull();
    cleanup();
    show('update.not-found', 404, 'There is no update up_1.');
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
  });
});
