import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { openObjectStore } from '../../../adapters/object-store/index.js';
import { startFaultProxy, startS3Server } from '../../support/s3-server.js';
import { named, freshStores } from './fresh-stores.js';

const server = await startS3Server();
after(async () => {
  await server.stop();
});
const { openFresh } = freshStores(server);

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
