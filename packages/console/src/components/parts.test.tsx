// Components that carry meaning: parts of a bar, notes without HTML, what a role sees.
// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core';
import { cleanup, render, screen } from '@testing-library/react';
import { assignmentStates } from '@usher/core';
import type { ReactNode } from 'react';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Account, Counts } from '../api/types.ts';
import { startI18n } from '../i18n/i18n.ts';
import { AccountContext, usePermission } from '../state/session.ts';
import { Markdown } from './markdown.tsx';
import { partCounts, partStates, ProgressParts } from './progress-parts.tsx';

const noCounts = Object.fromEntries(assignmentStates.map((state) => [state, 0])) as Counts;

function show(page: ReactNode) {
  return render(<MantineProvider env="test">{page}</MantineProvider>);
}

beforeAll(async () => {
  await startI18n('en');
});

afterEach(cleanup);

describe('the bar of an update', () => {
  it('has a part for every state, each state in one part', () => {
    expect(Object.values(partStates).flat().sort()).toEqual([...assignmentStates].sort());
  });

  it('says its parts in words', () => {
    show(<ProgressParts counts={{ ...noCounts, installed: 2210, failed: 14, offered: 3 }} total={2227} />);
    expect(screen.getByRole('img').getAttribute('aria-label')).toBe('Installed: 2,210, Offered: 3, Failed: 14');
  });

  it('sums up to all', () => {
    const counts = { ...noCounts, downloading: 1, installing: 2, superseded: 4, waiting: 8 };
    expect(Object.values(partCounts(counts)).reduce((sum, part) => sum + part, 0)).toBe(15);
  });
});

describe('notes from elsewhere', () => {
  it('lose HTML, pictures and links that are none', async () => {
    const notes =
      'Safe **words**\n\n<script>alert(1)</script>\n\n![seen](https://evil.example/x.png) [go](javascript:alert(1))';
    const { container } = show(<Markdown text={notes} />);
    await screen.findByText('words', {}, { timeout: 10_000 });
    expect(container.querySelectorAll('script, img, a')).toHaveLength(0);
    expect(container.textContent).toContain('seen');
  });
});

function Approve(): ReactNode {
  return usePermission('installers.decide') ? <button type="button">approve</button> : null;
}

describe('a button beyond one’s role', () => {
  it.each([
    ['viewer', 0],
    ['operator', 0],
    ['approver', 1],
    ['owner', 1],
  ] as const)('is shown to a %s %d times', (role, times) => {
    show(
      <AccountContext value={{ role } as Account}>
        <Approve />
      </AccountContext>,
    );
    expect(screen.queryAllByRole('button')).toHaveLength(times);
  });
});
