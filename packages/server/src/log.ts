// The log: one JSON line per fact, on standard error, with everything secret struck out.
import { pino, type DestinationStream, type Logger } from 'pino';
import type { Clock } from './clock.ts';
import { isoNow } from './clock.ts';

/** How much is logged; `silent` is for tests alone. */
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** A level of the log. */
export type LogLevel = (typeof logLevels)[number];

/** The log that is handed to whatever writes one. */
export type Log = Logger;

/** Names of members that never reach the log, at the top and one and two levels down. */
const secretNames = [
  'password',
  'newPassword',
  'passwordHash',
  'token',
  'secret',
  'key',
  'otp',
  'proof',
  'passphrase',
  'privateKey',
  'authorization',
  'cookie',
  '["set-cookie"]',
];

const paths = secretNames.flatMap((name) => {
  const member = name.startsWith('[') ? name : `.${name}`;
  return [name, `*${member}`, `*.*${member}`];
});

/**
 * Makes the log. Errors under `error` are written with their message and stack; nothing of them is sent
 * to a caller.
 */
export function makeLog(level: LogLevel | 'silent', clock: Clock, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    messageKey: 'message',
    errorKey: 'error',
    timestamp: () => `,"at":"${isoNow(clock)}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths, censor: '[redacted]' },
  };
  return pino(options, destination ?? pino.destination({ fd: 2, sync: true }));
}
