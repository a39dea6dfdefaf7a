// Activation: a machine becomes a workstation, or becomes itself again.
import type { ActivateAnswer, ActivateRequest } from '@usher/protocol';
import { isPublicKey, readProofWorkstation, TrustError, verifyProof } from '@usher/trust';
import { isoNow, type Clock } from '../../clock.ts';
import type { Database, Transaction } from '../../database/database.ts';
import { Allowances } from '../../http/allowances.ts';
import { countedAddress } from '../../http/client-address.ts';
import { RateLimiter } from '../../http/rate-limiter.ts';
import { hashSecret, newId, newSecret, type Random } from '../../ids.ts';
import type { Initiator } from '../../initiator.ts';
import type { Log } from '../../log.ts';
import { plainLine, plainSystem } from '../../plain-text.ts';
import { invalidInput, ProblemError } from '../../problem-error.ts';
import type { EventLog } from '../events/event-log.ts';
import type { InstallationKeysService, PresentedKey } from '../installation-keys/service.ts';
import { findProduct, resolveProduct } from '../products/read-model.ts';
import type { TrustService } from '../trust/service.ts';
import { nameKeyOf } from './read-model.ts';
import { searchTextOf, versionColumns } from './sightings.ts';
import * as store from './store.ts';
import type { WorkstationRow } from './store.ts';

/** Activates machines. */
export interface ActivationService {
  /**
   * Makes a workstation of a machine that has none, or, with a proof made by the key of one that it has, gives that one a new token; the
   * old token ends.
   *
   * A machine whose first answer was lost does not know its id. So that it does not become two workstations, it sends with every activation a proof under its
   * present key, with the workstation id `new` where it has none: a workstation of that very machine id and key is then the same one.
   * Without a proof, a machine id that a workstation already has always makes a newcomer that waits and claims the other's place.
   *
   * @throws ProblemError `workstation.key-invalid`, `workstation.proof-invalid`, `request.too-many`, `request.invalid`
   */
  activate(request: ActivateRequest, address: string): Promise<ActivateAnswer>;
}

/** What a proof names in place of a workstation id that its maker does not know. */
const unknownId = 'new';

/** Refused activations of one address within a quarter of an hour, after which it has to wait. */
const refusalsAllowed = { most: 100, period: 15 * 60 * 1000 };

/** Activations of one address: a whole site that is set up at once, and then day and night a handful a second. */
const activationsAllowed = { most: 5_000, perSecond: 5 };

/** Activations of one machine by whoever holds a key: more than copies of a disk that was not prepared, and no flood of newcomers. */
const sameMachineAllowed = { most: 100, perSecond: 1 / 30 };

interface Outcome {
  readonly row: Pick<WorkstationRow, 'id' | 'status'>;
  readonly token: string;
}

