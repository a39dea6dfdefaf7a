// Runs every bench, one after the other, each in a process of its own. `npm run bench -- console` runs those with that in their names.
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const folder = import.meta.dirname;
const wanted = process.argv.slice(2);
const files = (await readdir(folder)).filter((name) => name.endsWith('.bench.ts')).sort();
const chosen = files.filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (chosen.length === 0) {
  console.error(`There is no such bench. There are: ${files.join(', ')}`);
  process.exitCode = 1;
}
for (const name of chosen) {
  console.log(`\n${name.replace('.bench.ts', '')}`);
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(process.execPath, [join(folder, name)], { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (status) => resolve(status ?? 1));
  });
  if (code !== 0) process.exitCode = code;
}
