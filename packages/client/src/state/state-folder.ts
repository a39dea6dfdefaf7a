// The state folder: which files there are, where, and in which form.
import { machineAlarmSchema, reportSchema, startReportSchema } from '@usher/protocol';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { ClientError, systemCode } from '../client-error.ts';
import { isFolder } from './presence.ts';
import { privateKeySchema } from './private-key.ts';
import { StateFile, type OnDamage } from './state-file.ts';

const settingsSchema = z.object({
  /** The product that commands mean without `--product`; null where the server is to know it. */
  product: z.string().nullable(),
  /** Where installers are unpacked, on a system without Windows Installer; null: nothing can be installed there. */
  unpackInto: z.string().nullable(),
  /** By these two a cached policy is verified even where the identity is lost. The first is the SHA-256 of the root. */
  rootFingerprint: z.string().length(64),
  workstationId: z.string().min(1),
});

const identitySchema = z.object({
  format: z.literal(1),
  server: z.string().min(1),
  certificate: z.string().nullable(),
  /** The trusted root, `1.root.json` as served: its second place is the metadata's folder. */
  root: z.string().min(1),
  token: z.string().min(1),
  machineId: z.string().min(1),
  privateKey: privateKeySchema,
  activatedAt: z.string(),
  /** The id of the machine that it was made on; null where that one has none. */
  boundTo: z.string().nullable().default(null),
  ...settingsSchema.shape,
});

/** Who this workstation is to its server. The file holds secrets. */
export type Identity = z.infer<typeof identitySchema>;

/** What was chosen at the activation. */
export type Settings = z.infer<typeof settingsSchema>;

const pendingSchema = z.object({
  rootFingerprint: z.string().length(64),
  machineId: z.string().min(1),
  privateKey: privateKeySchema,
  boundTo: z.string().nullable(),
});

/** A key pair whose activation was asked for, and whose answer may have been lost. The file holds a secret. */
export type PendingActivation = z.infer<typeof pendingSchema>;

/** The workstation whose identity was found here, on another machine than its own. */
const movedSchema = z.object({ workstationId: z.string() });

const productSchema = z.object({
  id: z.string().nullable(),
  name: z.string().nullable(),
  upgradeCodes: z.array(z.string()),
  /** What was installed at the last check, so that its version can be asked for at once; whether it still is, is not said. */
  productCode: z.string().optional(),
});

/** What has been learned about a product: its id at the server, and what Windows Installer relates its versions by. */
export type KnownProduct = z.infer<typeof productSchema>;

const clockSchema = z.object({
  /** `issuedAt` of the newest policy. */
  issuedAt: z.string(),
  /** What the machine's uptime was when that policy came, in milliseconds. */
  sinceBootMs: z.number(),
  /** The greatest time that was used since. */
  latestNow: z.string(),
  /** The newest event of the server that was seen. */
  log: z.object({ seq: z.int().nonnegative(), hash: z.string(), proof: z.string().optional() }).nullable(),
});

/** What trusted time stands on. */
export type ClockRecord = z.infer<typeof clockSchema>;

const passSchema = z.object({
  code: z.string(),
  until: z.string(),
  reason: z.string(),
  /** True once it was noted that the application was started by it while the server could not be asked. */
  isNoted: z.boolean().default(false),
});

const packageSchema = z.object({
  version: z.string(),
  productCode: z.string(),
  upgradeCode: z.string(),
  architecture: z.string(),
  path: z.string(),
  sha256: z.string().length(64),
  size: z.int().positive(),
  /** The file's own name: Windows Installer wants it unchanged. */
  fileName: z.string(),
  properties: z.record(z.string(), z.string()),
  /** Who must have signed it; null where the approval took an unsigned file. */
  publisher: z.object({ subject: z.string(), issuer: z.string(), authorityKey: z.string().optional() }).nullable(),
  /** When the server verified the signature; null where the catalogue does not say. */
  verifiedAt: z.string().nullable().default(null),
  /** Names of the properties that the package wants kept out of logs; none are known before its file was read. */
  hidden: z.array(z.string()).readonly().default([]),
});

/** An installer as the signed catalogue describes it. */
export type InstallerPackage = z.infer<typeof packageSchema>;

