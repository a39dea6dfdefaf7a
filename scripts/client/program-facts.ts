// What Windows shows of a program, and what AppLocker's rules go by: its product, its version, who made it.
import { NtExecutable, NtExecutableResource, Resource } from 'resedit';

/** What a program is called. */
export interface ProgramFacts {
  /** Three numbers. */
  readonly version: string;
  readonly description: string;
  readonly fileName: string;
}

/** Of every program of the client, so that one rule covers them. */
export const clientProduct = { name: 'Usher client', company: 'Usher' } as const;

const english = { lang: 1033, codepage: 1200 } as const;

/** A copy of a Windows program without a signature that says what it is, in place of what it said before. */
export function withFacts(program: Buffer, { version, description, fileName }: ProgramFacts): Buffer {
  const executable = NtExecutable.from(program);
  const resources = NtExecutableResource.from(executable);
  resources.entries = resources.entries.filter(({ type }) => type !== versionResource);
  const info = Resource.VersionInfo.create(english.lang, { fileOS: 0x40004, fileType: 1 }, []);
  info.setFileVersion(`${version}.0`, english.lang);
  info.setProductVersion(`${version}.0`, english.lang);
  info.setStringValues(english, {
    CompanyName: clientProduct.company,
    ProductName: clientProduct.name,
    FileDescription: description,
    OriginalFilename: fileName,
    InternalName: fileName.replace(/\.exe$/, ''),
    FileVersion: version,
    ProductVersion: version,
  });
  info.outputToResourceEntries(resources.entries);
  resources.outputResource(executable);
  return Buffer.from(executable.generate());
}

/** RT_VERSION. */
const versionResource = 16;
