// Notices a round that never ends, even where it leaves the thread no moment to say so.
import { Worker } from 'node:worker_threads';

/** Far longer than any round takes. */
const longestRoundMs = 180_000;

/** What is under way, as the watching thread is told. */
export interface HangWatch {
  /** A round begins; the text is what a person should read if it never ends. */
  begin(text: string): void;
  end(): void;
  stop(): Promise<void>;
}

/** The process is ended from the watching thread: the other one has no ear. */
const watching = `
const { parentPort } = require('node:worker_threads');
const { writeSync } = require('node:fs');
let timer;
parentPort.on('message', ({ text, ms }) => {
  clearTimeout(timer);
  if (text === null) return;
  timer = setTimeout(() => {
    writeSync(2, text + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }, ms);
});
`;

/** Begins to watch. */
export function watchForHang(): HangWatch {
  const worker = new Worker(watching, { eval: true });
  const tell = (text: string | null) => worker.postMessage({ text, ms: longestRoundMs });
  return {
    begin: tell,
    end: () => tell(null),
    stop: async () => {
      await worker.terminate();
    },
  };
}
