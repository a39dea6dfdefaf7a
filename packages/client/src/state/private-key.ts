// A private key in a file of the state: one that is no key is damage like any other, and is found when the file is read.
import { isPublicKey } from '@usher/trust';
import * as z from 'zod';

/** Ed25519, 32 bytes, base64url: written as a public key is. Any 32 bytes are a private key (RFC 8032, section 5.1.5). */
export const privateKeySchema = z.string().refine(isPublicKey);
