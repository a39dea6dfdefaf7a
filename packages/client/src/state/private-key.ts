// A private key in a file of the state: one that is no key is damage like any other, and is found when the file is read.
import { importSigningKey, TrustError } from '@usher/trust';
import * as z from 'zod';

/** Ed25519, 32 bytes, base64url. */
export const privateKeySchema = z.string().refine(isPrivateKey);

function isPrivateKey(text: string): boolean {
  try {
    importSigningKey(text);
    return true;
  } catch (error) {
    if (error instanceof TrustError) return false;
    throw error;
  }
}
