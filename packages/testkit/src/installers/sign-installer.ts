// Signs an MSI with Authenticode, with `osslsigncode`; where wanted, time-stamped offline by a signer of ours.
import { rm } from 'node:fs/promises';
import { runTool } from '../run-tool.ts';
import type { CodeSigner } from './code-signing-authority.ts';

/** How an installer is signed. */
export interface SignatureOptions {
  /** Default `sha256`. */
  readonly digest?: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  /** Adds MsiDigitalSignatureEx, which covers the streams' names and times too. */
  readonly extended?: boolean;
  /** The signing time that the signer claims. Default: the machine's clock. */
  readonly signedAt?: Date;
  /** A countersignature by this signer (its purpose must be `timestamping`) for that moment. */
  readonly timestamp?: { readonly by: CodeSigner; readonly at: Date };
}

const seconds = (date: Date) => String(Math.floor(date.getTime() / 1000));

/**
 * Writes a signed copy of the installer `from` to `to` (overwritten where it exists).
 * @throws {ToolError} where `osslsigncode` refuses
 */
export async function signInstaller(
  from: string,
  to: string,
  signer: CodeSigner,
  options: SignatureOptions = {},
): Promise<void> {
  const { timestamp } = options;
  // osslsigncode refuses to write over a file.
  await rm(to, { force: true });
  await runTool('osslsigncode', [
    'sign',
    ...['-certs', signer.certificate, '-key', signer.key, '-h', options.digest ?? 'sha256'],
    ...(options.extended === true ? ['-add-msi-dse'] : []),
    ...(options.signedAt === undefined ? [] : ['-time', seconds(options.signedAt)]),
    ...(timestamp === undefined
      ? []
      : ['-TSA-certs', timestamp.by.certificate, '-TSA-key', timestamp.by.key, '-TSA-time', seconds(timestamp.at)]),
    ...['-in', from, '-out', to],
  ]);
}