const journalSchema = z.object({
  format: z.literal(1),
  updateId: z.string(),
  target: packageSchema,
  /** What counted as the present product; null where nothing was installed. */
  before: z.object({ productCode: z.string(), version: z.string() }).nullable(),
  /** Installers in the cache of what was installed: the way back. */
  wayBack: z.array(packageSchema).readonly(),
  /**
   * `prepared`: nothing was touched yet. `changing`: a step of the plan is under way, or was the last thing done.
   * `going-back`: the plan failed, and what was there is being put back.
   */
  phase: z.enum(['prepared', 'changing', 'going-back']),
  /** The plan's step that is under way, for the log; `null` before the first. */
  step: z.string().nullable(),
  /** What the last recovery failed with that the server was told of. */
  told: z.string().optional(),
  startedAt: z.string(),
});

/** One installation under way. */
export type Journal = z.infer<typeof journalSchema>;

const startedSchema = z.object({
  applications: z.array(
    z.object({
      pid: z.int().positive(),
      /** What tells the process from another one that gets its number later. */
      mark: z.string(),
    }),
  ),
});

/** A process of the application that the launcher started. */
export type StartedApplication = z.infer<typeof startedSchema>['applications'][number];

/** What waits to be told: about an update, a start, or the machine. */
const queuedSchema = z.union([reportSchema, startReportSchema, machineAlarmSchema]);

const countersSchema = z.object({
  seq: z.int().nonnegative(),
  attempts: z.record(z.string(), z.int().positive()),
  /** When each alarm was last raised, by what it says. */
  alarms: z.record(z.string(), z.string()).default({}),
  /** True once these numbers were lost: of an update that is not among them the server alone knows the attempt. */
  isLost: z.boolean().default(false),
  /** The updates of which it does; the numbers of these count what has happened since. */
  uncounted: z.array(z.string()).readonly().default([]),
});

/** Until when the server asked to be left alone; both in milliseconds since 1970, by the machine's clock. */
const pauseSchema = z.object({ from: z.number(), until: z.number() });

/** The same for each thing that it can be asked: it counts them apart. */
export const pausesSchema = z.object({
  check: pauseSchema.optional(),
  reports: pauseSchema.optional(),
  metadata: pauseSchema.optional(),
});

/** When the server's catalogue was last had, in milliseconds since 1970, by the machine's clock. */
const refreshedSchema = z.object({ at: z.number() });

/** From when on each installer may be downloaded while nobody waits for it; the one that was drawn last stands last. */
export const turnsSchema = z.object({
  turns: z.array(z.object({ sha256: z.string().length(64), notBefore: z.number() })).default([]),
});

/** The last number of a report, and the number of the attempt that each update is at. */
export type Counters = z.infer<typeof countersSchema>;

const cacheSchema = z.object({
  packages: z.array(
    packageSchema.extend({
      /** When the file was last written, at the time when it was verified; null where that was not noted. */
      mark: z.string().nullable().default(null),
    }),
  ),
  /** The hidden properties of every package that ever was here: its logs may be here still. */
  hidden: z.array(z.string()).readonly().default([]),
  /** Whose the files are that have begun to come. */
  coming: z
    .array(z.object({ sha256: z.string().length(64), upgradeCode: z.string() }))
    .readonly()
    .default([]),
});

/** What is in the cache. */
export type CacheIndex = z.infer<typeof cacheSchema>;

/** An installer in the cache. */
export type CachedPackage = CacheIndex['packages'][number];

const installedSchema = z.object({
  products: z.array(
    z.object({
      productCode: z.string(),
      upgradeCode: z.string(),
      version: z.string(),
      name: z.string(),
      folder: z.string(),
    }),
  ),
});

/** The state of one client on one machine. */
export class StateFolder {
  readonly root: string;
  readonly identity: StateFile<typeof identitySchema>;
  /** Written after `identity`; read where that one was damaged. */
  readonly identityCopy: StateFile<typeof identitySchema>;
  /** Written before an activation is asked for, removed when its answer is on disk. */
  readonly pendingActivation: StateFile<typeof pendingSchema>;
  /** There until this machine is activated as itself. */
  readonly moved: StateFile<typeof movedSchema>;
  readonly settings: StateFile<typeof settingsSchema>;
  readonly counters: StateFile<typeof countersSchema>;
  readonly cacheIndex: StateFile<typeof cacheSchema>;
  readonly pauses: StateFile<typeof pausesSchema>;
  readonly turns: StateFile<typeof turnsSchema>;
  readonly refreshed: StateFile<typeof refreshedSchema>;
  /** What the driver for systems without Windows Installer has unpacked. */
  readonly installed: StateFile<typeof installedSchema>;
  /** Written after `installed`; read where that one was damaged. */
  readonly installedCopy: StateFile<typeof installedSchema>;
  /** Told of every file that was set aside. */
  readonly onDamage: OnDamage;

