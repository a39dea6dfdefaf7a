// Lets a client die at one of its changes of the disk, inside the test's process: nothing that it does after that has an effect.
import { AsyncLocalStorage } from 'node:async_hooks';
import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** One run of the client, from its start to its end or to its death. */
class Life {
  /** How many moments it has lived through at which it can die. */
  moments = 0;
  /** What was changed at each moment: the file's path, as far as it is known. */
  readonly places: string[] = [];
  readonly handles: FileHandle[] = [];
  #place = '';
  readonly #endsAt: number;
  readonly #end: (word: 'killed') => void;

  constructor(endsAt: number, end: (word: 'killed') => void) {
    this.#endsAt = endsAt;
    this.#end = end;
  }

  get isNextTheLast(): boolean {
    return this.moments + 1 === this.#endsAt;
  }

  /** A handle says no path: what it writes is the file that was named last. */
  at(place: unknown): void {
    if (typeof place === 'string') this.#place = place;
  }

  /** Resolves where it lives on, else never. */
  async moment(): Promise<void> {
    this.moments += 1;
    this.places.push(this.#place);
    if (this.moments === this.#endsAt) this.#end('killed');
    if (this.moments >= this.#endsAt) await new Promise<never>(() => undefined);
  }
}

const lives = new AsyncLocalStorage<Life>();

type Method = (this: unknown, ...args: unknown[]) => Promise<unknown>;
/** The arguments of the same write, cut short. */
type Cut = (args: readonly unknown[]) => unknown[];

/** Before a change, in the midst of it where it is a write, and after it: each is a moment to die at. */
function mortal(method: Method, cut?: Cut): Method {
  return async function (this: unknown, ...args) {
    const life = lives.getStore();
    if (life === undefined) return await method.apply(this, args);
    life.at(args[0]);
    await life.moment();
    if (cut !== undefined) {
      if (life.isNextTheLast) await method.apply(this, cut(args));
      await life.moment();
    }
    const result = await method.apply(this, args);
    if (isHandle(result)) life.handles.push(result);
    await life.moment();
    return result;
  };
}

const isHandle = (result: unknown): result is FileHandle =>
  typeof result === 'object' && result !== null && 'fd' in result;

const halfOf = (content: unknown) => (content as string | Uint8Array).slice(0, (content as string).length >> 1);

/** Replaces members of an object that the whole process shares. What is no client's run goes on as before. */
function makeMortal(shared: object, names: readonly string[], cut?: Cut): void {
  const members = shared as Record<string, Method>;
  for (const name of names) {
    const method = members[name];
    if (method === undefined) throw new Error(`There is no ${name}.`);
    members[name] = mortal(method, cut);
  }
}

let isPrepared = false;

async function prepare(): Promise<void> {
  if (isPrepared) return;
  isPrepared = true;
  const handle = await fs.open('/dev/null', 'r+');
  const methods = Object.getPrototypeOf(handle) as object;
  await handle.close();
  makeMortal(methods, ['writeFile'], ([content, ...rest]) => [halfOf(content), ...rest]);
  makeMortal(methods, ['write'], ([bytes, from, length, at]) => [bytes, from, (length as number) >> 1, at]);
  makeMortal(methods, ['sync']);
  makeMortal(fs, ['open', 'rename', 'unlink', 'rm', 'mkdir', 'writeFile', 'appendFile', 'chmod']);
  syncBuiltinESMExports();
}

/** What became of a run, and at how many moments it could have died. */
export interface Lived<Result> {
  readonly result: Result | 'killed';
  /** For each moment at which it could have died, the path of what it changed then. */
  readonly places: readonly string[];
}

/** Runs a client that dies at the moment with that number; where there is no such moment, it lives to its end. */
export async function untilKilled<Result>(endsAt: number, run: () => Promise<Result>): Promise<Lived<Result>> {
  await prepare();
  let end: (word: 'killed') => void = () => undefined;
  const death = new Promise<'killed'>((resolve) => (end = resolve));
  const life = new Life(endsAt, end);
  const result = await Promise.race([lives.run(life, run), death]);
  // As the system does for a process that has ended.
  for (const handle of life.handles) if (handle.fd !== -1) await handle.close();
  return { result, places: life.places };
}
