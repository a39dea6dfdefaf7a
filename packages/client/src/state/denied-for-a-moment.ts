// Reads what an engine that starts on Windows may be giving its rights at this moment.
import { setTimeout as delay } from 'node:timers/promises';
import { isDenied } from '../client-error.ts';

/** How often, and after how many milliseconds each, what was denied is looked at again. */
export interface Patience {
  readonly times: number;
  readonly wait: () => Promise<void>;
}

/** Ten seconds on Windows, where rights are set by programs of their own. Elsewhere there is no such moment. */
const usual: Patience = {
  times: process.platform === 'win32' ? 40 : 0,
  wait: async () => {
    await delay(250);
  },
};

/** What is read; rejects as the last attempt does where it stays denied. */
export async function readDespiteMoment<Value>(read: () => Promise<Value>, { times, wait } = usual): Promise<Value> {
  for (let left = times; ; left -= 1) {
    try {
      return await read();
    } catch (error) {
      if (left === 0 || !isDenied(error)) throw error;
    }
    await wait();
  }
}
