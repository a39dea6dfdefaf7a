// Everything of trust on one foundation: what the server signs with, and what the operator's commands work with.
import { makeDraftService, type DraftService } from './draft-service.ts';
import { makeKeyService, type KeyService } from './key-service.ts';
import { makeKeyring } from './keyring.ts';
import { makePublisher } from './publisher.ts';
import { makeRestoreService, type RestoreService } from './restore-service.ts';
import { makeServerClock, type ServerClock } from './server-clock.ts';
import { makeTrustService, type TrustKeeper, type TrustTools } from './service.ts';

/** The services. */
export interface TrustServices {
  readonly trust: TrustKeeper;
  readonly keys: KeyService;
  readonly drafts: DraftService;
  readonly restore: RestoreService;
  readonly serverClock: ServerClock;
}

/** Makes them. Nothing is read before it is needed. */
export function makeTrustServices(tools: TrustTools): TrustServices {
  const keyring = makeKeyring(tools.config.passphrase);
  const publisher = makePublisher({ ...tools, keyring });
  const shared = { ...tools, keyring, publisher };
  return {
    trust: makeTrustService(shared),
    keys: makeKeyService(shared),
    drafts: makeDraftService(shared),
    restore: makeRestoreService(shared),
    serverClock: makeServerClock(shared),
  };
}
