// What tests of signatures share: authorities, signers, a time-stamp authority, an unsigned installer.
import { join } from 'node:path';
import { InstallerError } from '../installer-error.ts';
import { verifySignature } from '../verify-signature.ts';
import {
  AUTHORITY,
  bundle,
  makeIdentity,
  SIGNER,
  TIME_STAMPER,
  type Identity,
  type IdentityRecipe,
} from './make-identity.ts';
import { makeInstaller } from './make-installer.ts';
import { isGoodForOsslsigncode, signInstaller, type SigningRecipe } from './sign-installer.ts';
import { startTimeStampAuthority, type TimeStampAuthority, type TimeStampRecipe } from './time-stamp-authority.ts';

export interface Workshop {
  readonly root: Identity;
  readonly intermediate: Identity;
  /** Signers issued by the root: with RSA, and with ECDSA. */
  readonly rsa: Identity;
  readonly ec: Identity;
  /** A signer issued by the intermediate. */
  readonly ec384: Identity;
  readonly stamper: Identity;
  /** Address of a time-stamp authority. */
  readonly timeStampUrl: string;
  readonly unsigned: string;
  /** A path that nothing has yet. */
  path(name: string): string;
  /** Makes an identity; issued by the root unless the recipe says otherwise. */
  identity(recipe: IdentityRecipe): Promise<Identity>;
  /** Signs the unsigned installer, or another. */
  signed(recipe: SigningRecipe, installer?: string): Promise<string>;
  /** Signs with a time stamp from an authority of its own. */
  stampedBy(recipe: Partial<TimeStampRecipe>): Promise<string>;
  /** What osslsigncode says, for whom the root is to be trusted. */
  isGoodForOthers(path: string, at?: Date): Promise<boolean>;
  close(): Promise<void>;
}

/** Sets up everything in `folder`; `close` stops the authority. */
export async function openWorkshop(folder: string): Promise<Workshop> {
  let count = 0;
  const path = (name: string): string => join(folder, `${++count}-${name}`);
  const rootRecipe = { subject: '/C=BR/O=Sample Trust/CN=Sample Root', extensions: AUTHORITY, days: 3650 };
  const root = await makeIdentity(folder, 'root', rootRecipe);
  const identity = (recipe: IdentityRecipe): Promise<Identity> =>
    makeIdentity(folder, `identity-${++count}`, { issuer: root, ...recipe });

  const vendor = { subject: '/C=BR/O=Vendor, Inc./CN=Vendor', extensions: SIGNER };
  const [intermediate, rsa, ec, stamper, unsigned, roots] = await Promise.all([
    identity({ subject: '/C=BR/O=Sample Trust/CN=Sample Issuer', extensions: AUTHORITY, days: 2000 }),
    identity({ ...vendor, key: 'rsa:2048' }),
    identity(vendor),
    identity({ subject: '/C=BR/O=Sample Trust/CN=Sample Time', extensions: TIME_STAMPER, days: 2000, key: 'rsa:2048' }),
    makeInstaller(folder, 'unsigned.msi'),
    bundle(join(folder, 'roots.pem'), [root]),
  ]);
  const byIntermediate = { extensions: SIGNER, key: 'P-384', issuer: intermediate } as const;
  const ec384 = await identity({ subject: '/C=BR/O=Ação/CN=Vendor', ...byIntermediate });
  const startAuthority = (recipe: Partial<TimeStampRecipe>): Promise<TimeStampAuthority> =>
    startTimeStampAuthority(folder, `tsa-${++count}`, { identity: stamper, issuers: roots, ...recipe });
  const authority = await startAuthority({});
  const signed = (recipe: SigningRecipe, installer = unsigned): Promise<string> =>
    signInstaller(folder, `signed-${++count}.msi`, installer, recipe);

  return {
    ...{ root, intermediate, rsa, ec, ec384, stamper, unsigned, path, identity, signed },
    timeStampUrl: authority.url,
    stampedBy: async (recipe) => {
      const other = await startAuthority(recipe);
      try {
        return await signed({ signer: rsa, timeStampUrl: other.url });
      } finally {
        await other.close();
      }
    },
    isGoodForOthers: (file, at) => isGoodForOsslsigncode(file, folder, roots, at),
    close: () => authority.close(),
  };
}

/** The code of the refusal; or `valid`, or `none`. */
export function verdict(path: string, now: Date): Promise<string> {
  return verifySignature(path, { now }).then(
    ({ status }) => status,
    (error: unknown) => {
      if (error instanceof InstallerError) return error.code;
      throw error;
    },
  );
}