/** Makes the service. */
export function makeActivationService(tools: {
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly keys: InstallationKeysService;
  readonly trust: Pick<TrustService, 'rootDocument'>;
}): ActivationService {
  const { database, events, clock, random, log, keys, trust } = tools;
  const refusals = new RateLimiter({ clock, ...refusalsAllowed });
  const activations = new Allowances({ clock, ...activationsAllowed });
  const ofOneMachine = new Allowances({ clock, ...sameMachineAllowed });

  /** The live workstation whose key made the proof; undefined where it is a newcomer's. */
  async function proven(tx: Transaction, request: ActivateRequest): Promise<WorkstationRow | undefined> {
    const { proof, machineId, publicKey } = request;
    if (proof === undefined) return undefined;
    try {
      const workstationId = readProofWorkstation(proof);
      const expected = { workstationId, machineId, publicKey, now: new Date(clock.now()) };
      if (workstationId === unknownId) {
        verifyProof(proof, { ...expected, key: publicKey });
        return (await store.lockLiveOfMachine(tx, machineId)).find((row) => row.publicKey === publicKey);
      }
      const row = await store.lockWorkstation(tx, workstationId);
      if (row?.retiredAt !== null || row.machineId !== machineId) throw new ProblemError('workstation.proof-invalid');
      verifyProof(proof, { ...expected, key: row.publicKey });
      return row;
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      throw new ProblemError('workstation.proof-invalid', error.message, { cause: error });
    }
  }

  async function again(
    tx: Transaction,
    row: WorkstationRow,
    request: ActivateRequest,
    key: PresentedKey,
    by: (workstation: { id: string; hostname: string }) => Initiator,
  ): Promise<Outcome> {
    const token = newSecret(random);
    const facts = factsOf(request, row.userName);
    await store.updateWorkstation(tx, row.id, { ...facts, tokenHash: hashSecret(token), lastSeenAt: isoNow(clock) });
    await noteProduct(tx, row.id, request);
    events.record(tx, {
      ...by({ id: row.id, hostname: request.hostname }),
      type: 'workstation.reactivated',
      object: { kind: 'workstation', id: row.id, name: request.hostname },
      data: {
        status: row.status,
        key: { id: key.id, label: key.label },
        newPublicKey: row.publicKey !== request.publicKey,
      },
    });
    return { row, token };
  }

  async function register(
    tx: Transaction,
    request: ActivateRequest,
    key: PresentedKey,
    by: (workstation: { id: string; hostname: string }) => Initiator,
  ): Promise<Outcome> {
    const others = await store.lockLiveOfMachine(tx, request.machineId);
    // The one that was there first, not another that claims its place too.
    const claimed = others.find((row) => row.claimsId === null) ?? others[0];
    const token = newSecret(random);
    const id = newId('workstation', random);
    const now = isoNow(clock);
    const row = {
      ...factsOf(request, null),
      id,
      machineId: request.machineId,
      tokenHash: hashSecret(token),
      status: key.autoAuthorize && claimed === undefined ? 'authorized' : 'pending',
      claimsId: claimed?.id ?? null,
      keyId: key.id,
      activatedAt: now,
      lastSeenAt: now,
      online: 0,
    };
    await store.insertWorkstation(tx, row);
    await noteProduct(tx, id, request);
    const initiator = by(row);
    const newcomer = { id, hostname: row.hostname };
    events.record(tx, {
      ...initiator,
      type: 'workstation.registered',
      object: { kind: 'workstation', id, name: row.hostname },
      data: {
        status: row.status,
        machineId: row.machineId,
        key: { id: key.id, label: key.label },
        claims: claimed === undefined ? undefined : { id: claimed.id, hostname: claimed.hostname },
      },
    });
    if (claimed !== undefined) {
      events.record(tx, {
        ...initiator,
        type: 'workstation.alert',
        object: { kind: 'workstation', id: claimed.id, name: claimed.hostname },
        data: { what: 'place-claimed', by: newcomer, machineId: row.machineId },
      });
    }
    return { row, token };
  }

  /** Keeps the version that came with the activation, where the product is known here: it may not be yet. */
  async function noteProduct(tx: Transaction, workstationId: string, request: ActivateRequest): Promise<void> {
    const { product, installedVersion } = request;
    if (installedVersion === undefined) return;
    const found = product === undefined ? await onlyProduct(tx) : await findProduct(tx.db, product);
    if (found === undefined) return;
    await store.upsertWorkstationProduct(tx, {
      workstationId,
      productId: found.id,
      ...versionColumns(installedVersion),
    });
  }

  return {
    activate: async (asked, address) => {
      const counted = countedAddress(address);
      refusals.refuseWhenExceeded(counted);
      activations.take(counted);
      const request = plainRequest(asked);
      if (request.machineId !== asked.machineId) throw invalidInput('machineId', 'holds control characters');
      if (!isPublicKey(request.publicKey)) throw invalidInput('publicKey', 'is no Ed25519 key in base64url');
      const by = ({ id, hostname }: { id: string; hostname: string }): Initiator => ({
        actor: { kind: 'workstation', id, name: hostname },
        address,
      });
      try {
        const { row, token } = await database.transaction(async (tx) => {
          if (request.proof !== undefined) {
            const key = await keys.recognize(tx, request.installationKey);
            const itself = await proven(tx, request);
            if (itself !== undefined) {
              ofOneMachine.take(request.machineId);
              return again(tx, itself, request, key, by);
            }
          }
          const key = await keys.use(tx, request.installationKey);
          ofOneMachine.take(request.machineId);
          return register(tx, request, key, by);
        });
        const status = row.status as ActivateAnswer['status'];
        return { workstationId: row.id, token, status, root: trust.rootDocument() };
      } catch (error) {
        if (error instanceof ProblemError && error.kind.status === 403) {
          refusals.count(counted);
          log.warn({ address, hostname: request.hostname, code: error.code }, 'an activation was refused');
        }
        throw error;
      }
    },
  };
}

/** The request with texts that can be kept and shown anywhere. */
function plainRequest(request: ActivateRequest): ActivateRequest {
  const { machineId, hostname, os, product, installedVersion } = request;
  return {
    ...request,
    machineId: plainLine(machineId),
    hostname: plainLine(hostname),
    os: plainSystem(os),
    ...(product === undefined ? {} : { product: plainLine(product) }),
    ...(typeof installedVersion === 'string' ? { installedVersion: plainLine(installedVersion) } : {}),
  };
}

function factsOf(request: ActivateRequest, userName: string | null) {
  const { hostname, publicKey, os } = request;
  return {
    publicKey,
    hostname,
    nameKey: nameKeyOf(hostname),
    searchText: searchTextOf(hostname, userName),
    osPlatform: os.platform,
    osRelease: os.release,
    osArch: os.arch,
    osLanguage: os.language,
    timeZone: os.timeZone,
  };
}

async function onlyProduct(tx: Transaction): Promise<{ readonly id: string } | undefined> {
  try {
    return await resolveProduct(tx.db, undefined);
  } catch (error) {
    // None yet, or several: then the first check says which.
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}
