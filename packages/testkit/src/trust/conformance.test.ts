// The client's TUF half against the command line of the public conformance suite: what a good repository leads to.
import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { conformanceCases, done } from './conformance-setup.ts';
import { runAlone } from './conformance-client.ts';
import { tufInstant } from './tuf-simulator.ts';

const newCase = conformanceCases();

describe('as processes of their own', () => {
  it('init, refresh and download keep unversioned metadata and the artifact, and end with 0', async () => {
    const { repository, served, client } = await newCase({ alone: true });
    expect(served.askedMetadata).toEqual([]);
    repository.addArtifact('targets', 'path/to/artifact.txt', 'content');
    repository.publishAll();
    expect(await client.refresh()).toEqual({ status: 0 });
    expect(served.takeAsked()).toEqual(['2.root.json', 'timestamp.json', '2.snapshot.json', '2.targets.json']);
    expect(await client.versions()).toEqual({ root: 1, snapshot: 2, targets: 2, timestamp: 2 });
    expect(await client.downloaded()).toEqual([]);
    expect(await client.download('path/to/artifact.txt')).toEqual({ status: 0 });
    expect(await client.downloaded()).toEqual(['content']);
  });

  it('what fails ends with 1 and says why', async () => {
    const { repository, client } = await newCase({ alone: true });
    repository.rotateKeys('timestamp');
    repository.publish('timestamp');
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.bad-signature' });
    expect(await client.trusted('timestamp')).toBeNull();
  });

  it('what is no command ends with 1', async () => {
    const wrong = [
      [],
      ['--metadata-dir', '/nowhere/at/all', 'init', '/nowhere/root.json'],
      ['--metadata-dir', '/nowhere/at/all', '--unknown', 'explain'],
    ];
    const outcomes = await Promise.all(wrong.map(runAlone));
    expect(outcomes.map(({ status }) => status)).toEqual([1, 1, 1]);
  });
});

describe('metadata', () => {
  it('are kept byte for byte as served', async () => {
    const { repository, client } = await newCase();
    done(await client.refresh());
    for (const role of ['root', 'timestamp', 'snapshot', 'targets']) {
      expect(await client.trusted(role)).toEqual(repository.file(role));
    }
    expect((await readdir(client.metadataFolder)).sort()).toEqual(
      ['root', 'snapshot', 'targets', 'timestamp'].map((role) => `${role}.json`),
    );
  });

  it('that have not changed are not fetched again', async () => {
    const { served, client } = await newCase();
    done(await client.refresh());
    served.takeAsked();
    done(await client.refresh());
    expect(served.takeAsked()).toEqual(['2.root.json', 'timestamp.json']);
  });

  it('are brought up to date before a download, also where the target is not there', async () => {
    const { served, client } = await newCase();
    expect((await client.download('missing')).status).toBe(1);
    expect(served.takeAsked()).toEqual(['2.root.json', 'timestamp.json', '1.snapshot.json', '1.targets.json']);
    expect(await client.versions()).toEqual({ root: 1, snapshot: 1, targets: 1, timestamp: 1 });
  });

  it('may have members that nobody knows', async () => {
    const { repository, client } = await newCase();
    const { root } = repository;
    root['x-more'] = { a: 1, b: [true, null] };
    repository.roleOf('root')['x-role'] = 'value';
    for (const [id, key] of Object.entries(root.keys)) root.keys[id] = { ...key, 'x-key': 'ü "quoted" \\' };
    repository.targets['x-targets'] = 'value';
    repository.publish('root').publishAll();
    done(await client.refresh());
    expect(await client.versions()).toEqual({ root: 2, snapshot: 2, targets: 2, timestamp: 2 });
  });

  it('may be vouched for by length and hash', async () => {
    const { repository, client } = await newCase({ before: (made) => (made.vouchesForHashes = true) });
    repository.publishAll();
    done(await client.refresh());
    expect(await client.versions()).toMatchObject({ snapshot: 2, targets: 2 });
  });

  it('without consistent snapshots are fetched by plain names, artifacts too', async () => {
    const { repository, served, client } = await newCase({
      before: (made) => {
        made.root.consistent_snapshot = false;
        made.publishAs('root', 1);
        made.addArtifact('targets', 'a/b.txt', 'content');
        made.publishAll();
      },
    });
    expect(repository.root.version).toBe(1);
    done(await client.download('a/b.txt'));
    expect(served.takeAsked()).toEqual(['2.root.json', 'timestamp.json', 'snapshot.json', 'targets.json']);
    expect(served.askedArtifacts).toEqual(['a/b.txt']);
  });

  it('that expired here are a step to newer ones', async () => {
    const yesterday = tufInstant(new Date(Date.now() - 86_400_000));
    const { repository, client } = await newCase();
    const fresh = repository.timestamp.expires;
    for (const role of ['timestamp', 'snapshot', 'targets']) {
      repository.targetsOf(role).expires = yesterday;
      repository.publish(role);
    }
    for (const role of ['timestamp', 'snapshot', 'targets']) await client.plant(role, repository.file(role));
    for (const role of ['timestamp', 'snapshot', 'targets']) repository.targetsOf(role).expires = fresh;
    repository.publishAll();
    done(await client.refresh());
    expect(await client.versions()).toEqual({ root: 1, snapshot: 3, targets: 3, timestamp: 3 });
  });

  it.each(['{', '', '{}', '\u0000', '{"signed":1,"signatures":[]}'])(
    'damaged here to %j are fetched anew',
    async (text) => {
      const { client } = await newCase();
      done(await client.refresh());
      for (const role of ['timestamp', 'snapshot', 'targets']) await client.plant(role, Buffer.from(text));
      done(await client.refresh());
      expect(await client.versions()).toEqual({ root: 1, snapshot: 1, targets: 1, timestamp: 1 });
    },
  );
});

