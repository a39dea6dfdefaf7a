// Fresh installers of a vendor, made with `wixl` and signed with `osslsigncode` by a certificate made for the run.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CodeSigningAuthority,
  makeInstaller,
  signInstaller,
  type CodeSigner,
  type InstallerRecipe,
  type MadeInstaller,
  type SigningKeyType,
} from '@usher/testkit';

/** A vendor with a certificate of its own. Dispose of it: that removes its files. */
export class Vendor implements AsyncDisposable {
  readonly #folder: string;
  readonly #signer: CodeSigner;

  private constructor(folder: string, signer: CodeSigner) {
    this.#folder = folder;
    this.#signer = signer;
  }

  static async create(keyType: SigningKeyType = 'rsa'): Promise<Vendor> {
    const folder = await mkdtemp(join(tmpdir(), 'usher-vendor-'));
    const authority = await CodeSigningAuthority.create(join(folder, 'keys'), {
      commonName: 'Contoso Root',
      keyType,
    });
    return new Vendor(folder, await authority.issue({ commonName: 'Contoso Code Signing', keyType }));
  }

  /** Makes and signs an installer; its file name is the one given. */
  async make(fileName: string, recipe: InstallerRecipe): Promise<MadeInstaller> {
    const unsigned = join(this.#folder, `unsigned-${fileName}`);
    const path = join(this.#folder, fileName);
    const made = await makeInstaller(unsigned, recipe);
    await signInstaller(unsigned, path, this.#signer);
    return { ...made, path };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
