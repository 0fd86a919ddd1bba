import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { CreateMultipartUploadCommand, S3Client } from '@aws-sdk/client-s3';
import { openObjectStore, PART_BYTES, sha256Hex } from '../../../adapters/object-store/index.js';
import type { ObjectStore, StoredObject, StoreOptions } from '../../../adapters/object-store/index.js';
import type { Manifest } from '../../../pipeline/artifacts.js';
import { PipelineError } from '../../../pipeline/errors.js';
import { startFaultProxy, startS3Server } from '../../support/s3-server.js';
import type { TestS3Server } from '../../support/s3-server.js';

let server: TestS3Server;
before(async () => {
  server = await startS3Server();
});
after(async () => {
  await server.stop();
});

/** A store of its own bucket (made) and its own empty cache. */
async function openFresh(options: Partial<StoreOptions> = {}): Promise<ObjectStore> {
  const cacheFolder = await mkdtemp(join(server.scratch, 'cache-'));
  const store = openObjectStore({ url: `s3://bucket-${randomBytes(6).toString('hex')}/some/prefix`, env: server.env, cacheFolder, ...options });
  await store.ensureBucket();
  return store;
}

function objectFile(uri: string): string {
  return join(server.folder, uri.slice('s3://'.length));
}

async function flipBit(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(path, bytes);
}

function named(name: string, ...parts: string[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof PipelineError, `expected a PipelineError, found ${String(error)}`);
    assert.equal(error.name, name, error.message);
    for (const part of parts) assert.ok(error.message.includes(part), `expected "${part}" in: ${error.message}`);
    return true;
  };
}

function manifestOf(artifacts: Manifest['artifacts'], note: string): Manifest {
  return { schema: 'ares.manifest', step: 'saving', unit: null, key: 'a'.repeat(64), keyParts: { note }, artifacts, units: {}, rowsIn: 0, rowsOut: 0 };
}

