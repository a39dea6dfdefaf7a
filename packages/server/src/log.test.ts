// What the log holds back, and that a line can be read by a program.
import { expect, test } from 'vitest';
import { makeLog } from './log.ts';

const clock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6) };

function logged(write: (log: ReturnType<typeof makeLog>) => void): string[] {
  const lines: string[] = [];
  write(makeLog('info', clock, { write: (line) => void lines.push(line) }));
  return lines;
}

test('writes one JSON object per line with the time of the clock handed in', () => {
  const [line] = logged((log) => log.info({ workstation: 'ws_1' }, 'checked'));
  expect(JSON.parse(line ?? '')).toEqual({
    level: 'info',
    at: '2026-01-02T03:04:05.006Z',
    workstation: 'ws_1',
    message: 'checked',
  });
});

test.each([
  [{ password: 'opensesame' }],
  [{ body: { password: 'opensesame' } }],
  [{ request: { headers: { authorization: 'opensesame', cookie: 'opensesame' } } }],
  [{ reply: { headers: { 'set-cookie': 'opensesame' } } }],
  [{ account: { passwordHash: 'opensesame', otp: 'opensesame' } }],
])('strikes secrets out of %j', (fields) => {
  const [line] = logged((log) => log.info(fields, 'something'));
  expect(line).toContain('[redacted]');
  expect(line).not.toContain('opensesame');
});

test('leaves out what is below its level', () => {
  expect(logged((log) => log.debug('detail'))).toEqual([]);
});
