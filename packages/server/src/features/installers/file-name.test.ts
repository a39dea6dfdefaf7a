// Names of uploaded files: kept where they are harmless, changed where Windows or a reader would be misled.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safeFileName } from './file-name.ts';

describe('the name of an uploaded file', () => {
  test.each([
    ['agent-3.22.1.msi', 'agent-3.22.1.msi'],
    ['Agente de Segurança (x64).MSI', 'Agente de Segurança (x64).msi'],
    ['C:\\Users\\me\\agent.msi', 'agent.msi'],
    ['../../etc/passwd', 'passwd.msi'],
    ['a<b>:"|?*.msi', 'a_b______.msi'],
    ['gpj.\u202Eism', 'gpj._ism.msi'],
    ['con.msi', '_con.msi'],
    ['LPT1.x.msi', '_LPT1.x.msi'],
    ['trailing. . .msi', 'trailing.msi'],
    ['.msi', 'installer.msi'],
    ['...', 'installer.msi'],
    ['', 'installer.msi'],
    [undefined, 'installer.msi'],
    ['nul\0byte.msi', 'nul_byte.msi'],
  ])('%j becomes %j', (sent, kept) => {
    expect(safeFileName(sent)).toBe(kept);
  });

  test('is always one that can stand on a disk, and stays what it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (sent) => {
        const name = safeFileName(sent);
        // eslint-disable-next-line no-control-regex -- control characters are what must not stay
        expect(name).toMatch(/^[^<>:"/\\|?*\0-\x1f]+[^<>:"/\\|?*\0-\x1f. ]\.msi$|^[^. ]\.msi$/u);
        expect(Array.from(name).length).toBeLessThanOrEqual(160);
        expect(safeFileName(name)).toBe(name);
      }),
    );
  });
});
