// The first account: from the environment, or by whoever holds the one-time link that the start prints.
import { setupRequestSchema, type Account } from '@usher/protocol';
import type * as z from 'zod';
import { isoInstant, isoNow } from '../../clock.ts';
import { hashSecret, newSecret } from '../../ids.ts';
import { theSystem } from '../../initiator.ts';
import { ProblemError } from '../../problem-error.ts';
import type { AccountsService, AccountTools } from './accounts-service.ts';
import * as store from './store.ts';

const linkLife = 24 * 60 * 60 * 1000;

/** The way to the first account. */
export interface SetupService {
  /** Makes the owner that the environment names, where there is no account. Answers whether it did. */
  ensureFirstAccount(first: { email: string; password: string }): Promise<boolean>;
  /** A new one-time token, good for a day, where there is no account; else null. */
  offerLink(): Promise<string | null>;
  /** @throws ProblemError `setup.link-invalid` */
  confirmLink(token: string): Promise<void>;
  /** Makes the first account, an owner, and ends every link. @throws ProblemError `setup.link-invalid` */
  complete(request: z.output<typeof setupRequestSchema>, address: string): Promise<Account>;
}

/** Makes the service. */
export function makeSetupService(tools: AccountTools & { accounts: AccountsService }): SetupService {
  const { database, clock, random, passwords, accounts } = tools;

  async function confirmLink(token: string): Promise<void> {
    const link = await store.findSetupLink(database.read, hashSecret(token), isoNow(clock));
    if (link === undefined || (await accounts.exist())) throw new ProblemError('setup.link-invalid');
  }

  return {
    ensureFirstAccount: async ({ email, password }) => {
      if (await accounts.exist()) return false;
      try {
        await accounts.create({ email, role: 'owner', password }, theSystem);
        return true;
      } catch (error) {
        // Another server that starts at the same time was first.
        if (error instanceof ProblemError && error.code === 'account.duplicate') return false;
        throw error;
      }
    },
    offerLink: async () => {
      if (await accounts.exist()) return null;
      const token = newSecret(random);
      const expiresAt = isoInstant(clock.now() + linkLife);
      await database.transaction((tx) =>
        store.insertSetupLink(tx, { hash: hashSecret(token), createdAt: isoNow(clock), expiresAt }),
      );
      return token;
    },
    confirmLink,
    complete: async (request, address) => {
      // Anybody may call this: nobody who only guesses gets the slow hash worked out.
      await confirmLink(request.token);
      const passwordHash = await passwords.hash(request.password);
      return database.transaction(async (tx) => {
        const links = await store.takeSetupLinks(tx);
        const hash = hashSecret(request.token);
        const isValid = links.some((link) => link.hash === hash && link.expiresAt > isoNow(clock));
        if (!isValid || (await store.hasAccounts(tx.db))) throw new ProblemError('setup.link-invalid');
        return accounts.createWithin(tx, { ...request, role: 'owner', passwordHash }, { ...theSystem, address });
      });
    },
  };
}
