// What uploads have left on the disk.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The name of every file below a test server's folder of installers. */
export async function storedFiles(server: { readonly folder: string }): Promise<string[]> {
  const folder = join(server.folder, 'data', 'installers');
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
