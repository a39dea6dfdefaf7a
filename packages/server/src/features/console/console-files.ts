// The built console in memory: a few files, found by their exact names, compressed as the build left them or when first asked for.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

/** One file of the console. */
export interface ConsoleFile {
  readonly content: Buffer;
  readonly type: string;
  readonly etag: string;
  /** As brotli has it; null where it is compressed already. */
  compressed(): Promise<Buffer | null>;
}

/** Everything that the build made. */
export interface ConsoleFiles {
  /** The page; null while the console has not been built. */
  readonly page: string | null;
  /** By path, `/assets/index-….js`. */
  readonly files: ReadonlyMap<string, ConsoleFile>;
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

const compressible = new Set(['.js', '.css', '.svg', '.json', '.txt']);
const compress = promisify(brotliCompress);

/** Reads what was built into a folder. Files of unknown kinds are left out. */
export function readConsoleFiles(folder: string): ConsoleFiles {
  const page = join(folder, 'index.html');
  if (!existsSync(page)) return { page: null, files: new Map() };
  const files = new Map<string, ConsoleFile>();
  const read = (path: string): Buffer | null => (existsSync(path) ? readFileSync(path) : null);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const extension = extname(entry.name);
    const type = types[extension];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(
      path.slice(folder.length).replaceAll('\\', '/'),
      fileOf(readFileSync(path), type, extension, read(`${path}.br`)),
    );
  }
  return { page: readFileSync(page, 'utf8'), files };
}

function fileOf(content: Buffer, type: string, extension: string, ready: Buffer | null): ConsoleFile {
  const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`;
  let compressed = ready === null ? null : Promise.resolve(ready);
  return {
    content,
    type,
    etag,
    compressed: () => {
      if (!compressible.has(extension)) return Promise.resolve(null);
      compressed ??= compress(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
      return compressed;
    },
  };
}
