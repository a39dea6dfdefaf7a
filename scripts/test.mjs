// `npm test`: everything that says whether this tree is good, ending with one line "N passed, N failed".
// `--quick` leaves out the browser, Wine, PostgreSQL, and the tests that start other programs.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { ensureConsole } from './build-console.mjs';
import { ensureDebianTools } from './debian-tools.mjs';
import { ensureInstalled, pinnedNode, root } from './setup.mjs';

const quick = process.argv.includes('--quick');
const reports = join(root, '.build', 'test-reports');

/** @typedef {{ name: string, passed: number, failed: number, seconds: number, output: string }} Outcome */

/**
 * @param {string} name
 * @param {string[]} args the program (of node_modules, run by the pinned Node) and its arguments
 * @param {Record<string, string>} [environment] more variables
 * @returns {Promise<{ status: number, output: string, seconds: number }>}
 */
function run(name, args, environment = {}) {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const binaries = join(root, 'node_modules', '.bin');
    const child = spawn(pinnedNode(), args, {
      cwd: root,
      env: {
        ...process.env,
        PATH: `${binaries}${delimiter}${process.env.PATH ?? ''}`,
        FORCE_COLOR: '0',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => reject(new Error(`${name} could not be started: ${error.message}`)));
    child.on('exit', (code) => resolve({ status: code ?? 1, output, seconds: (performance.now() - started) / 1000 }));
  });
}

/**
 * A check that passes or fails as a whole, and counts as one.
 * @param {string} name
 * @param {string[]} args
 * @returns {Promise<Outcome>}
 */
async function check(name, args) {
  const { status, output, seconds } = await run(name, args);
  return {
    name,
    passed: status === 0 ? 1 : 0,
    failed: status === 0 ? 0 : 1,
    seconds,
    output: status === 0 ? '' : output,
  };
}

/**
 * Test projects of vitest, counted test by test. A run that reports nothing is a failure.
 * @param {string} name
 * @param {string[]} projects
 * @returns {Promise<Outcome>}
 */
async function tests(name, projects) {
  const report = join(reports, `${name}.json`);
  const { status, output, seconds } = await run(name, [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...projects.flatMap((project) => ['--project', project]),
  ]);
  if (!existsSync(report)) return { name, passed: 0, failed: 1, seconds, output };
  const counts = JSON.parse(readFileSync(report, 'utf8'));
  const skipped = counts.numPendingTests + counts.numTodoTests;
  // A file that does not load, an unhandled rejection and a skipped test all leave the count of failed tests at zero.
  const failed = counts.numFailedTests + skipped + (status !== 0 && counts.numFailedTests + skipped === 0 ? 1 : 0);
  const hollow = counts.numPassedTests === 0 ? 1 : 0;
  const said = failed + hollow > 0 ? `${failuresOf(counts)}\n${output}` : '';
  return { name, passed: counts.numPassedTests, failed: failed + hollow, seconds, output: said };
}

/**
 * What failed, and why, in a few lines: whoever reads only the beginning of a long output is to find it there.
 * @param {{ testResults: { name: string, message: string, assertionResults: { fullName: string, status: string, failureMessages: string[] | null }[] }[] }} report
 */
function failuresOf({ testResults }) {
  return testResults
    .flatMap(({ name, message, assertionResults }) => {
      const file = relative(root, name);
      const bad = assertionResults.filter(({ status }) => status !== 'passed');
      if (bad.length === 0) return message === '' ? [] : [`  ${file}: ${message}`];
      return bad.map(({ fullName, status, failureMessages }) => {
        const why = (failureMessages ?? []).flatMap((each) => each.split('\n').slice(0, 12));
        return [`  ${file}: ${fullName} (${status})`, ...why].join('\n    ');
      });
    })
    .join('\n');
}

/**
 * The stories in a real browser, on the console as it is built now.
 * @returns {Promise<Outcome>}
 */
async function browser() {
  const name = 'browser';
  const report = join(reports, `${name}.json`);
  const { status, output, seconds } = await run(
    name,
    [
      'node_modules/@playwright/test/cli.js',
      'test',
      '--config',
      'e2e/console/playwright.config.ts',
      '--reporter=line,json',
    ],
    { PLAYWRIGHT_JSON_OUTPUT_FILE: report },
  );
  if (!existsSync(report)) return { name, passed: 0, failed: 1, seconds, output };
  const { expected, unexpected, flaky, skipped } = JSON.parse(readFileSync(report, 'utf8')).stats;
  const bad = unexpected + flaky + skipped;
  const failed = bad + (status !== 0 && bad === 0 ? 1 : 0) + (expected === 0 ? 1 : 0);
  return { name, passed: expected, failed, seconds, output: failed > 0 ? output : '' };
}

/** @param {Outcome} outcome */
function say(outcome) {
  const mark = outcome.failed === 0 ? 'ok  ' : 'FAIL';
  console.log(
    `${mark} ${outcome.name}: ${outcome.passed} passed, ${outcome.failed} failed (${outcome.seconds.toFixed(1)} s)`,
  );
  if (outcome.output !== '') console.log(outcome.output.trimEnd());
}

/** @param {(() => Promise<Outcome>)[]} jobs one after another */
async function lane(jobs) {
  const outcomes = [];
  for (const job of jobs) {
    const outcome = await job();
    say(outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}

async function main() {
  ensureInstalled();
  ensureDebianTools({ quick });
  if (!quick) ensureConsole();
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  const prettier = [
    'node_modules/prettier/bin/prettier.cjs',
    ...['--cache', '--cache-strategy', 'content', '--cache-location', '.build/prettier'],
  ];
  const eslintCache = ['--cache', '--cache-location', '.build/eslint', '--cache-strategy', 'content'];
  // Each test runner keeps one core busy, and waits between: three lanes fill two cores.
  const lanes = await Promise.all([
    lane([
      () => check('types', ['node_modules/typescript/bin/tsc', '-b']),
      () => check('lint', ['node_modules/eslint/bin/eslint.js', '--max-warnings=0', ...eslintCache, '.']),
      () => check('dependencies', ['scripts/check-dependencies.mjs']),
      () => check('format', [...prettier, '--check', '--log-level', 'warn', '.']),
      () => check('dead code', ['node_modules/knip/bin/knip.js', '--no-progress']),
    ]),
    lane([() => tests('database', quick ? ['sqlite'] : ['sqlite', 'postgres'])]),
    lane([
      () => tests('unit', ['unit', 'console']),
      ...(quick ? [] : [() => tests('tools', ['tools']), () => tests('linux', ['linux'])]),
    ]),
  ]);
  // Wine and the browser get the machine to themselves: they have real time-outs.
  const journeys = quick ? [] : await lane([() => tests('windows', ['windows']), browser]);
  const all = [...lanes.flat(), ...journeys];
  const passed = all.reduce((sum, outcome) => sum + outcome.passed, 0);
  const failed = all.reduce((sum, outcome) => sum + outcome.failed, 0);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
