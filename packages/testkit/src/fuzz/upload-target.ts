// Forms as uploads send them, almost right: parts missing, twice, in another order or by other names, and damage to the
// form's own bytes. Never a 500, never a hang; what is taken is an installer, and every refusal a problem with a code.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { contosoInstallers } from '../installers/contoso-agent.ts';
import { encodeForm, type FormPart } from '../server/upload.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { openFuzzServer, type FuzzServer } from './fuzz-server.ts';
import { byteChanges, changedBytes, sometimes, type ByteChange } from './mutations.ts';

const longestAnswer = 10_000;
const fixtures = Object.values(contosoInstallers()).map(({ path }) => readFileSync(path));
const url = '/api/v1/installers';

interface DamagedForm {
  readonly parts: readonly FormPart[];
  /** Damage to the content of every file in it. */
  readonly fileDamage: readonly ByteChange[] | null;
  /** Damage to the form as it is sent. */
  readonly damage: readonly ByteChange[] | null;
  readonly contentType: string | null;
}

const names = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('file', 'releaseNotes', 'properties', 'product') },
  { weight: 1, arbitrary: fc.constantFrom('', 'File', '__proto__', 'constructor', 'file[]', 'x'.repeat(300)) },
);
const fileNames = fc.oneof(
  { weight: 4, arbitrary: fc.constant('contoso-agent.msi') },
  { weight: 1, arbitrary: fc.constantFrom('', '..', '../../up.msi', 'C:\\up.msi', 'a\u0000b.msi', 'ação.msi', '.') },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 300 }) },
);
const texts = fc.oneof(
  fc.constantFrom('', '{}', '{"ADDLOCAL":"All"}', '{"lower":1}', '[]', 'null', '{"A":"b"', '{"__proto__":"x"}'),
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.string({ minLength: 1, maxLength: 1 }).map((letter) => letter.repeat(70_000)),
);
const text: fc.Arbitrary<FormPart> = fc.record({ name: names, content: texts });
const file: fc.Arbitrary<FormPart> = fc.record({
  name: fc.oneof({ weight: 6, arbitrary: fc.constant('file') }, { weight: 1, arbitrary: names }),
  content: fc.oneof(
    fc.constantFrom(...fixtures),
    fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
  ),
  fileName: fileNames,
});

const forms: fc.Arbitrary<DamagedForm> = fc.record({
  parts: fc.array(fc.oneof({ weight: 1, arbitrary: file }, { weight: 1, arbitrary: text }), { maxLength: 5 }),
  fileDamage: sometimes(byteChanges, 3),
  damage: sometimes(byteChanges, 4),
  contentType: sometimes(
    fc.constantFrom(
      'multipart/form-data',
      'multipart/form-data; boundary=',
      'multipart/form-data; boundary=other',
      'text/plain',
    ),
    8,
  ),
});

/** The form in few words: its contents would fill the report. */
function described(parts: readonly FormPart[], ...more: readonly unknown[]): string {
  const short = parts.map(({ name, fileName, content }) => [
    name,
    fileName,
    content.length,
    content.slice(0, 30).toString(),
  ]);
  return `A form of ${JSON.stringify(short)} (${JSON.stringify(more)})`;
}

async function check(
  { parts, fileDamage, damage, contentType }: DamagedForm,
  server: FuzzServer,
  address: string,
): Promise<void> {
  const damaged = parts.map((part) =>
    fileDamage === null || typeof part.content === 'string'
      ? part
      : { ...part, content: changedBytes(part.content, fileDamage) },
  );
  const form = encodeForm(damaged);
  // Over the network: what stands in for it inside a process does not stream as that does.
  const response = await fetch(`${address}${url}`, {
    method: 'POST',
    headers: { ...form.headers, ...(contentType === null ? {} : { 'content-type': contentType }), ...server.owner() },
    body: damage === null ? form.body : changedBytes(form.body, damage),
    signal: AbortSignal.timeout(longestAnswer),
  }).catch((cause: unknown) => {
    throw new Error(`${described(damaged, damage, contentType)} was not answered`, { cause });
  });
  const body = await response.text();
  const said = `${described(damaged, damage, contentType)}: ${response.status}: ${body.slice(0, 300)}`;
  if (response.status >= 500) throw new Error(`${said}\n${server.errors.at(-1) ?? ''}`);
  const isProblem = String(response.headers.get('content-type')).startsWith('application/problem+json');
  if (response.status !== 201 && !isProblem) throw new Error(`Neither taken nor a problem: ${said}`);
  server.clock.advance({ seconds: 1 });
}

/** Uploads. What one leaves in the server is there for the next, so a failing one is not made smaller. */
export const uploadTarget: FuzzTarget<DamagedForm> = {
  name: 'upload',
  roundSize: 100,
  slowest: longestAnswer,
  shrinks: false,
  open: async () => {
    const server = await openFuzzServer();
    const address = await server.system.listen();
    return { inputs: forms, check: (form) => check(form, server, address), close: () => server.close() };
  },
};
