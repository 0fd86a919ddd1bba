import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { CreateMultipartUploadCommand, S3Client } from '@aws-sdk/client-s3';
import { openObjectStore, PART_BYTES, sha256Hex } from '../../../adapters/object-store/index.js';
import type { Manifest } from '../../../pipeline/artifacts.js';
import { startFaultProxy, startS3Server } from '../../support/s3-server.js';
import { named, freshStores } from './fresh-stores.js';

const server = await startS3Server();
after(async () => {
  await server.stop();
});
const { openFresh, objectFile } = freshStores(server);

async function flipBit(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(path, bytes);
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
