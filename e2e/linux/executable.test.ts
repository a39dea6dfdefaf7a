// The Linux executable itself, in an environment that a person has prepared. Each time Node, run as it comes, shows that
// the environment would have done something.
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CodeSigningAuthority, type CodeSigner } from '@usher/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildClient, buildProgram, carriedNode, linuxClient } from '../support/built-client.ts';
import { hostileEnvironment, type HostileEnvironment } from '../support/hostile-environment.ts';

let folder: string;
let authority: string;
let certificate: CodeSigner;
let hostile: HostileEnvironment;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-executable-'));
  const made = await CodeSigningAuthority.create(join(folder, 'keys'), { commonName: 'Somebody' });
  certificate = await made.issue({ commonName: 'localhost', purpose: 'tls' });
  authority = await readFile(made.certificate, 'utf8');
  hostile = await hostileEnvironment(join(folder, 'hostile'), authority);
  await buildClient();
  // Where nothing is built yet, that takes a minute on two busy cores.
}, 300_000);
afterAll(() => rm(folder, { recursive: true }));

const clean = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' };

function run(program: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(program, args, { env: { ...clean, ...environment }, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

test('says its version', () => {
  expect(run(linuxClient, ['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
});

test('is under 95 MB, without names for a debugger', async () => {
  const { stdout } = await promisify(execFile)('readelf', ['--sections', '--wide', linuxClient]);
  expect(stdout).toContain('.text');
  expect(stdout).not.toContain('.symtab');
  expect((await stat(linuxClient)).size).toBeLessThan(95_000_000);
});

describe('without the data of other languages', () => {
  /** What a program prints that asks for much of what Node knows of languages, zones and encodings. */
  const questions = `
    const at = new Date('2026-12-04T18:00:00Z');
    const zones = ['UTC', 'America/Sao_Paulo', 'Europe/Lisbon', 'Asia/Kolkata'];
    const bytes = new Uint8Array([0xe9, 0x80, 0xb0, 0xa1]);
    const said = [];
    for (const language of ['en', 'en-GB', 'pt-BR', 'pt', 'es', 'es-MX']) {
      for (const timeZone of zones) {
        const long = { dateStyle: 'full', timeStyle: 'long', timeZone };
        said.push(new Intl.DateTimeFormat(language, long).format(at));
      }
      said.push(new Intl.NumberFormat(language, { style: 'currency', currency: 'BRL' }).format(12345.6));
      said.push(new Intl.NumberFormat(language, { style: 'unit', unit: 'megabyte', unitDisplay: 'long' }).format(2));
      said.push(new Intl.RelativeTimeFormat(language).format(-3, 'day'), new Intl.ListFormat(language).format(['a', 'b', 'c']));
      said.push(new Intl.PluralRules(language).select(1), new Intl.DisplayNames(language, { type: 'region' }).of('PT'));
      said.push(['z', 'ñ', 'n', 'á', 'a', 'ç', 'c'].sort(new Intl.Collator(language).compare).join(''));
      said.push(new Intl.Locale(language).maximize().toString());
    }
    for (const encoding of ['utf-8', 'utf-16le', 'windows-1252', 'windows-1251', 'shift_jis', 'gb18030', 'big5', 'euc-kr']) {
      said.push(new TextDecoder(encoding).decode(bytes));
    }
    said.push('ÇÃO'.toLocaleLowerCase('pt-BR'), 'é'.normalize('NFD'), new URL('http://bücher.example/').hostname);
    console.log(JSON.stringify(said));`;

  test('says in those that the client speaks what Node says', async () => {
    const entry = join(folder, 'questions.ts');
    await writeFile(entry, questions);
    await buildProgram(entry, folder);
    const node = join(folder, 'questions.cjs');
    await writeFile(node, questions);
    const ours = run(join(folder, 'usher-client'), []);
    expect(ours).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(ours.stdout)).toEqual(JSON.parse(run(await carriedNode(), [node]).stdout));
  });

  test('says in any other something, and does not fail', () => {
    for (const language of ['de_DE', 'ja_JP', 'zh_TW', 'ar_EG', 'zu_ZA', 'xx']) {
      const said = run(linuxClient, ['status', '--state', join(folder, 'nobody')], { LC_ALL: `${language}.UTF-8` });
      expect(said).toMatchObject({ status: 12, stdout: expect.stringContaining('code: 1005') as string, stderr: '' });
    }
  });
});

describe('what the environment would have Node do', () => {
  test.each(['OPENSSL_CONF', 'NODE_OPTIONS', 'NODE_V8_COVERAGE'])('%s', async (name) => {
    const environment = { [name]: hostile.variables[name] ?? '' };
    const ownNode = run(process.execPath, ['-e', ''], environment);
    expect(ownNode.status !== 0 || hostile.traces.some((trace) => existsSync(trace))).toBe(true);
    for (const trace of hostile.traces) await rm(trace, { recursive: true, force: true });

    expect(run(linuxClient, ['--version'], environment)).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
    expect(hostile.traces.filter((trace) => existsSync(trace))).toEqual([]);
  });

  test('all of it at once', () => {
    expect(run(linuxClient, ['--version'], hostile.variables)).toEqual({
      status: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
    expect(hostile.traces.filter((trace) => existsSync(trace))).toEqual([]);
  });
});

describe('a server whose certificate nobody vouches for but the environment', () => {
  let server: Server;
  let url: string;
  let asked = 0;
  beforeAll(async () => {
    const [cert, key] = await Promise.all([readFile(certificate.certificate), readFile(certificate.key)]);
    server = createServer({ cert, key }, (_request, response) => {
      asked += 1;
      response.writeHead(503).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `https://localhost:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());

  /** An installation key for that server, as the protocol says how to write one. */
  function installationKey(): string {
    const r = Buffer.alloc(32).toString('base64url');
    const body = Buffer.from(JSON.stringify({ u: url, s: 'secret', r })).toString('base64url');
    const text = `usher-key-1.${body}`;
    return `${text}.${createHash('sha256').update(text).digest('base64url').slice(0, 8)}`;
  }

  test('is not believed', async () => {
    const attempt = promisify(execFile)(
      linuxClient,
      ['activate', '--state', join(folder, 'state'), '--key', installationKey()],
      { env: { ...clean, ...hostile.variables } },
    );
    await expect(attempt).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('certificate') as string });
    expect(asked).toBe(0);

    const trusting =
      'require("node:https").get(process.argv[1], (answer) => process.exit(answer.statusCode === 503 ? 0 : 1))';
    const { NODE_EXTRA_CA_CERTS } = hostile.variables;
    await promisify(execFile)(process.execPath, ['-e', trusting, url], { env: { ...clean, NODE_EXTRA_CA_CERTS } });
    expect(asked).toBe(1);
  });
});
