import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SIMULATION_EPOCH_MS } from '../../activities/resolve-source.js';
import { klineRow, makeMarketFolder } from '../adapters/market-files/market-folder.js';
import { planOf } from './data-steps.js';

const iso = (span: { fromMs: number; toMs: number }): string[] => [span.fromMs, span.toMs].map((time) => new Date(time).toISOString().slice(0, 16));

test('an empty spec means 7 days of the simulator from a fixed epoch', async () => {
  const plan = await planOf({});
  assert.equal(SIMULATION_EPOCH_MS, Date.UTC(2024, 0, 1));
  assert.deepEqual(iso(plan.window), ['2024-01-01T00:00', '2024-01-08T00:00']);
  assert.deepEqual(plan.source, {
    kind: 'simulator',
    series: 'trades',
    tradeKind: null,
    periodMs: 0,
    files: [],
    fundingFiles: [],
    externalFiles: {},
    pairs: [],
    quotes: null,
    second: null,
  });
});

test("from and to move inwards to whole analyst bars; one of them alone is completed by the preset's days", async () => {
  assert.deepEqual(iso((await planOf({ from: '2024-02-01T00:07:00Z', to: '2024-02-05T10:14:00Z' })).window), ['2024-02-01T00:15', '2024-02-05T10:00']);
  assert.deepEqual(iso((await planOf({ from: '2024-02-01' })).window), ['2024-02-01T00:00', '2024-02-08T00:00']);
  assert.deepEqual(iso((await planOf({ to: '2024-02-08' })).window), ['2024-02-01T00:00', '2024-02-08T00:00']);
  await assert.rejects(planOf({ from: '2024-02-01T00:01:00Z', to: '2024-02-01T00:20:00Z', timeframe: '1h' }), {
    name: 'InvalidData',
    message: /window of at least one bar of 3600000 ms/,
  });
});

test('files end at the last whole analyst bar of the finest series and begin no earlier than it does', async (t) => {
  const folder = await makeMarketFolder(t);
  await folder.write('ETHUSDT-um-1m-2024-03.csv', Array.from({ length: 4000 }, (_, m) => klineRow(m + 5, 2000)).join('\n'));
  assert.deepEqual(iso((await planOf({ source: 'files', path: folder.root })).window), ['2024-03-01T00:15', '2024-03-03T18:45']);
  assert.deepEqual(iso((await planOf({ source: 'files', path: folder.root, retentionDays: 2 })).window), ['2024-03-01T18:45', '2024-03-03T18:45']);
  assert.deepEqual(iso((await planOf({ source: 'files', path: folder.root, from: '2024-03-01T12:00:00Z' })).window), ['2024-03-01T12:00', '2024-03-03T18:45']);
  await assert.rejects(planOf({ source: 'files', path: folder.root, from: '2023-03-01', to: '2023-03-03' }), {
    name: 'InvalidData',
    message: /cover the window, from 2023-03-01/,
  });
});
