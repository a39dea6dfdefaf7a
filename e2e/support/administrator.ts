// What an administrator does at a running server, over HTTP as any program would, and what is read there.
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { UnexpectedAnswerError, WireClient } from '@usher/testkit';
import { owner } from './server-process.ts';

/** An installer, as far as it is looked at here. */
export interface InstallerView {
  readonly id: string;
  readonly product: { readonly id: string; readonly name: string };
  readonly version: string;
  readonly architecture: string;
  readonly signature: { readonly status: string; readonly publisher: { readonly subject: string } | null };
  readonly decision: string;
  readonly published: boolean;
  readonly installedOn: number;
}

/** An update, as far as it is looked at here. */
export interface UpdateView {
  readonly id: string;
  readonly state: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly total: number;
}

/** One workstation in an update. */
export interface AssignmentView {
  readonly workstation: { readonly id: string; readonly hostname: string };
  readonly state: string;
  readonly attempts: number;
  readonly lastError: Readonly<Record<string, unknown>> | null;
}

/** A workstation. */
export interface WorkstationView {
  readonly id: string;
  readonly hostname: string;
  readonly status: string;
  readonly installedVersion: string | null;
  readonly os: Readonly<Record<string, string>>;
}

/** An event. */
export interface EventView {
  readonly seq: number;
  readonly type: string;
  readonly actor: { readonly kind: string; readonly id?: string };
  readonly object: { readonly kind: string; readonly id: string };
  readonly data: Readonly<Record<string, unknown>>;
}

/** How an update is made. */
export interface UpdateWish {
  readonly product: string;
  readonly version: string;
  readonly requirement: 'mandatory' | 'optional';
  /** ISO 8601. */
  readonly cutoffAt?: string;
  /** Each workstation's own time, to the minute and without an offset: `2026-12-04T18:00`. */
  readonly cutoffLocal?: string;
  /** What the engine does where nobody asks. Default `none`. */
  readonly background?: 'none' | 'download' | 'install';
}

/** Who signs in. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** What the console sends for an upload. */
export async function uploadForm(path: string, fields: Readonly<Record<string, string>> = {}): Promise<FormData> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', await openAsBlob(path), basename(path));
  return form;
}

/** An administrator who is signed in. */
export class Administrator {
  readonly wire: WireClient;

  private constructor(wire: WireClient) {
    this.wire = wire;
  }

  /** Signs in at a server; as its owner, where nobody else is named. */
  static async signIn({ url }: { readonly url: string }, who: Credentials = owner): Promise<Administrator> {
    return new Administrator(await new WireClient(url).signIn(who.email, who.password));
  }

  /** Uploads an installer as the console does. */
  async upload(path: string, fields: Readonly<Record<string, string>> = {}): Promise<InstallerView> {
    return this.wire.call<InstallerView>('POST', '/installers', await uploadForm(path, fields));
  }

  installer(id: string): Promise<InstallerView> {
    return this.wire.call('GET', `/installers/${id}`);
  }

  approve(id: string, reason?: string): Promise<InstallerView> {
    return this.wire.call('POST', `/installers/${id}/approve`, {
      acknowledged: true,
      ...(reason === undefined ? {} : { reason }),
    });
  }

  disapprove(id: string, reason: string): Promise<InstallerView> {
    return this.wire.call('POST', `/installers/${id}/disapprove`, { reason });
  }

  async uploadApproved(path: string, fields: Readonly<Record<string, string>> = {}): Promise<InstallerView> {
    const { id } = await this.upload(path, fields);
    return this.approve(id);
  }

  /** A new installation key. */
  async installationKey(options: { readonly autoAuthorize?: boolean } = {}): Promise<string> {
    const body = { label: 'Journey', ...options };
    return (await this.wire.call<{ key: string }>('POST', '/installation-keys', body)).key;
  }

  /** Makes an update, adds every workstation in its tab, and starts it. */
  async startUpdate(wish: UpdateWish): Promise<UpdateView> {
    const { id } = await this.wire.call<UpdateView>('POST', '/updates', wish);
    await this.wire.call('POST', `/updates/${id}/workstations`, { all: true });
    return this.wire.call('POST', `/updates/${id}/start`, {});
  }

  /** Leave for a workstation to start all the same. */
  pass(
    workstation: string,
    wish: { readonly product?: string; readonly hours: number; readonly reason: string },
  ): Promise<{ readonly id: string; readonly until: string; readonly code: string }> {
    return this.wire.call('POST', `/workstations/${workstation}/passes`, wish);
  }

  update(id: string): Promise<UpdateView> {
    return this.wire.call('GET', `/updates/${id}`);
  }

  /** The states of an update that are not at zero. */
  async counts(id: string): Promise<Readonly<Record<string, number>>> {
    const { counts } = await this.update(id);
    return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  }

  /** The only assignment of an update. */
  async assignment(id: string): Promise<AssignmentView> {
    const { items } = await this.wire.call<{ items: AssignmentView[] }>('GET', `/updates/${id}/workstations`);
    const [only] = items;
    if (only === undefined || items.length !== 1) throw new Error(`The update has ${items.length} assignments.`);
    return only;
  }

  /** The only workstation. */
  async workstation(product?: string): Promise<WorkstationView> {
    const query = product === undefined ? '' : `?product=${product}`;
    const { items } = await this.wire.call<{ items: WorkstationView[] }>('GET', `/workstations${query}`);
    const [only] = items;
    if (only === undefined || items.length !== 1) throw new Error(`There are ${items.length} workstations.`);
    return only;
  }

  /** Every event since the one with that number, oldest first. */
  async events(after = 0): Promise<EventView[]> {
    const { items, nextCursor } = await this.wire.call<{ items: EventView[]; nextCursor: string | null }>(
      'GET',
      '/events?pageSize=500',
    );
    if (nextCursor !== null) throw new Error('There are more than 500 events.');
    return items.filter(({ seq }) => seq > after).reverse();
  }

  /** The number of the newest event. */
  async newestEvent(): Promise<number> {
    return (await this.events()).at(-1)?.seq ?? 0;
  }

  /** The code with which a call is refused. */
  async refusal(method: string, path: string, body?: unknown): Promise<string> {
    try {
      await this.wire.call(method, path, body);
    } catch (error) {
      if (error instanceof UnexpectedAnswerError) return (JSON.parse(error.body) as { code: string }).code;
      throw error;
    }
    throw new Error(`${method} ${path} was not refused.`);
  }
}
