import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { attachFiles, detachFiles } from '../../activities/source-listing.js';
import { openObjectStore } from '../../adapters/object-store/index.js';
import type { RunPlan } from '../../pipeline/plan.js';
import { makePlan } from '../support/make-plan.js';
import { startS3Server } from '../support/s3-server.js';

const server = await startS3Server();
const store = openObjectStore({ url: 's3://listing/test', env: server.env, cacheFolder: join(server.scratch, 'cache') });
await store.ensureBucket();
after(async () => {
  store.close();
  await server.stop();
});

const hash = (n: number): string => n.toString(16).padStart(64, '0');

function planOf(days: number, first = 0): RunPlan {
  const plan = makePlan({ source: 'files', path: '/data', pairs: ['BTCUSDT'], retentionDays: 730 });
  const file = (n: number): RunPlan['source']['files'][number] => ({
    path: `/data/futures/um/daily/trades/ETHUSDT/ETHUSDT-trades-2024-01-01-${n}.zip`,
    sha256: hash(n),
    bytes: n,
    span: { fromMs: n * 86_400_000, toMs: (n + 1) * 86_400_000 },
  });
  const files = Array.from({ length: days }, (_, n) => file(first + n));
  return {
    ...plan,
    source: {
      ...plan.source,
      files,
      externalFiles: { 'open-interest': [file(90_001)] },
      pairs: [{ symbol: 'BTCUSDT', periodMs: 60_000, files: [file(90_002)] }],
    },
  };
}

test('a plan of 730 daily files travels in less than 64 KiB and comes back whole', async () => {
  const plan = planOf(730);
  assert.ok(JSON.stringify(plan).length > 64 * 1024);
  const travelling = await detachFiles(plan, store);
  assert.ok(JSON.stringify(travelling).length < 16 * 1024, `${JSON.stringify(travelling).length} bytes`);
  assert.deepEqual(await attachFiles(JSON.parse(JSON.stringify(travelling)) as RunPlan, store), plan);
});

test('a plan of few files travels with them', async () => {
  const plan = planOf(20);
  assert.equal(await detachFiles(plan, store), plan);
  assert.equal(await attachFiles(plan, store), plan);
});

test('a list that is gone or has been changed is refused by name', async () => {
  const gone = await detachFiles(planOf(200, 1000), store);
  await store.remove(`listings/${gone.source.listing}.json`);
  await assert.rejects(attachFiles(gone, store), { name: 'MissingArtifact', message: /listings\/[0-9a-f]{64}\.json is gone/ });
  const changed = await detachFiles(planOf(200, 2000), store);
  await store.putJson(`listings/${changed.source.listing}.json`, { files: [], fundingFiles: [], externalFiles: {}, pairs: [], quotes: null, second: null });
  await assert.rejects(attachFiles(changed, store), { name: 'IntegrityError', message: /expected a list of source files with sha256 .*, found / });
});