describe('objects', () => {
  test('bytes lie at objects/<sha256> and come back from a store with an empty cache', async () => {
    const store = await openFresh();
    const stored = await store.putBytes(new TextEncoder().encode('abc'));
    // FIPS 180-2, appendix B.1.
    assert.equal(stored.sha256, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    assert.equal(stored.uri, `${store.url}/objects/${stored.sha256}`);
    assert.equal(await readFile(objectFile(stored.uri), 'utf8'), 'abc');
    const other = openObjectStore({ url: store.url, env: server.env, cacheFolder: await mkdtemp(join(server.scratch, 'cache-')) });
    assert.equal(new TextDecoder().decode(await other.getBytes(stored)), 'abc');
    assert.equal(await readFile(await other.getToCache(stored), 'utf8'), 'abc');
  });

  test('a file above 16 MiB goes up in parts and is equal to the byte on return', async () => {
    const store = await openFresh();
    const path = join(server.scratch, 'big');
    const bytes = randomBytes(2 * PART_BYTES + 12_345);
    await writeFile(path, bytes);
    const stored = await store.putFile(path);
    assert.equal(stored.sha256, sha256Hex(bytes));
    assert.equal(stored.bytes, bytes.length);
    await rm(store.cache.folder, { recursive: true });
    assert.deepEqual(Buffer.from(await store.getBytes(stored)), bytes);
  });

  test('an object that is there with its size is not sent again', async () => {
    const store = await openFresh();
    const proxy = await startFaultProxy(server.env.AWS_ENDPOINT_URL_S3, () => 'pass');
    const puts: string[] = [];
    const watched = await startFaultProxy(proxy.endpoint, ({ method }) => {
      puts.push(method);
      return 'pass';
    });
    const seen = openObjectStore({ url: store.url, env: { ...server.env, AWS_ENDPOINT_URL_S3: watched.endpoint }, cacheFolder: server.scratch });
    const path = join(server.scratch, 'twice');
    await writeFile(path, 'twice');
    await seen.putFile(path);
    assert.deepEqual(puts.filter((method) => method === 'PUT').length, 1);
    await seen.putFile(path);
    assert.deepEqual(puts.filter((method) => method === 'PUT').length, 1);
    await watched.stop();
    await proxy.stop();
  });

  test('an empty file can be stored and read', async () => {
    const store = await openFresh();
    const path = join(server.scratch, 'empty');
    await writeFile(path, '');
    const stored = await store.putFile(path);
    assert.equal(stored.bytes, 0);
    await rm(store.cache.folder, { recursive: true });
    assert.equal((await store.getBytes(stored)).length, 0);
  });

  test('the address must be s3://bucket/prefix', () => {
    assert.throws(() => openObjectStore({ url: 'http://somewhere', env: server.env }), named('InvalidSpec', 'http://somewhere'));
  });
});

describe('integrity', () => {
  test('a bit flipped in S3 is an IntegrityError that names the object and both hashes, and leaves no copy', async () => {
    const store = await openFresh();
    const stored = await store.putBytes(randomBytes(5000));
    await rm(store.cache.folder, { recursive: true });
    await flipBit(objectFile(stored.uri));
    const found = sha256Hex(await readFile(objectFile(stored.uri)));
    await assert.rejects(store.getToCache(stored), named('IntegrityError', stored.uri, stored.sha256, found));
    await assert.rejects(store.getBytes(stored), named('IntegrityError', stored.uri, stored.sha256, found));
    assert.equal(await store.cache.find(stored.sha256), null);
    assert.deepEqual(await readdir(join(store.cache.folder, 'incoming')), []);
  });

  test('a bit flipped in the local copy is found, and the object is fetched again', async () => {
    const store = await openFresh();
    const bytes = randomBytes(5000);
    const stored = await store.putBytes(bytes);
    const path = await store.getToCache(stored);
    await flipBit(path);
    assert.deepEqual(await readFile(await store.getToCache(stored)), bytes);
    await flipBit(path);
    assert.deepEqual(Buffer.from(await store.getBytes(stored)), bytes);
    await flipBit(path);
    await rm(objectFile(stored.uri));
    await assert.rejects(store.getBytes(stored), named('MissingArtifact', stored.sha256));
  });

  test('a deleted object is MissingArtifact with its address and the endpoint', async () => {
    const store = await openFresh();
    const stored = await store.putBytes(randomBytes(10));
    await rm(store.cache.folder, { recursive: true });
    await rm(objectFile(stored.uri));
    await assert.rejects(store.getToCache(stored), named('MissingArtifact', stored.uri, server.env.AWS_ENDPOINT_URL_S3));
    assert.equal(await store.head(stored.uri), null);
  });
});

describe('manifests', () => {
  test('of two writers of one manifest one wins and the other adopts', async () => {
    const store = await openFresh();
    const commits = await Promise.all(Array.from({ length: 6 }, (_, i) => store.commitManifest(manifestOf([], `writer ${i}`))));
    assert.equal(commits.filter((commit) => !commit.adopted).length, 1);
    const winner = commits.find((commit) => !commit.adopted)!;
    for (const commit of commits) assert.deepEqual(commit.manifest, winner.manifest);
    assert.deepEqual(await store.readManifest('saving', 'a'.repeat(64)), winner.manifest);
    assert.equal(winner.uri, store.manifestUri('saving', 'a'.repeat(64)));
  });

  test('an absent manifest is null, and one that is no manifest is an IntegrityError', async () => {
    const store = await openFresh();
    assert.equal(await store.readManifest('saving', 'b'.repeat(64)), null);
    await store.putJson(`manifests/saving/${'b'.repeat(64)}.json`, { schema: 'something else' });
    await assert.rejects(store.readManifest('saving', 'b'.repeat(64)), named('IntegrityError', 'b'.repeat(64)));
    await store.putJson(`manifests/saving/${'b'.repeat(64)}.json`, manifestOf([], 'of another key'));
    await assert.rejects(store.readManifest('saving', 'b'.repeat(64)), named('IntegrityError', 'a'.repeat(64)));
  });

  test('artifacts that are gone or have another size are named', async () => {
    const store = await openFresh();
    const refs = await Promise.all(
      ['one', 'two', 'three'].map(async (name) => ({
        name,
        kind: 'json' as const,
        schema: 'ares.test',
        ...(await store.putBytes(new TextEncoder().encode(name))),
      })),
    );
    assert.deepEqual(await store.missingArtifacts(manifestOf(refs, '')), []);
    await rm(objectFile(refs[0]!.uri));
    await writeFile(objectFile(refs[2]!.uri), 'thr');
    assert.deepEqual(await store.missingArtifacts(manifestOf(refs, '')), ['one', 'three']);
  });
});

describe('JSON objects', () => {
  test('are replaced by putJson, kept by putJsonIfAbsent, listed in order and removed', async () => {
    const store = await openFresh();
    assert.equal(await store.readJson('runs/a.json'), null);
    await store.putJson('runs/a.json', { b: 1, a: [2] });
    await store.putJson('runs/a.json', { b: 2 });
    assert.deepEqual(await store.readJson('runs/a.json'), { b: 2 });
    assert.equal(await store.putJsonIfAbsent('runs/a.json', {}), false);
    assert.equal(await store.putJsonIfAbsent('runs/b.json', { c: 3 }), true);
    assert.deepEqual(
      (await store.list('runs/')).map((object) => object.key),
      ['runs/a.json', 'runs/b.json'],
    );
    await store.remove('runs/a.json');
    assert.deepEqual(
      (await store.list('runs/')).map((object) => object.key),
      ['runs/b.json'],
    );
  });
});

describe('failures of the environment', () => {
  test('the bucket is made once', async () => {
    const store = await openFresh();
    assert.equal(await store.ensureBucket(), false);
    await store.putBytes(new Uint8Array(1));
  });

  test('wrong credentials are AccessDenied, with the endpoint and the bucket', async () => {
    const store = await openFresh();
    const wrongSecret = openObjectStore({ url: store.url, env: { ...server.env, AWS_SECRET_ACCESS_KEY: 'wrong' }, cacheFolder: server.scratch });
    await assert.rejects(wrongSecret.putJson('runs/a', {}), named('AccessDenied', 'refused the credentials', server.env.AWS_ENDPOINT_URL_S3, store.url));
    const wrongUser = openObjectStore({ url: store.url, env: { ...server.env, AWS_ACCESS_KEY_ID: 'nobody' }, cacheFolder: server.scratch });
    await assert.rejects(wrongUser.ensureBucket(), named('AccessDenied'));
  });

  test('a user without rights on the bucket is AccessDenied on reading, writing and checking it', async () => {
    const store = await openFresh();
    const stored = await store.putBytes(new Uint8Array(9));
    const weak = openObjectStore({ url: store.url, env: server.weakEnv, cacheFolder: await mkdtemp(join(server.scratch, 'cache-')) });
    await assert.rejects(weak.getBytes(stored), named('AccessDenied', 'lack a right', stored.uri));
    await assert.rejects(weak.putBytes(new Uint8Array(3)), named('AccessDenied', server.env.AWS_ENDPOINT_URL_S3));
    await assert.rejects(weak.ensureBucket(), named('AccessDenied', 'bucket'));
    const other = openObjectStore({ url: 's3://bucket-not-yet-made', env: server.weakEnv, cacheFolder: server.scratch });
    await assert.rejects(other.ensureBucket(), named('AccessDenied', 'create bucket', 'bucket-not-yet-made'));
  });

  test('an unreachable endpoint is StoreUnavailable', async () => {
    const store = openObjectStore({ url: 's3://somebucket/x', env: { ...server.env, AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' }, cacheFolder: server.scratch });
    await assert.rejects(store.ensureBucket(), named('StoreUnavailable', 'http://127.0.0.1:9', 'somebucket'));
    await assert.rejects(store.putBytes(new Uint8Array(1)), named('StoreUnavailable', 'http://127.0.0.1:9', 'somebucket'));
  });

  test('a passing 503 is retried, a lasting one is StoreUnavailable after three requests', async () => {
    const store = await openFresh();
    const passing = await startFaultProxy(server.env.AWS_ENDPOINT_URL_S3, ({ count }) => (count <= 2 ? 'unavailable' : 'pass'));
    await openObjectStore({ url: store.url, env: { ...server.env, AWS_ENDPOINT_URL_S3: passing.endpoint }, cacheFolder: server.scratch }).putJson('runs/a', 1);
    assert.equal(passing.requests(), 3);
    const lasting = await startFaultProxy(server.env.AWS_ENDPOINT_URL_S3, () => 'unavailable');
    const failing = openObjectStore({ url: store.url, env: { ...server.env, AWS_ENDPOINT_URL_S3: lasting.endpoint }, cacheFolder: server.scratch });
    await assert.rejects(failing.putJson('runs/a', 1), named('StoreUnavailable', 'SlowDown', '503'));
    assert.equal(lasting.requests(), 3);
    await passing.stop();
    await lasting.stop();
  });

  test('a connection that breaks in the middle of an answer is tried again, three times at most', async () => {
    const store = await openFresh();
    const bytes = randomBytes(300_000);
    const stored = await store.putBytes(bytes);
    const once = await startFaultProxy(server.env.AWS_ENDPOINT_URL_S3, ({ count }) => (count === 1 ? 'cut' : 'pass'));
    const healed = openObjectStore({
      url: store.url,
      env: { ...server.env, AWS_ENDPOINT_URL_S3: once.endpoint },
      cacheFolder: await mkdtemp(join(server.scratch, 'cache-')),
    });
    assert.deepEqual(Buffer.from(await healed.getBytes(stored)), bytes);
    const always = await startFaultProxy(server.env.AWS_ENDPOINT_URL_S3, () => 'cut');
    const failing = openObjectStore({
      url: store.url,
      env: { ...server.env, AWS_ENDPOINT_URL_S3: always.endpoint },
      cacheFolder: await mkdtemp(join(server.scratch, 'cache-')),
    });
    await assert.rejects(failing.getBytes(stored), named('StoreUnavailable', stored.uri));
    await once.stop();
    await always.stop();
  });

  for (const fault of ['silent', 'stall'] as const) {
    test(`a server that ${fault === 'silent' ? 'never answers' : 'falls silent in the middle of an answer'} is StoreUnavailable, not a hung read`, async () => {
      const store = await openFresh();
      const stored = await store.putBytes(randomBytes(300_000));
      const proxy = await startFaultProxy(server.env.AWS_ENDPOINT_URL_S3, () => fault);
      const env = { ...server.env, AWS_ENDPOINT_URL_S3: proxy.endpoint };
      const waiting = openObjectStore({ url: store.url, env, cacheFolder: await mkdtemp(join(server.scratch, 'cache-')), idleTimeoutMs: 100 });
      await assert.rejects(waiting.getBytes(stored), named('StoreUnavailable', stored.uri, proxy.endpoint));
      await proxy.stop();
    });
  }

  test('a full disk is DiskFull, and leaves no half-written copy', async (t) => {
    const folder = join(server.scratch, 'small-disk');
    await mkdir(folder);
    await onSmallDisk(t, folder, async () => {
      const store = await openFresh();
      const stored = await store.putBytes(randomBytes(3_000_000));
      const small = openObjectStore({ url: store.url, env: server.env, cacheFolder: folder });
      await assert.rejects(small.getToCache(stored), named('DiskFull', 'local disk', folder));
      assert.deepEqual(await readdir(join(folder, 'artifacts', 'incoming')), []);
    });
  });

  test("a full disk of the S3 server is DiskFull, and says that it is the server's", async (t) => {
    const folder = join(server.folder, 'full-bucket');
    await mkdir(folder);
    await onSmallDisk(t, folder, async () => {
      const store = openObjectStore({ url: 's3://full-bucket/x', env: server.env, cacheFolder: await mkdtemp(join(server.scratch, 'cache-')) });
      await assert.rejects(store.putBytes(randomBytes(3_000_000)), named('DiskFull', 'S3 server', 's3://full-bucket/x/objects/'));
    });
  });

  test('a cache limit that is no number is InvalidSpec', () => {
    assert.throws(
      () => openObjectStore({ url: 's3://somebucket', env: { ARES_CACHE_LIMIT_MIB: '5 GB' } }),
      named('InvalidSpec', 'ARES_CACHE_LIMIT_MIB', '5 GB'),
    );
  });
});

describe('upkeep', () => {
  test('hashStored reads S3 past the cache', async () => {
    const store = await openFresh();
    const stored = await store.putBytes(randomBytes(5000));
    assert.deepEqual(await store.hashStored(stored.uri), { sha256: stored.sha256, bytes: 5000 });
    await flipBit(objectFile(stored.uri));
    assert.notEqual((await store.hashStored(stored.uri))?.sha256, stored.sha256);
    await rm(objectFile(stored.uri));
    assert.equal(await store.hashStored(stored.uri), null);
  });

  test('uploads begun before a time and never finished are aborted, later ones are left', async () => {
    const store = await openFresh();
    const client = new S3Client({
      endpoint: server.env.AWS_ENDPOINT_URL_S3,
      region: server.env.AWS_REGION,
      forcePathStyle: true,
      credentials: { accessKeyId: server.env.AWS_ACCESS_KEY_ID, secretAccessKey: server.env.AWS_SECRET_ACCESS_KEY },
    });
    const Bucket = store.url.split('/')[2]!;
    for (const name of ['a', 'b']) await client.send(new CreateMultipartUploadCommand({ Bucket, Key: `some/prefix/objects/${name}` }));
    await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'other/prefix/objects/c' }));
    assert.equal(await store.sweepUploads(Date.now() - 3_600_000), 0);
    assert.equal(await store.sweepUploads(Date.now() + 3_600_000), 2);
    assert.equal(await store.sweepUploads(Date.now() + 3_600_000), 0);
    client.destroy();
  });
});

/** Runs `work` with a disk of 1 MiB mounted at `folder`, or skips the test where none can be mounted. */
async function onSmallDisk(t: TestContext, folder: string, work: () => Promise<void>): Promise<void> {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    t.skip(`no tmpfs can be mounted here: ${(error as Error).message.split('\n')[0]}`);
    return;
  }
  try {
    await work();
  } finally {
    execFileSync('umount', ['-l', folder]);
  }
}

