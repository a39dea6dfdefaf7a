// Tests of the page's server, by plain requests: who is let in, and who is not.
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exampleScreens } from '../../test-support/alert-examples.ts';
import { Texts } from '../texts/texts.ts';
import { PageServer } from './page-server.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

const screen = exampleScreens(new Texts('en', 'UTC')).get('available')!;

async function started() {
  const answers: string[] = [];
  const events = { onAnswer: (choice: string) => answers.push(choice), onListening: () => undefined };
  const server = await PageServer.start(screen, events, (length) => randomBytes(length));
  onTestFinished(() => server.stop());
  const { origin, host, search } = new URL(server.address);
  /** Exactly these headers: `fetch` would not send a Host of ours. */
  const ask = (path: string, headers: Record<string, string> = {}, body?: string) =>
    new Promise<Answer>((resolve, reject) => {
      const method = body === undefined ? 'GET' : 'POST';
      const outgoing = request(`${origin}${path}`, { method, headers: { host, ...headers } }, (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (part: string) => (text += part));
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }));
      });
      outgoing.on('error', reject).end(body);
    });
  const admitted = async () => {
    const { headers } = await ask(`/${search}`);
    return { cookie: String(headers['set-cookie']).split(';')[0] ?? '' };
  };
  /** A target as no client library would send it. */
  const askRaw = (target: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(origin).port), '127.0.0.1', () =>
        socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
      );
      let text = '';
      socket.setEncoding('latin1').on('data', (part: string) => (text += part));
      socket.on('error', reject).on('close', () => resolve(text.slice(0, text.indexOf('\r\n'))));
    });
  const json = { 'content-type': 'application/json' };
  return { answers, ask, askRaw, admitted, origin, search, json };
}

const answerOf = (choice: string, serial = screen.serial) => JSON.stringify({ serial, choice });

describe("the page's server", () => {
  it('takes its token once, for a cookie that scripts and other sites do not get', async () => {
    const { ask, search } = await started();
    const first = await ask(`/${search}`);
    expect(first).toMatchObject({ status: 303, headers: { location: '/' } });
    expect(String(first.headers['set-cookie'])).toMatch(/^usher-window=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(await ask(`/${search}`)).toMatchObject({ status: 403 });
  });

  it.each(['/', '/page.js', '/events', '/icon.svg', '/?token=', '/?token=wrong'])(
    'refuses %s without the cookie or the token',
    async (path) => {
      const { ask, admitted } = await started();
      await admitted();
      expect(await ask(path)).toMatchObject({ status: 403, text: '403\n' });
      expect(await ask(path, { cookie: 'usher-window=guessed' })).toMatchObject({ status: 403 });
    },
  );

  it.each(['//', '///', '//:0', '//[', 'http://', 'http://[', 'http://127.0.0.1:99999/', '//%'])(
    'refuses the target %s, which is no address, and goes on',
    async (target) => {
      const { ask, askRaw, search } = await started();
      expect(await askRaw(target)).toBe('HTTP/1.1 400 Bad Request');
      expect(await ask(`/${search}`)).toMatchObject({ status: 303 });
    },
  );

  it('refuses another Host, so that no other name leads here', async () => {
    const { ask, search, admitted } = await started();
    const cookie = await admitted();
    for (const host of ['evil.example', 'localhost', '127.0.0.1', '127.0.0.1:1']) {
      expect(await ask('/', { ...cookie, host })).toMatchObject({ status: 421 });
      expect(await ask(`/${search}`, { host })).toMatchObject({ status: 421 });
    }
  });

  it('refuses an answer from another origin, or from none', async () => {
    const { ask, admitted, answers, json, origin } = await started();
    const cookie = await admitted();
    const body = answerOf('update');
    for (const from of ['https://evil.example', 'null', 'http://127.0.0.1:1']) {
      expect(await ask('/answer', { ...cookie, ...json, origin: from }, body)).toMatchObject({ status: 403 });
    }
    expect(await ask('/answer', { ...cookie, ...json }, body)).toMatchObject({ status: 405 });
    expect(await ask('/answer', { ...json, origin }, body)).toMatchObject({ status: 403 });
    expect(answers).toEqual([]);
  });

  it('takes an answer to what is shown now, and nothing else', async () => {
    const { ask, admitted, answers, json, origin } = await started();
    const headers = { ...(await admitted()), ...json, origin };
    expect(await ask('/answer', headers, answerOf('update', 99))).toMatchObject({ status: 409 });
    expect(await ask('/answer', headers, answerOf('try-again'))).toMatchObject({ status: 409 });
    for (const wrong of ['', 'null', '[]', '{"serial":"1","choice":"update"}', `"${'x'.repeat(5_000)}"`]) {
      expect(await ask('/answer', headers, wrong)).toMatchObject({ status: 400 });
    }
    const asText = { ...headers, 'content-type': 'text/plain' };
    expect(await ask('/answer', asText, answerOf('update'))).toMatchObject({ status: 400 });
    expect(answers).toEqual([]);
    expect(await ask('/answer', headers, answerOf('later'))).toMatchObject({ status: 204 });
    expect(answers).toEqual(['later']);
  });

  it('allows nothing that is not its own, on every answer', async () => {
    const { ask, admitted } = await started();
    const cookie = await admitted();
    for (const path of ['/', '/page.js', '/page.css', '/nothing']) {
      const { headers } = await ask(path, cookie);
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    }
    expect(await ask('/nothing', cookie)).toMatchObject({ status: 404 });
  });
});
