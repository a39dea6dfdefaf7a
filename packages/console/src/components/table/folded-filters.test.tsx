// The button that unfolds the filters of a list where there is little room.
// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { changeLanguage, startI18n } from '../../i18n/i18n.ts';
import { FoldedFilters } from './folded-filters.tsx';

function show(count: number): HTMLElement {
  render(
    <MantineProvider env="test">
      <FoldedFilters count={count}>
        <input aria-label="Status" />
      </FoldedFilters>
    </MantineProvider>,
  );
  return screen.getByRole('button');
}

beforeAll(async () => {
  await startI18n('en');
});

afterEach(cleanup);

it('says how many filters are set', async () => {
  await changeLanguage('en');
  expect(show(2).textContent).toBe('Filters (2 set)');
  cleanup();
  expect(show(0).textContent).toBe('Filters');
  await changeLanguage('pt-BR');
  cleanup();
  expect(show(1).textContent).toBe('Filtros (1 em uso)');
});

it('unfolds what it names', () => {
  const button = show(0);
  const folded = document.getElementById(button.getAttribute('aria-controls') ?? '');
  expect([button.getAttribute('aria-expanded'), folded?.dataset.open]).toEqual(['false', 'false']);
  fireEvent.click(button);
  expect([button.getAttribute('aria-expanded'), folded?.dataset.open]).toEqual(['true', 'true']);
  expect(folded?.contains(screen.getByLabelText('Status'))).toBe(true);
});
