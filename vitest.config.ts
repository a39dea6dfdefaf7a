// Test projects: `unit` needs nothing; `tools` starts programs (the makers of MSI files, our own commands); `console` is
// the web console without a browser; `sqlite` and `postgres` run the same database tests on each dialect; `linux` runs the
// client against a server in a process of its own; `windows` drives the real executable and Windows Installer under Wine.
import { defineConfig } from 'vitest/config';

const tests = ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts'];
const databaseTests = ['packages/*/src/**/*.db.test.ts'];
/** Tests that start other programs: seconds each, so the quick run leaves them out. */
const toolTests = [
  'packages/testkit/src/**/*.test.ts',
  'packages/client/src/cli/**/*.test.ts',
  'packages/client/src/**/*.browser.test.ts',
  'packages/msi/src/{tampering,verify-signature,string-pool,inspect-installer}.test.ts',
  'packages/server/src/{main,server-certificate}.test.ts',
  'scripts/**/*.test.ts',
];

const database = (dialect: 'sqlite' | 'postgres') => ({
  extends: true as const,
  test: {
    name: dialect,
    include: databaseTests,
    provide: { dialect },
    // One set of modules for many files: half of the time went into loading the server again and again.
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    ...(dialect === 'postgres' ? { globalSetup: ['packages/testkit/src/postgres-global-setup.ts'] } : {}),
  },
});

// A time-out is there to end what hangs, not to say how fast anything is: machines are shared, and some are slow.
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 45_000 } },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: tests, exclude: [...databaseTests, ...toolTests, 'packages/console/**'] },
      },
      {
        extends: true,
        test: { name: 'tools', include: toolTests, exclude: databaseTests, testTimeout: 300_000, hookTimeout: 300_000 },
      },
      { extends: true, test: { name: 'console', include: ['packages/console/src/**/*.test.{ts,tsx}'] } },
      database('sqlite'),
      database('postgres'),
      {
        extends: true,
        test: {
          name: 'linux',
          include: ['e2e/linux/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'windows',
          include: ['e2e/windows/**/*.test.ts'],
          globalSetup: ['e2e/windows/global-setup.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