describe('a first root', () => {
  const reSigned = (_match: string, digit: string) => `"sig": "${digit === '0' ? '1' : '0'}`;
  const refused = async (root: (file: Buffer) => Buffer) => {
    const { repository, served, client } = await newCase({ untrusting: true });
    expect((await client.init(root(repository.file('root')))).status).toBe(1);
    expect((await client.refresh()).status).toBe(1);
    expect(served.takeAsked()).toEqual([]);
  };

  it('that is not whole is refused before anything is asked', async () => {
    await refused((file) => Buffer.from(file.toString('utf8').replace('"version"', '"vision"')));
  });

  it('that is not signed by itself is refused before anything is asked', async () => {
    await refused((file) => Buffer.from(file.toString('utf8').replace(/"sig": "(.)/, reSigned)));
  });

  it('that expired leads to the newest all the same', async () => {
    const { repository, client } = await newCase({
      before: (made) => {
        const { expires } = made.root;
        made.root.expires = '2020-01-01T00:00:00Z';
        made.publishAs('root', 1);
        made.root.expires = expires;
        made.publish('root');
      },
    });
    done(await client.refresh());
    expect(await client.trusted('root')).toEqual(repository.file('root'));
  });
});

describe('an artifact', () => {
  it('that lies there already is not fetched again', async () => {
    const { repository, served, client } = await newCase();
    repository.addArtifact('targets', 'file.txt', 'content');
    repository.publishAll();
    done(await client.download('file.txt'));
    done(await client.download('file.txt'));
    expect(served.askedArtifacts).toHaveLength(1);
  });

  it('that changed takes the place of the old one', async () => {
    const { repository, client } = await newCase();
    for (const content of ['first', 'second', '']) {
      repository.addArtifact('targets', 'file.txt', content);
      repository.publishAll();
      done(await client.download('file.txt'));
      expect(await client.downloaded()).toEqual([content]);
    }
  });

  it.each([
    'a/b/c.txt',
    'with space.txt',
    'ä/😀.txt',
    '?q=#f',
    '%41',
    '"q"',
    "it's",
    'x'.repeat(300),
    '__proto__',
    '..',
    '\\..\\x',
  ])('may be named %j, and stays in its folder', async (name) => {
    const { repository, client } = await newCase();
    repository.addArtifact('targets', name, `content of ${name}`);
    repository.publishAll();
    done(await client.download(name));
    expect(await client.downloaded()).toEqual([`content of ${name}`]);
    expect((await readdir(client.folder)).sort()).toEqual(['initial_root.json', 'metadata', 'targets']);
  });

  it.each(['../up.txt', 'a/../../up.txt', './here.txt', 'a/./b', 'a/../b'])('named %j is not fetched', async (name) => {
    const { repository, client } = await newCase();
    repository.addArtifact('targets', name, 'content');
    repository.publishAll();
    expect((await client.download(name)).status).toBe(1);
    expect(await client.downloaded()).toEqual([]);
  });
});
