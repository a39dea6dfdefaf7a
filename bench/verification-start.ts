// One start in a process of its own: what verifying the stored catalogue and policy costs there, cold, beside only reading them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TrustedCatalogue, verifyPolicy } from '@usher/trust';

const [folder = '', rootFingerprint = '', workstationId = ''] = process.argv.slice(2);
const read = (name: string) => readFile(join(folder, name));
const refuse = () => Promise.reject(new Error('This start asks nobody, and keeps nothing.'));

async function onlyRead(): Promise<number> {
  const begin = performance.now();
  JSON.parse((await read('catalogue.json')).toString('utf8'));
  const [, payload = ''] = (await read('policy.jws')).toString('utf8').split('.');
  JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  return performance.now() - begin;
}

async function verify(): Promise<number> {
  const begin = performance.now();
  const storage = { read, write: refuse, setAside: refuse };
  const catalogue = new TrustedCatalogue({ url: '', rootFingerprint, storage, fetcher: { fetch: refuse } });
  // As often as a start asks for it: for the policy's keys, for prohibitions, for a typed pass.
  const view = await catalogue.current();
  if (view === null) throw new Error('No catalogue is stored.');
  verifyPolicy((await read('policy.jws')).toString('utf8'), { keys: view.directorKeys, workstationId });
  await catalogue.current();
  await catalogue.current();
  return performance.now() - begin;
}

// The first access to a disk costs a process more than the second: neither of the two is to pay for it.
await onlyRead();
const baseline = await onlyRead();
const verified = await verify();
process.stdout.write(JSON.stringify({ baseline, verified }));
