// Tests of finding the signed bytes in a metadata file: they are what is used, or they are not found.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusalOfAsync } from '../test-support/refusal.ts';
import { forged, TestRepository } from '../test-support/repository.ts';
import { testKey } from '../test-support/keys.ts';
import { TestWorkstation } from '../test-support/workstation.ts';
import { signedBytesIn } from './signed-bytes.ts';

const now = new Date('2026-11-22T08:00:00Z');
const head = (sig = 'ab') => `{"signatures":[{"keyid":"${'0'.repeat(64)}","sig":"${sig}"}],"signed":`;

describe('the signed part of a metadata file', () => {
  it('is found in whatever our maker writes', () => {
    for (const [name, bytes] of new TestRepository(now).files) {
      if (name.startsWith('targets/')) continue;
      const { signed } = JSON.parse(Buffer.from(bytes).toString('utf8')) as { signed: unknown };
      expect(JSON.parse(signedBytesIn(bytes)?.toString('utf8') ?? 'null'), name).toEqual(signed);
    }
  });

  it.each([
    '',
    '{}',
    `${head()}[]}`,
    `${head()}{}`.slice(0, -1),
    ` ${head()}{}}`,
    `${head('xy')}{}}`,
    `${head('"],"signed":{')}{}}`,
    `{"signed":{},"signatures":[]}`,
    `{"signatures":[],"signed":{}}`,
    JSON.stringify(JSON.parse(`${head()}{}}`), null, 1),
  ])('is not looked for in %j', (text) => {
    expect(signedBytesIn(Buffer.from(text))).toBeNull();
  });

  it('is what is read, wherever it can be read at all', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, more) => {
        const text = `${head()}${JSON.stringify({ value })}${more}}`;
        const bytes = signedBytesIn(Buffer.from(text));
        let file: { signed: unknown } | null = null;
        try {
          file = JSON.parse(text) as { signed: unknown };
        } catch {
          // What is no JSON is refused before anybody looks at signatures.
        }
        if (file === null || bytes?.toString('utf8') !== JSON.stringify({ value })) return;
        expect(file.signed).toEqual(JSON.parse(JSON.stringify({ value })));
      }),
    );
  });

  it('cannot be followed by another that is used in its place', async () => {
    const repository = new TestRepository(now);
    const workstation = new TestWorkstation(repository);
    await workstation.refresh();
    repository.publish('3.23.0');
    const good = repository.text('2.targets.json');
    const evil = Buffer.from(
      forged(Buffer.from(good), (signed) => ({ ...signed, version: 2, x: 1 }), [testKey('thief')]),
    );
    const { signed } = JSON.parse(evil.toString('utf8')) as { signed: unknown };
    const both = Buffer.from(`${good.slice(0, -1)},"signed":${JSON.stringify(signed)}}`);
    repository.files.set('2.targets.json', both);
    repository.forgeThrough('snapshot', (old) => ({ ...old, meta: { 'targets.json': { version: 2 } } }));
    expect(await refusalOfAsync(() => workstation.refresh())).toBe('metadata.bad-signature');
  });
});
