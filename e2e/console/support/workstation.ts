// A workstation as the server sees it: it activates, checks, reports. No part of the client is needed for that.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { System } from './system.ts';

/** What a check is answered, as far as stories look at it. */
export interface Verdict {
  readonly action: 'run' | 'offer' | 'require' | 'block';
  readonly code: number | null;
  readonly target: string | null;
}

/** A simulated workstation. */
export interface Workstation {
  readonly id: string;
  readonly hostname: string;
  readonly check: (installedVersion: string) => Promise<Verdict>;
  /** What the newest policy prohibits: that is what holds while it is offline. */
  readonly prohibited: () => readonly unknown[];
  readonly report: (
    updateId: string,
    states: readonly (Record<string, unknown> & { state: string })[],
  ) => Promise<void>;
}

const os = { platform: 'win32', release: '10.0.22631', arch: 'x64', language: '1046', timeZone: 'America/Sao_Paulo' };

/** Activates a workstation with an installation key. */
export async function activate(
  system: System,
  key: string,
  hostname: string,
  installedVersion: string,
): Promise<Workstation> {
  const post = async <Answer>(path: string, body: unknown, token?: string): Promise<Answer> => {
    const response = await fetch(new URL(`/api/v1/workstation${path}`, system.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Answer;
  };
  const publicKey = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x;
  const answer = await post<{ workstationId: string; token: string }>('/activate', {
    installationKey: key,
    machineId: randomUUID(),
    publicKey,
    hostname,
    os,
    installedVersion,
    protocol: 1,
  });
  let seq = 0;
  let policy = '';
  return {
    id: answer.workstationId,
    hostname,
    check: async (version) => {
      const body = { installedVersion: version, hostname, os, user: 'maria.silva', nonce: randomUUID(), protocol: 1 };
      const checked = await post<{ verdict: Verdict; policy: string }>('/check', body, answer.token);
      policy = checked.policy;
      return checked.verdict;
    },
    prohibited: () => {
      const payload = Buffer.from(policy.split('.')[1] ?? '', 'base64url').toString();
      return (JSON.parse(payload) as { prohibited: readonly unknown[] }).prohibited;
    },
    report: async (updateId, states) => {
      const reports = states.map((state) => {
        seq += 1;
        return { id: randomUUID(), at: new Date().toISOString(), updateId, attempt: 1, seq, ...state };
      });
      await post('/reports', { reports }, answer.token);
    },
  };
}
