// How much a year of history takes: real rows of a fleet of 100,000 workstations, thinned out by the server's own job, measured in the file.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { compose, makeLog, readConfig, systemRandom } from '@usher/server';
import { ManualClock } from '@usher/testkit';
import { idOf } from './console-database.ts';

const day = 86_400_000;
/** Bytes that a year may take. */
const target = 100e6;

/** Ten products whose versions move every minute of the year, and fifty updates under way all year long. */
const products = 10;
const updates = 50;
/** Twenty-four updates for everybody, of which two in a hundred fail, twice; one that fails for every fifth. */
const fleet = 100_000;
const failing = [...Array.from({ length: 24 }, () => fleet / 50), fleet / 5];

const versions = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`3.${index}.1234`, 1000 + index]));
const states = { cancelled: 12, downloading: 312, failed: 1021, installed: 71_234, installing: 101, waiting: 27_320 };

/** Fills in a year as it is recorded: by the minute lately, by the hour before, since older minutes are gone within the hour. */
function fill(db: DatabaseSync, now: number): void {
  const insert = db.prepare('insert into "countHistory" ("ownerId", "at", "counts") values (?, ?, ?)');
  const at: string[] = [];
  for (let time = now - 365 * day; time < now; time += time < now - 2 * day ? day / 24 : day / 1440) {
    at.push(new Date(time).toISOString());
  }
  const owners = [
    ...Array.from({ length: products }, (_, number) => [idOf('pr_', number), versions] as const),
    ...Array.from({ length: updates }, (_, number) => [idOf('up_', number), states] as const),
  ];
  for (const [owner, counts] of owners) {
    for (const [index, time] of at.entries()) insert.run(owner, time, JSON.stringify({ ...counts, changing: index }));
  }
  const fail = db.prepare(
    `insert into "failureHistory" ("period", "updateId", "cause", "workstationId", "number", "lastAt") values (?, ?, '2042/1603', ?, 1, ?)`,
  );
  for (const [number, workstations] of failing.entries()) {
    for (let workstation = 0; workstation < workstations; workstation += 1) {
      for (const attempt of [0, 1]) {
        const time = new Date(now - (365 - number * 14) * day + attempt * day).toISOString();
        fail.run(time.slice(0, 10), idOf('up_', number), idOf('ws_', workstation), time);
      }
    }
  }
}

function bytesOf(db: DatabaseSync, table: string): number {
  const row = db
    .prepare(
      'select sum(pgsize) as bytes from dbstat where name in (select name from sqlite_master where tbl_name = ?)',
    )
    .get(table);
  return Number(row?.bytes ?? 0);
}

const folder = await mkdtemp(join(tmpdir(), 'usher-bench-history-'));
try {
  const clock = new ManualClock();
  const system = await compose({
    config: readConfig({ USHER_DATA: folder, USHER_PORT: '0' }, folder),
    clock,
    random: systemRandom,
    log: makeLog('error', clock),
    keyCost: { n: 2, r: 1, p: 1 },
    synchronous: 'off',
  });
  try {
    await system.prepare();
    const db = new DatabaseSync(join(folder, 'usher.db'));
    db.exec('pragma synchronous = off; begin');
    fill(db, clock.now());
    db.exec('commit');
    await system.jobs.runNow('history.thin');
    const tables = ['countHistory', 'failureHistory'] as const;
    const sizes = tables.map((table) => bytesOf(db, table));
    db.close();
    for (const [index, table] of tables.entries()) {
      console.log(`${((sizes[index] ?? 0) / 1e6).toFixed(1).padStart(8)} MB  ${table}, with its indexes`);
    }
    const sum = sizes.reduce((total, size) => total + size, 0);
    console.log(`${(sum / 1e6).toFixed(1).padStart(8)} MB  a year in all (at most ${target / 1e6} MB)`);
    if (sum >= target) process.exitCode = 1;
  } finally {
    await system.stop();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
