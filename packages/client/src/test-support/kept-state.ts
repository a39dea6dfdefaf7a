// A folder as it was at one time, to be put back as often as a test wants.
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** What lies in a folder. */
export class KeptFolder {
  readonly #folder: string;
  readonly #files: ReadonlyMap<string, { readonly content: Buffer; readonly mode: number }>;

  private constructor(folder: string, files: ReadonlyMap<string, { content: Buffer; mode: number }>) {
    this.#folder = folder;
    this.#files = files;
  }

  static async of(folder: string): Promise<KeptFolder> {
    const files = new Map<string, { content: Buffer; mode: number }>();
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile()) continue;
      files.set(relative(folder, path), { content: await readFile(path), mode: (await stat(path)).mode });
    }
    return new KeptFolder(folder, files);
  }

  /** The names of the files, with their paths below the folder. */
  get names(): readonly string[] {
    return [...this.#files.keys()].sort();
  }

  content(name: string): Buffer {
    return this.#files.get(name)?.content ?? Buffer.alloc(0);
  }

  /** Puts everything back, and removes what came since. */
  async restore(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    for (const [name, { content, mode }] of this.#files) {
      const path = join(this.#folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
      await chmod(path, mode);
    }
  }
}
