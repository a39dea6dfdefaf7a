// Which prohibitions a workstation gets: by number, and by the installer that it has or would get.
import { describe, expect, it } from 'vitest';
import type { Architecture, Decision } from './choose-installer.ts';
import { prohibitedFor, prohibitedForAll, type DecidedInstaller, type InstalledState } from './prohibited-for.ts';

function installer(
  productCode: string,
  architecture: Architecture,
  decision: Decision,
  version = '3.22.1',
  language = '0',
): DecidedInstaller {
  const reason = decision === 'disapproved' ? `${productCode} is bad` : null;
  return { installerId: `in_${productCode}`, version, architecture, language, decision, productCode, reason };
}

const x64: InstalledState = {
  platform: { architecture: 'x64', language: '1033' },
  installedVersion: '3.22.1',
  productCode: null,
};
const versions = (workstation: InstalledState, ...installers: DecidedInstaller[]) =>
  prohibitedFor([], installers, workstation);
const bad = (code: string, version = '3.22.1') => [{ version, reason: `${code} is bad` }];

describe('by number', () => {
  it('every prohibition holds for every workstation', () => {
    const numbers = [
      { version: '3.19.2', reason: 'x' },
      { below: '3.20.0', reason: 'y' },
    ];
    expect(prohibitedFor(numbers, [], x64)).toStrictEqual(numbers);
    expect(prohibitedForAll(numbers, [])).toStrictEqual(numbers);
  });
});

describe('by the installer of the installed version', () => {
  const good64 = installer('{64}', 'x64', 'approved');
  const bad64 = installer('{64}', 'x64', 'disapproved');
  const good86 = installer('{86}', 'x86', 'approved');
  const bad86 = installer('{86}', 'x86', 'disapproved');

  it('that the workstation names by its ProductCode', () => {
    expect(versions({ ...x64, productCode: '{86}' }, good64, bad86)).toStrictEqual(bad('{86}'));
    expect(versions({ ...x64, productCode: '{64}' }, good64, bad86)).toStrictEqual([]);
    expect(versions({ ...x64, productCode: '{86}' }, bad64, good86)).toStrictEqual([]);
  });

  it('whatever the spelling of code and version', () => {
    const workstation = { ...x64, productCode: '{ab}', installedVersion: '3.022.1.0' };
    expect(versions(workstation, good64, installer('{AB}', 'x64', 'disapproved'))).toStrictEqual(bad('{AB}'));
  });

  it('also where the workstation says that it could not run it', () => {
    const workstation = { ...x64, platform: { architecture: 'x86', language: null }, productCode: '{64}' };
    expect(versions(workstation, bad64, good86)).toStrictEqual(bad('{64}'));
  });

  it('that would be chosen, where no ProductCode is reported: an approved one that fits less does not help', () => {
    expect(versions(x64, bad64, good86)).toStrictEqual(bad('{64}'));
    expect(versions(x64, good64, bad86)).toStrictEqual([]);
  });

  it('that would be chosen, where the ProductCode is nobody’s', () => {
    expect(versions({ ...x64, productCode: '{other}' }, bad64, good86)).toStrictEqual(bad('{64}'));
  });

  it('of this version, where a minor update kept the ProductCode', () => {
    const earlier = installer('{64}', 'x64', 'disapproved', '3.22.0');
    expect(versions({ ...x64, productCode: '{64}' }, earlier, good64)).toStrictEqual(bad('{64}', '3.22.0'));
    const now = installer('{64}', 'x64', 'approved', '3.22.0');
    expect(versions({ ...x64, productCode: '{64}' }, now, bad64)).toStrictEqual(bad('{64}'));
  });

  it('not by a pending one, which is no decision', () => {
    const pending = installer('{p}', 'x64', 'pending', '3.22.1', '1033');
    expect(versions({ ...x64, productCode: '{p}' }, pending, bad64)).toStrictEqual([]);
    expect(versions(x64, pending, bad64)).toStrictEqual(bad('{64}'));
    expect(versions(x64, pending)).toStrictEqual([]);
  });

  it('not by one that it can not run', () => {
    const x86 = { ...x64, platform: { architecture: 'x86', language: null } };
    expect(versions(x86, bad64)).toStrictEqual([]);
  });

  it('by any, where the architecture is unknown', () => {
    const unknown = { ...x64, platform: { architecture: 'mips', language: null } };
    expect(versions(unknown, good86, bad64)).toStrictEqual(bad('{64}'));
  });

  it('in its own language first', () => {
    const english = installer('{en}', 'x64', 'disapproved', '3.22.1', '1033');
    const brazilian = installer('{pt}', 'x64', 'approved', '3.22.1', '1046');
    expect(versions(x64, english, brazilian)).toStrictEqual(bad('{en}'));
    expect(
      versions({ ...x64, platform: { architecture: 'x64', language: 'pt-BR' } }, english, brazilian),
    ).toStrictEqual([]);
  });
});

describe('by the installer of another version', () => {
  const other = { ...x64, installedVersion: '3.20.0' };

  it('where the one that it would get is disapproved', () => {
    expect(versions(other, installer('{64}', 'x64', 'disapproved'))).toStrictEqual(bad('{64}'));
    expect(versions({ ...x64, installedVersion: null }, installer('{64}', 'x64', 'disapproved'))).toStrictEqual(
      bad('{64}'),
    );
  });

  it('not while it could get an approved one', () => {
    const both = [installer('{64}', 'x64', 'disapproved'), installer('{86}', 'x86', 'approved')];
    expect(versions(other, ...both)).toStrictEqual([]);
  });
});

describe('for everybody', () => {
  it('is what has no approved installer left', () => {
    const installers = [
      installer('{1}', 'x64', 'disapproved', '3.21.0'),
      installer('{2}', 'x86', 'disapproved', '3.21'),
      installer('{3}', 'arm64', 'pending', '3.21.0'),
      installer('{4}', 'x64', 'disapproved', '3.22.0'),
      installer('{5}', 'x86', 'approved', '3.22.0'),
      installer('{6}', 'x64', 'pending', '3.23.0'),
    ];
    expect(prohibitedForAll([], installers)).toStrictEqual(bad('{1}', '3.21.0'));
  });

  it('leaves out what is no version', () => {
    expect(prohibitedForAll([], [installer('{1}', 'x64', 'disapproved', 'beta')])).toStrictEqual([]);
    expect(versions(x64, installer('{1}', 'x64', 'disapproved', 'beta'))).toStrictEqual([]);
  });
});
