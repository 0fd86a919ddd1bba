import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openObjectStore } from '../../../adapters/object-store/index.js';
import type { ObjectStore } from '../../../adapters/object-store/index.js';
import { makeRegistry, makeTestLedger } from '../../../adapters/registry/index.js';
import { startS3Server } from '../../support/s3-server.js';
import type { TestS3Server } from '../../support/s3-server.js';

let server: TestS3Server;
let store: ObjectStore;
before(async () => {
  server = await startS3Server();
  store = openObjectStore({ url: 's3://registry-tests/x', env: server.env, cacheFolder: await mkdtemp(join(server.scratch, 'cache-')) });
  await store.ensureBucket();
});
after(async () => {
  await server.stop();
});

const entry = (symbol: string, bundle: string): { symbol: string; bundleSha256: string; bundleUri: string; lineage: unknown } => ({
  symbol,
  bundleSha256: bundle.repeat(64),
  bundleUri: `s3://registry-tests/x/objects/${bundle.repeat(64)}`,
  lineage: { plan: bundle },
});

test('versions of a symbol rise, and a bundle that is there keeps its version', async () => {
  const registry = makeRegistry(store);
  assert.deepEqual(await registry.register(entry('ETHUSDT', 'a')), { version: '1.0.0', isNew: true });
  assert.deepEqual(await registry.register(entry('ETHUSDT', 'b')), { version: '1.1.0', isNew: true });
  assert.deepEqual(await registry.register(entry('ETHUSDT', 'a')), { version: '1.0.0', isNew: false });
  assert.deepEqual(await registry.register(entry('BTCUSDT', 'a')), { version: '1.0.0', isNew: true });
  assert.deepEqual(
    (await registry.list('ETHUSDT')).map(({ version }) => version),
    ['1.1.0', '1.0.0'],
  );
  assert.deepEqual(await registry.find('ETHUSDT', '1.1.0'), { schema: 'ares.registry-entry', version: '1.1.0', ...entry('ETHUSDT', 'b') });
  assert.equal(await registry.find('ETHUSDT', '9.0.0'), null);
});

test('twelve runs at once take twelve versions, and the same bundle at once takes one', async () => {
  const many = await Promise.all(Array.from('0123456789cd', (bundle) => makeRegistry(store).register(entry('MANY', bundle))));
  assert.deepEqual(new Set(many.map(({ version }) => version)), new Set(Array.from({ length: 12 }, (_, i) => `1.${i}.0`)));
  const same = await Promise.all(Array.from({ length: 6 }, () => makeRegistry(store).register(entry('SAME', 'e'))));
  assert.deepEqual(new Set(same.map(({ version }) => version)), new Set(['1.0.0']));
  assert.equal(same.filter(({ isNew }) => isNew).length, 1);
});

test('after 1.9.0 comes 1.10.0, by number and not by letter', async () => {
  const registry = makeRegistry(store);
  for (const bundle of '0123456789a') await registry.register(entry('TEN', bundle));
  assert.deepEqual(await registry.register(entry('TEN', 'f')), { version: '1.11.0', isNew: true });
  assert.equal((await registry.list('TEN'))[0]!.version, '1.11.0');
});

test('an entry that is none is an IntegrityError that names it', async () => {
  await store.putJson('registry/BROKEN/1.0.0.json', { version: 'one' });
  await assert.rejects(
    makeRegistry(store).find('BROKEN', '1.0.0'),
    (error: Error) => error.name === 'IntegrityError' && error.message.includes('registry/BROKEN/1.0.0.json'),
  );
});

test('the same model on the same data is one opening, other models and data are others', async () => {
  const ledger = makeTestLedger(store);
  const opening = { dataKey: 'data/one', modelKey: 'm1', symbol: 'ETHUSDT', fromMs: 1, toMs: 2 };
  assert.equal(await ledger.count('data/one'), 0);
  await Promise.all([
    ledger.record(opening),
    ledger.record(opening),
    ledger.record({ ...opening, modelKey: 'm2' }),
    ledger.record({ ...opening, dataKey: 'data' }),
  ]);
  assert.equal(await ledger.count('data/one'), 2);
  assert.equal(await ledger.count('data/one', 'm1'), 1);
  assert.equal(await ledger.count('data/one', 'm3'), 2);
  assert.deepEqual(
    (await ledger.openings('data/one')).map(({ modelKey }) => modelKey),
    ['m1', 'm2'],
  );
});