  constructor(root: string, onDamage: OnDamage) {
    this.root = root;
    this.onDamage = onDamage;
    this.identity = new StateFile(join(root, 'identity.json'), identitySchema, onDamage);
    this.identityCopy = new StateFile(join(root, 'identity.copy.json'), identitySchema, onDamage);
    this.pendingActivation = new StateFile(join(root, 'activation.json'), pendingSchema, onDamage);
    this.moved = new StateFile(join(root, 'moved.json'), movedSchema, onDamage);
    this.settings = new StateFile(join(root, 'settings.json'), settingsSchema, onDamage);
    this.counters = new StateFile(join(root, 'queue', 'counters.json'), countersSchema, onDamage);
    this.cacheIndex = new StateFile(join(root, 'cache', 'index.json'), cacheSchema, onDamage);
    this.pauses = new StateFile(join(root, 'pause.json'), pausesSchema, onDamage);
    this.turns = new StateFile(join(root, 'cache', 'turn.json'), turnsSchema, onDamage);
    this.refreshed = new StateFile(join(root, 'tuf', 'refreshed.json'), refreshedSchema, onDamage);
    this.installed = new StateFile(join(root, 'installed.json'), installedSchema, onDamage);
    this.installedCopy = new StateFile(join(root, 'installed.copy.json'), installedSchema, onDamage);
  }

  get lockPath(): string {
    return join(this.root, 'lock');
  }

  get queue(): string {
    return join(this.root, 'queue');
  }

  get metadata(): string {
    return join(this.root, 'tuf');
  }

  get cache(): string {
    return join(this.root, 'cache');
  }

  get logs(): string {
    return join(this.root, 'logs');
  }

  /**
   * The place of one product. The one that was set at the activation (or the only one) lies in the folder itself, any
   * other in `products/NAME`, by whichever of its names it was first asked for: `placeOf` says which it is.
   */
  product(code: string | null): ProductState {
    const folder =
      code === null ? this.root : join(this.root, 'products', code.replace(/[^A-Za-z0-9_-]/g, '').toLowerCase());
    return new ProductState(folder, this.onDamage);
  }

  /** Every product that there is a state of: the one in the folder itself, and the further ones. */
  async products(): Promise<readonly ProductState[]> {
    const folder = join(this.root, 'products');
    const names = await readdir(folder).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return [];
      throw error;
    });
    return [this.product(null), ...names.map((name) => new ProductState(join(folder, name), this.onDamage))];
  }

  /** A queued report, read. */
  report(name: string): StateFile<typeof queuedSchema> {
    return new StateFile(join(this.queue, name), queuedSchema, this.onDamage);
  }

  /**
   * Makes the folders that are missing.
   * @throws ClientError `state.unusable`
   */
  async prepare(): Promise<void> {
    for (const path of [this.root, this.queue, this.metadata, this.cache, this.logs]) {
      if (isFolder(path)) continue;
      try {
        await mkdir(path, { recursive: true, mode: 0o700 });
      } catch (cause) {
        const isInTheWay = ['EEXIST', 'ENOTDIR'].includes(systemCode(cause) ?? '');
        const what = isInTheWay
          ? `${path} is, or lies below, a file, where the client keeps a folder. Move the file away,`
          : `The state folder ${path} cannot be made. Run this with the rights to do so,`;
        throw new ClientError('state.unusable', `${what} or name another state folder with --state.`, { cause });
      }
    }
  }
}

/** The files of one product. */
export class ProductState {
  readonly folder: string;
  readonly known: StateFile<typeof productSchema>;
  readonly clock: StateFile<typeof clockSchema>;
  readonly journal: StateFile<typeof journalSchema>;
  readonly pass: StateFile<typeof passSchema>;
  /** The processes of the application that the launcher started and that may still run. */
  readonly started: StateFile<typeof startedSchema>;
  readonly onDamage: OnDamage;

  constructor(folder: string, onDamage: OnDamage) {
    this.folder = folder;
    this.onDamage = onDamage;
    this.known = new StateFile(join(folder, 'product.json'), productSchema, onDamage);
    this.clock = new StateFile(join(folder, 'clock.json'), clockSchema, onDamage);
    this.journal = new StateFile(join(folder, 'journal.json'), journalSchema, onDamage);
    this.pass = new StateFile(join(folder, 'pass.json'), passSchema, onDamage);
    this.started = new StateFile(join(folder, 'started.json'), startedSchema, onDamage);
  }

  /** The newest policy, as it was signed. */
  get policyPath(): string {
    return join(this.folder, 'policy.jws');
  }

  async prepare(): Promise<void> {
    if (isFolder(this.folder)) return;
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
  }
}
