// The installer for a workstation: architecture before language, and a reason where there is none.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bestFit,
  chooseInstaller,
  parseArchitecture,
  type Architecture,
  type Decision,
  type InstallerOption,
} from './choose-installer.ts';

/** `x64:1033` as an approved installer of 3.23.0; its id is that text. */
function option(text: string, decision: Decision = 'approved', version = '3.23.0'): InstallerOption {
  const [architecture, language] = text.split(':') as [Architecture, string];
  return { installerId: text, version, architecture, language, decision };
}

function chosen(architecture: string, language: string | null, ...options: string[]): string {
  const choice = chooseInstaller(
    options.map((text) => option(text)),
    '3.23.0',
    { architecture, language },
  );
  return choice.installer?.installerId ?? choice.reason ?? '';
}

describe('the installer for an architecture', () => {
  it.each([
    ['x64', ['x86:0', 'x64:0', 'arm64:0'], 'x64:0'],
    ['x64', ['x86:0', 'arm64:0'], 'x86:0'],
    ['x86', ['x86:0', 'x64:0'], 'x86:0'],
    ['arm64', ['x86:0', 'x64:0', 'arm64:0'], 'arm64:0'],
    ['arm64', ['x86:0', 'x64:0'], 'x64:0'],
    ['arm64', ['x86:0'], 'x86:0'],
    ['x86', ['x64:0', 'arm64:0'], 'architecture-not-supported'],
    ['x64', ['arm64:0'], 'architecture-not-supported'],
    ['riscv64', ['x64:0'], 'architecture-unknown'],
    ['x64', [], 'none-approved'],
  ])('%s, of %j, is %s', (architecture, options, expected) => {
    expect(chosen(architecture, '1033', ...options)).toBe(expected);
  });

  it('comes before the language', () => {
    expect(chosen('x64', '1046', 'x86:1046', 'x64:1033')).toBe('x64:1033');
  });

  it.each([
    ['ia32', 'x86'],
    ['AMD64', 'x64'],
    ['x86_64', 'x64'],
    ['aarch64', 'arm64'],
    ['mips', null],
    ['', null],
    ['constructor', null],
  ])('%s is read as %s', (text, architecture) => {
    expect(parseArchitecture(text)).toBe(architecture);
  });
});

describe('the installer for a language', () => {
  it.each([
    ['the same LCID', '1046', ['1033', '1046', '0'], '1046'],
    ['the same by its tag', 'pt-BR', ['1033', '1046', '0'], '1046'],
    ['the language as such, before neutral', 'pt-BR', ['0', '22'], '22'],
    ['any region for a workstation that names none', 'pt', ['0', '2070'], '2070'],
    ['neutral, before another region', 'en-GB', ['1033', '0'], '0'],
    ['another region, before another language', 'en-GB', ['1031', '1033'], '1033'],
    ['neutral, before another language', 'pt-BR', ['1033', '0'], '0'],
    ['the lowest of others', 'pt-BR', ['1036', '1031', '1033'], '1031'],
    ['neutral, where the language is unknown', null, ['1033', '0'], '0'],
    ['neutral, where the language can not be read', 'Klingon!', ['1033', '0'], '0'],
    ['the lowest, where the language is unknown', null, ['1046', '1033'], '1033'],
    ['the same number, known to nobody', '999999', ['1033', '999999'], '999999'],
  ])('is %s', (_name, language, offered, expected) => {
    expect(chosen('x64', language, ...offered.map((lcid) => `x64:${lcid}`))).toBe(`x64:${expected}`);
  });
});

describe('the choice', () => {
  const platform = { architecture: 'x64', language: '1033' };

  it('is among the approved ones of that version alone', () => {
    const options = [
      option('x64:1033', 'pending'),
      option('x64:1033', 'disapproved'),
      option('x64:1033', 'approved', '3.22.0'),
      option('x86:0', 'approved', '3.023'),
    ];
    expect(chooseInstaller(options, '3.23.0', platform).installer?.installerId).toBe('x86:0');
    expect(chooseInstaller(options.slice(0, 3), '3.23.0', platform).reason).toBe('none-approved');
  });

  it('does not depend on the order in which installers are handed in', () => {
    const anyOption = fc.record({
      installerId: fc.constantFrom('in_a', 'in_b', 'in_c', 'in_d'),
      version: fc.constant('3.23.0'),
      architecture: fc.constantFrom<Architecture>('x86', 'x64', 'arm64'),
      language: fc.constantFrom('0', '9', '1033', '2057', '1046'),
      decision: fc.constant<Decision>('approved'),
    });
    const options = fc.uniqueArray(anyOption, { selector: ({ installerId }) => installerId, maxLength: 4 });
    const platforms = fc.record({
      architecture: fc.constantFrom('x86', 'x64', 'arm64'),
      language: fc.option(fc.constantFrom('1033', 'en-GB', 'en', 'pt-BR')),
    });
    fc.assert(
      fc.property(options, platforms, (installers, each) => {
        expect(bestFit(installers.toReversed(), each)).toStrictEqual(bestFit(installers, each));
      }),
    );
  });
});
