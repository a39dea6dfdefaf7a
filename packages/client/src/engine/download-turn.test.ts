// Tests of whose turn it is to download while nobody waits: each installer has one of its own, and each comes.
import { writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { asClientError } from '../client-error.ts';
import { StateFolder } from '../state/state-folder.ts';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { TestHost } from '../test-support/test-host.ts';
import { DownloadTurn, spreadMs } from './download-turn.ts';

const hourMs = 3_600_000;
/** More never wait at once. */
const mostTurns = 32;
const installer = (number: number) => number.toString(16).padStart(64, '0');
let host: TestHost;
let state: StateFolder;

beforeEach(async () => {
  host = new TestHost();
  // In the middle of the half hour.
  host.random = (length) => Buffer.alloc(length, 0x80);
  state = new StateFolder(await temporaryFolder(), ({ path, why }) => {
    throw new Error(`${path}: ${why}`);
  });
  await state.prepare();
});

/** As a process begins that knows nothing but what is on the disk. */
const turn = () => new DownloadTurn(state.turns, host);

/** Null where it is the installer's turn, else in how many milliseconds it is. */
async function waitFor(sha256: string): Promise<number | null> {
  try {
    await turn().require(sha256);
    return null;
  } catch (error) {
    return asClientError(error, 'download.postponed')?.facts.retryAfterMs ?? Number.NaN;
  }
}

describe('the turn to download', () => {
  it('is drawn within half an hour, and comes then', async () => {
    const wait = (await waitFor(installer(1))) ?? Number.NaN;
    expect(wait / spreadMs).toBeCloseTo(0.5, 2);
    host.pass(wait);
    expect(await waitFor(installer(1))).toBeNull();
  });

  it.each([2, 5, mostTurns])('comes for each of %i installers that wait at the same time', async (count) => {
    const all = Array.from({ length: count }, (_, index) => installer(index));
    for (const each of all) expect(await waitFor(each)).toBeLessThan(hourMs);
    host.pass(hourMs);
    for (const each of all) expect(await waitFor(each)).toBeNull();
  });

  it('that the server named for one installer holds, whatever others are asked for', async () => {
    await expect(turn().postpone(installer(1), 3 * hourMs)).rejects.toMatchObject({ code: 'download.postponed' });
    for (let hour = 0; hour < 3; hour += 1) {
      await waitFor(installer(2));
      expect(await waitFor(installer(1))).toBe((3 - hour) * hourMs);
      host.pass(hourMs);
    }
    expect(await waitFor(installer(1))).toBeNull();
  });

  it('that an older client noted is no damage: it is drawn anew', async () => {
    const notBefore = host.clock.now() + 3 * hourMs;
    await writeFile(state.turns.path, JSON.stringify({ sha256: installer(1), notBefore }));
    expect(await waitFor(installer(1))).toBeLessThan(spreadMs);
  });

  it('is drawn anew where a clock that was set back has put it days ahead', async () => {
    await waitFor(installer(1));
    host.setClock('2026-11-01T08:00:00.000Z');
    expect(await waitFor(installer(1))).toBeLessThan(spreadMs);
  });

  it('is not kept for ever: of many, those that were drawn the longest ago are forgotten', async () => {
    for (let number = 0; number < 3 * mostTurns; number += 1) {
      await waitFor(installer(number));
      host.pass(hourMs);
    }
    expect((await state.turns.read())?.turns.map(({ sha256 }) => sha256)).toEqual(
      Array.from({ length: mostTurns }, (_, index) => installer(2 * mostTurns + index)),
    );
  });
});