describe('the local cache', () => {
  test('evicts the least recently used copies down to its limit, and never one used within the grace time', async () => {
    const store = await openFresh({ cacheLimitBytes: 25_000, cacheGraceMs: 60_000 });
    const stored = [];
    for (let i = 0; i < 4; i++) stored.push(await store.putBytes(randomBytes(10_000)));
    const paths = await Promise.all(stored.map((object) => store.getToCache(object)));
    assert.deepEqual(await store.cache.trim(), { removed: 0, bytes: 40_000 });
    const old = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
    for (const [i, minutes] of [30, 10, 20, 0].entries()) await utimes(paths[i]!, old(minutes), old(minutes));
    assert.deepEqual(await store.cache.trim(), { removed: 2, bytes: 20_000 });
    const left = await Promise.all(
      paths.map((path) =>
        stat(path).then(
          () => true,
          () => false,
        ),
      ),
    );
    assert.deepEqual(left, [false, true, false, true]);
    assert.equal((await store.getBytes(stored[0]!)).length, 10_000);
  });

  test('trims itself as it grows', async () => {
    const store = await openFresh({ cacheLimitBytes: 20_000, cacheGraceMs: -1 });
    for (let i = 0; i < 10; i++) await store.putBytes(randomBytes(10_000));
    assert.ok((await store.cache.trim()).bytes <= 20_000);
    assert.ok((await store.cache.trim()).removed === 0);
  });

  test('two stores that read and trim one cache at once get right bytes every time', async () => {
    const store = await openFresh({ cacheLimitBytes: 20_000, cacheGraceMs: -1 });
    const cacheFolder = join(store.cache.folder, '..');
    const other = openObjectStore({ url: store.url, env: server.env, cacheFolder, cacheLimitBytes: 20_000, cacheGraceMs: 0 });
    const objects: StoredObject[] = [];
    for (let i = 0; i < 8; i++) objects.push(await store.putBytes(randomBytes(6_000)));
    await Promise.all(
      [store, other].map(async (reader, side) => {
        for (let round = 0; round < 40; round++) {
          const object = objects[(round * (side + 3)) % objects.length]!;
          assert.equal(sha256Hex(await reader.getBytes(object)), object.sha256);
        }
      }),
    );
  });

  test('three processes that read and evict in one cache get right bytes every time, and leave nothing half-written', async () => {
    const store = await openFresh();
    const objects: StoredObject[] = [];
    for (let i = 0; i < 8; i++) objects.push(await store.putBytes(randomBytes(20_000)));
    const module = pathToFileURL(join(import.meta.dirname, '../../../adapters/object-store/index.js')).href;
    const options = { url: store.url, env: server.env, cacheFolder: join(store.cache.folder, '..'), cacheLimitBytes: 60_000, cacheGraceMs: -1 };
    const script = `import { openObjectStore, sha256Hex } from ${JSON.stringify(module)};
      const store = openObjectStore(${JSON.stringify(options)});
      const objects = ${JSON.stringify(objects)};
      for (let i = 0; i < 60; i++) {
        const object = objects[(i * Number(process.argv[1])) % objects.length];
        if (sha256Hex(await store.getBytes(object)) !== object.sha256) throw new Error('wrong bytes');
      }
      store.close();`;
    const run = promisify(execFile);
    await Promise.all([1, 3, 5].map((stride) => run(process.execPath, ['--input-type=module', '-e', script, String(stride)])));
    assert.deepEqual(await readdir(join(store.cache.folder, 'incoming')), []);
  });
});
