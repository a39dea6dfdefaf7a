// What an administrator should know of an installer before approving it, in sentences.
import { differsOnlyInFourthField, sameVersion } from '@usher/core';
import type { InstallerFacts, InstallerWarning, SignatureFacts } from '@usher/msi';
import type { ProductInstaller } from './read-model.ts';

/** A warning as it is shown. */
export interface ShownWarning {
  readonly code: string;
  readonly message: string;
}

const messages: Readonly<Record<InstallerWarning, string>> = {
  'fourth-field-version':
    'The version has a fourth field, which Windows Installer does not compare: it does not tell this version from another that differs only there.',
  'version-out-of-range':
    'A field of the version is larger than Windows Installer compares (255.255.65535): updates from and to it may be taken for none.',
  'no-major-upgrade':
    'The package does not remove other versions of the product: both would be installed side by side.',
  'blocks-downgrade':
    'The package refuses to install over a newer version: going back needs the newer one removed first.',
  'per-user': 'The package does not install for all users of the machine.',
  unsigned: 'The file is not signed: nothing but its hash says that it is the vendor’s.',
  'plain-signature':
    'The signature covers what the file’s streams contain, but not their names, sizes and times (it has no MsiDigitalSignatureEx).',
};

/** The warnings of a file by itself and beside the product's other installers. */
export function warningsOf(
  facts: InstallerFacts,
  version: string,
  others: readonly ProductInstaller[],
): ShownWarning[] {
  const own = facts.warnings.map((code) => ({ code, message: messages[code] }));
  return [...own, ...besideOthers(facts, version, others)];
}

/** What the approver vouches for where the server knows no time-stamp authority: that this one is honest. */
export function signatureWarnings(
  { restsOnTimestamp, timestampAuthority, signedAt, chain: [signer] }: SignatureFacts,
  timeStampAuthorities: readonly string[] | undefined,
): ShownWarning[] {
  if (!restsOnTimestamp || timeStampAuthorities !== undefined) return [];
  return [
    {
      code: 'expired-certificate',
      message:
        `The signer’s certificate ended on ${signer?.notAfter ?? '-'}. That the file was signed before, on ${signedAt ?? '-'}, is said by ` +
        `${timestampAuthority ?? 'nobody'} alone, and this server has no list of time-stamp authorities to believe ` +
        '(USHER_TIMESTAMP_AUTHORITIES): anybody can make one. Approve it only if you know that the file is that old.',
    },
  ];
}

function besideOthers(facts: InstallerFacts, version: string, others: readonly ProductInstaller[]): ShownWarning[] {
  const warnings: ShownWarning[] = [];
  const near = versionsOf(others.filter((other) => differsOnlyInFourthField(other.version, version)));
  if (near !== '') {
    warnings.push({
      code: 'differs-in-fourth-field',
      message: `Windows Installer takes this version for the same as ${near}: they differ only in the fourth field.`,
    });
  }
  const productCode = facts.productCode.toUpperCase();
  const sameCode = versionsOf(
    others.filter((other) => other.productCode.toUpperCase() === productCode && !sameVersion(other.version, version)),
  );
  if (sameCode !== '') {
    warnings.push({
      code: 'same-product-code',
      message: `The package has the same ProductCode as ${sameCode}: Windows Installer does not install one over the other.`,
    });
  }
  return warnings;
}

function versionsOf(installers: readonly ProductInstaller[]): string {
  return [...new Set(installers.map(({ version }) => version))].join(', ');
}
