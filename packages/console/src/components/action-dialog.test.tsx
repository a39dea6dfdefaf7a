// The dialog before an action: it stays until it is answered.
// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import type { ComponentProps } from 'react';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startI18n } from '../i18n/i18n.ts';
import { theme } from '../theme.ts';
import { ActionDialog } from './action-dialog.tsx';

beforeAll(async () => {
  await startI18n('en');
});

afterEach(cleanup);

type Properties = ComponentProps<typeof ActionDialog>;

function open(properties: Pick<Properties, 'title' | 'confirm'> & Partial<Properties>): void {
  const nothing = () => undefined;
  render(
    <MantineProvider env="test" theme={theme}>
      <ActionDialog isPending={false} error={null} onConfirm={nothing} onClose={nothing} {...properties} />
    </MantineProvider>,
  );
}

describe('a dialog', () => {
  it('outlives a press beside it, such as the second one of a double click, and closes with Cancel', () => {
    const close = vi.fn();
    open({ title: 'Start', confirm: 'Start the update', onClose: close });
    const beside = document.querySelector('.mantine-Modal-overlay');
    if (beside === null) throw new Error('The dialog has nothing behind it');
    fireEvent.click(beside);
    expect(close).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(close).toHaveBeenCalledOnce();
  });

  it('says that another text was typed as soon as it cannot become the right one', () => {
    const confirm = vi.fn();
    const typed = { label: 'Type 3.22.1 to confirm', expected: '3.22.1' };
    open({ title: 'Disapprove', confirm: 'Disapprove', typed, onConfirm: confirm });
    const field = screen.getByLabelText(/^Type 3.22.1/);
    const type = (text: string) => fireEvent.change(field, { target: { value: text } });
    type('3.22');
    expect(screen.queryByText('This is not 3.22.1.')).toBeNull();
    type('3.23');
    expect(screen.getByText('This is not 3.22.1.')).toBeDefined();
    fireEvent.click(screen.getByRole('button', { name: 'Disapprove' }));
    expect(confirm).not.toHaveBeenCalled();
    type('3.22.1');
    expect(screen.queryByText('This is not 3.22.1.')).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Disapprove' }));
    expect(confirm).toHaveBeenCalledOnce();
  });
});
