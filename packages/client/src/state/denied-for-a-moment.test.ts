// What is denied for a moment: read as soon as it may be, and refused where it stays denied.
import { expect, test } from 'vitest';
import { readDespiteMoment } from './denied-for-a-moment.ts';

const refusal = (code: string) => Object.assign(new Error(code), { code });

/** Something that is denied so often. */
function deniedFor(times: number, code = 'EPERM') {
  let reads = 0;
  let waits = 0;
  const wait = () => {
    waits += 1;
    return Promise.resolve();
  };
  const read = () => {
    reads += 1;
    return reads > times ? Promise.resolve('the engine') : Promise.reject(refusal(code));
  };
  return { read: () => readDespiteMoment(read, { times: 3, wait }), waits: () => waits };
}

test.each(['EPERM', 'EACCES'])('what is denied (%s) for a moment is read when that is over', async (code) => {
  const moment = deniedFor(3, code);
  expect(await moment.read()).toBe('the engine');
  expect(moment.waits()).toBe(3);
});

test('what stays denied is refused in the end', async () => {
  const hidden = deniedFor(4);
  await expect(hidden.read()).rejects.toMatchObject({ code: 'EPERM' });
  expect(hidden.waits()).toBe(3);
});

test('another failure is nothing to wait for', async () => {
  const broken = deniedFor(1, 'EIO');
  await expect(broken.read()).rejects.toMatchObject({ code: 'EIO' });
  expect(broken.waits()).toBe(0);
});
