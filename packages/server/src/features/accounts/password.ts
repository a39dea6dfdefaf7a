// Passwords: kept as Argon2id, compared in constant time, and as slow for an account that does not exist.
import { argon2, timingSafeEqual, type Argon2Parameters } from 'node:crypto';
import { promisify } from 'node:util';
import type { Random } from '../../ids.ts';

/** What one hash costs (RFC 9106). */
export interface PasswordCost {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** The second recommendation of RFC 9106, section 4, on one lane: 64 MiB, three passes. */
export const passwordCost: PasswordCost = { memory: 64 * 1024, passes: 3, parallelism: 1 };

/** Makes and checks what is kept of passwords. */
export interface Passwords {
  /** The hash in PHC string form: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
  hash(password: string): Promise<string>;
  /** Whether it is the password. With no hash (no such account) it takes as long, and is not. */
  verify(password: string, hash: string | null): Promise<boolean>;
}

const derive = promisify(argon2);
const saltBytes = 16;
const hashBytes = 32;
const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** @param cost of new hashes; those that exist are checked at their own */
export function makePasswords(random: Random, cost: PasswordCost = passwordCost): Passwords {
  const nobody = { ...cost, salt: Buffer.alloc(saltBytes), hash: Buffer.alloc(hashBytes) };
  return {
    hash: async (password) => {
      const salt = random(saltBytes);
      const hash = await argon2id(password, { ...cost, salt }, hashBytes);
      const { memory, passes, parallelism } = cost;
      return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(hash)}`;
    },
    verify: async (password, hash) => {
      const kept = hash === null ? nobody : parse(hash);
      const given = await argon2id(password, kept, kept.hash.length);
      return timingSafeEqual(given, kept.hash) && hash !== null;
    },
  };
}

function argon2id(password: string, parameters: PasswordCost & { readonly salt: Buffer }, tagLength: number) {
  const { memory, passes, parallelism, salt } = parameters;
  const all: Argon2Parameters = {
    // One text for one password, whatever the keyboard made of it.
    message: Buffer.from(password.normalize('NFC'), 'utf8'),
    nonce: salt,
    memory,
    passes,
    parallelism,
    tagLength,
  };
  return derive('argon2id', all);
}

function parse(hash: string): PasswordCost & { readonly salt: Buffer; readonly hash: Buffer } {
  const [, memory, passes, parallelism, salt, kept] = phc.exec(hash) ?? [];
  if (salt === undefined || kept === undefined) throw new Error('A stored password hash is not in PHC string form.');
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(kept, 'base64'),
  };
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
