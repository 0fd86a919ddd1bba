import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { openObjectStore, sha256Hex } from '../../../adapters/object-store/index.js';
import type { StoredObject } from '../../../adapters/object-store/index.js';
import { startS3Server } from '../../support/s3-server.js';
import { freshStores } from './fresh-stores.js';

const server = await startS3Server();
after(async () => {
  await server.stop();
});
const { openFresh } = freshStores(server);

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
