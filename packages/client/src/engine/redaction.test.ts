// Tests of what leaves the machine with a report: no secret of an installer's log.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { redact, redactedTail } from './redaction.ts';

describe("an installer's log", () => {
  it('loses the values of hidden properties and of those whose name speaks for itself', () => {
    const log = [
      'Property(S): LICENSE = abc-123',
      'Property(C): DB_PASSWORD = hunter2 with spaces',
      'Property(S): ProductVersion = 3.23.0',
      "PROPERTY CHANGE: Adding LICENSE property. Its value is 'abc-123'.",
      'Command Line: LICENSE=abc-123 ADDLOCAL=Main APITOKEN="x ""y"" z" CURRENTDIRECTORY=C:\\',
      'Authorization: Bearer eyJhbGciOi.abc.def',
      'usher-key-1.eyJ1IjoiaHR0cDovLzEyNyJ9.abcdefgh',
    ].join('\n');
    const redacted = redact(log, ['LICENSE']);
    for (const secret of ['abc-123', 'hunter2', 'spaces', '"y"', 'eyJ']) expect(redacted).not.toContain(secret);
    for (const kept of ['ProductVersion = 3.23.0', 'ADDLOCAL=Main', 'CURRENTDIRECTORY=C:\\']) {
      expect(redacted).toContain(kept);
    }
  });

  it('loses secrets that are known as such', () => {
    expect(redact('saw wt_secret here', [], ['wt_secret'])).toBe('saw ********** here');
  });

  it('is read from its end, as UTF-16 like that of Windows, or as UTF-8', async () => {
    const path = join(await temporaryFolder(), 'install.log');
    const lines = Array.from({ length: 3_000 }, (_, index) => `line ${index}`).join('\r\n');
    for (const bytes of [Buffer.from(`\ufeff${lines}`, 'utf16le'), Buffer.from(lines, 'utf8')]) {
      await writeFile(path, bytes);
      const tail = (await redactedTail(path, [])) ?? '';
      expect(tail.split('\n').at(-1)).toBe('line 2999');
      expect(tail.split('\n')[0]).toMatch(/^line \d+$/);
      expect(tail.length).toBeLessThanOrEqual(32 * 1024);
    }
    expect(await redactedTail(`${path}.none`, [])).toBeNull();
  });
});
