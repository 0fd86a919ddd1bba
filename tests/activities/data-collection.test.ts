import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryInputs } from '../../activities/in-process-steps.js';
import type { SourceDescription } from '../../core/data/source-description.js';
import { float64Column, textColumn } from '../../core/data/table.js';
import { klineRow, makeMarketFolder, START_MS, TRADE_HEADER, tradeRow } from '../adapters/market-files/market-folder.js';
import { testData } from '../support/test-data.js';
import { memoryText, planOf, runDataSteps } from './data-steps.js';

test('the simulator fills every day of the window with trades, marked synthetic, with the exact total asked for', async (t) => {
  const plan = await planOf({ retentionDays: 4, simulation: { totalTrades: 12_345 } });
  const inputs = memoryInputs(await runDataSteps(t, plan, { count: 1 }));
  const days = inputs.names('data-collection', 'trades/');
  assert.deepEqual(
    days,
    ['01', '02', '03', '04'].map((day) => `trades/2024-01-${day}`),
  );
  let id = 0;
  for (const day of days) for (const found of float64Column(await inputs.table('data-collection', day, 'ares.trades'), 'id')) assert.equal(found, ++id);
  assert.equal(id, 12_345);
  const source = await inputs.json<SourceDescription>('data-collection', 'source');
  assert.deepEqual([source.synthetic, source.dataKind, source.rows, source.fundingPayments], [true, 'SIMULATED', 12_345, 12]);
  assert.ok(textColumn(await inputs.table('data-collection', 'quality/2024-01-01', 'ares.quality'), 'detail')[0]!.includes('simulated'));
});

test('the number of days a unit holds changes no artifact, and spot has no funding', async (t) => {
  const run = async (segmentDays: number): Promise<Record<string, string>> =>
    memoryText(await runDataSteps(t, await planOf({ retentionDays: 4, market: 'spot', segmentDays, simulation: { tradesPerMinute: 2 } }), { count: 1 }));
  const single = await run(1);
  assert.deepEqual(await run(3), single);
  assert.match(single['data-collection/funding']!, /"rowCount":0/);
});

test('files of trades give a table a day and their quality, whatever the unit', async (t) => {
  const folder = await makeMarketFolder(t);
  const rows = Array.from({ length: 3000 }, (_, i) => tradeRow(i + 1, i * 86_000));
  await folder.write('ETHUSDT-um-trades-2024-03.csv.gz', [TRADE_HEADER, ...rows.slice(0, 10), rows[9], ...rows.slice(10)].join('\n'));
  const texts = [];
  for (const segmentDays of [1, 2]) {
    const plan = await planOf({ source: 'files', path: folder.root, from: '2024-03-01', to: '2024-03-03', segmentDays });
    assert.equal(plan.source.series, 'trades');
    texts.push(memoryText(await runDataSteps(t, plan, { count: 1 })));
  }
  assert.deepEqual(texts[1], texts[0]);
  assert.match(texts[0]!['data-collection/quality/2024-03-01']!, /duplicate trade.*repaired|repaired.*duplicate trade/);
  assert.match(texts[0]!['data-collection/quality']!, /no funding file/);
});

test('files of bars give one table with their quality, and the hashes in the source description', async (t) => {
  const folder = await makeMarketFolder(t);
  const lines = Array.from({ length: 4 * 1440 }, (_, m) => klineRow(m, 2000 + (m % 50))).filter((_, m) => m < 100 || m >= 110);
  await folder.write('ETHUSDT-um-1m-2024-03.zip', lines.join('\n'));
  const plan = await planOf({ source: 'files', path: folder.root });
  const inputs = memoryInputs(await runDataSteps(t, plan, { count: 1 }));
  assert.equal((await inputs.table('data-collection', 'bars', 'ares.bars')).rowCount, 4 * 1440 - 10);
  const quality = await inputs.table('data-collection', 'quality', 'ares.quality');
  assert.equal(quality.columns['count']![textColumn(quality, 'check').indexOf('gap')], 10);
  const source = await inputs.json<SourceDescription>('data-collection', 'source');
  assert.deepEqual([source.synthetic, source.dataKind, source.files, source.simulation], [false, 'BINANCE', plan.source.files.map((f) => f.sha256), null]);
});

test('a window that falls into a hole of the series has no data and is refused with symbol and window', async (t) => {
  const folder = await makeMarketFolder(t);
  await folder.write('ETHUSDT-um-1m-2024-03.csv', [0, 5 * 1440].map((m) => klineRow(m, 2000)).join('\n'));
  const plan = await planOf({ source: 'files', path: folder.root, from: '2024-03-02', to: '2024-03-05' });
  await assert.rejects(runDataSteps(t, plan, { count: 1 }), {
    name: 'InvalidData',
    message: /ETHUSDT: expected bars in the window 2024-03-02T00:00:00.000Z to 2024-03-05T00:00:00.000Z, found none/,
  });
});

test('a file that is changed between plan and step is an IntegrityError, an unknown path MissingArtifact', async (t) => {
  const folder = await makeMarketFolder(t);
  const text = Array.from({ length: 1440 }, (_, m) => klineRow(m, 2000)).join('\n');
  await folder.write('ETHUSDT-um-1m-2024-03-01.csv', text);
  const plan = await planOf({ source: 'files', path: folder.root });
  await assert.rejects(runDataSteps(t, plan, { count: 1, execution: { sourceFiles: {} } }), { name: 'MissingArtifact' });
  const changed = await folder.write('ETHUSDT-um-1m-2024-03-01.csv', `${text}\n${klineRow(1440, 1)}`);
  await assert.rejects(
    runDataSteps(t, plan, { count: 1 }),
    (error: Error) => error.name === 'IntegrityError' && error.message.includes(changed.sha256) && error.message.includes(plan.source.files[0]!.sha256),
  );
  assert.equal(START_MS % 60_000, 0);
});

test('the real ETHUSDT sample: 30 days of 1m bars, 90 payments', { skip: testData === null && 'no real data' }, async (t) => {
  const plan = await planOf({ source: 'files', path: testData!, preset: 'dev' });
  assert.equal(new Date(plan.window.toMs).toISOString(), '2025-06-15T10:30:00.000Z');
  const inputs = memoryInputs(await runDataSteps(t, plan, { count: 1 }));
  const source = await inputs.json<SourceDescription>('data-collection', 'source');
  assert.deepEqual([source.rows, source.fundingPayments], [30 * 1440, 89]);
});
