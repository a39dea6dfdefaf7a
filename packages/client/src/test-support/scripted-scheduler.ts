// The scheduler of a Windows, for tests: what `schtasks` would have of its tasks, by what they run.
import { readFile } from 'node:fs/promises';
import type { Host } from '../engine/host.ts';

type Run = Host['run'];

/** Tasks by their names. Everything else that a program of Windows is asked for ends with 1. */
export class ScriptedScheduler {
  /** The XML of each task. */
  readonly tasks = new Map<string, string>();
  /** Nobody may make a task. */
  refuses = false;

  readonly run: Run = async (program, args) => {
    const text = program.endsWith('schtasks.exe') ? await this.#answer(args) : null;
    return { exitCode: text === null ? 1 : 0, timedOut: false, stdout: Buffer.from(text ?? '') };
  };

  /** The command line of a task: its program and arguments, none of which has a blank in it. */
  commandOf(name: string): readonly string[] {
    const xml = this.tasks.get(name) ?? '';
    const within = (tag: string) => new RegExp(`<${tag}>(.*)</${tag}>`).exec(xml)?.[1] ?? '';
    return [within('Command').replaceAll('&quot;', ''), ...within('Arguments').split(' ')];
  }

  async #answer([what, , name = '', ...more]: readonly string[]): Promise<string | null> {
    if (what === '/Create' && !this.refuses) this.tasks.set(name, await readFile(more[1] ?? '', 'utf16le'));
    if (what === '/Create') return this.refuses ? null : '';
    const xml = this.tasks.get(name);
    if (what === '/Delete') this.tasks.delete(name);
    return xml ?? null;
  }
}
