// Gives back memory while nobody asks anything: an engine waits nearly all the time, on every workstation.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How long after the last thing that was done, in milliseconds. */
const quietMs = 1_000;

/**
 * Collects garbage once it has been quiet for a moment; call the result whenever something was done. V8 itself waits for
 * the heap to grow, which it hardly does here: what one start leaves would stay for hours.
 */
export function memoryTidier(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let timer: NodeJS.Timeout | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(collect, quietMs).unref();
  };
}
