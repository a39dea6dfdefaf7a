// Loaded before a program (`node --import`), it shifts the program's time: the machine's clock by USHER_TEST_CLOCK_AHEAD_MS, which
// a person can set as they like, and what it counts since its start by USHER_TEST_UPTIME_AHEAD_MS.
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

const clockAhead = Number(process.env.USHER_TEST_CLOCK_AHEAD_MS);
const uptimeAhead = Number(process.env.USHER_TEST_UPTIME_AHEAD_MS) / 1000;

globalThis.Date = class extends Date {
  /** @param {[] | [string | number | Date]} value */
  constructor(...value) {
    super(...(value.length === 0 ? [Date.now()] : value));
  }

  static now() {
    return super.now() + clockAhead;
  }
};

const uptime = os.uptime.bind(os);
os.uptime = () => uptime() + uptimeAhead;
syncBuiltinESMExports();
