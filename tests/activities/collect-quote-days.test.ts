/** Best quotes through the real steps: collected a day at a time, joined as they were known, turned into features. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { memoryInputs } from '../../activities/in-process-steps.js';
import type { ArtifactMemory } from '../../activities/in-process-steps.js';
import { fineBarsName } from '../../activities/fine-bars.js';
import { resolveSource } from '../../activities/resolve-source.js';
import { makeFilesSource } from '../../adapters/market-files/index.js';
import type { SourceDescription } from '../../core/data/source-description.js';
import { barsFromTable } from '../../core/data/bars.js';
import { float64Column, textColumn } from '../../core/data/table.js';
import type { RunSpecInput } from '../../pipeline/config.js';
import { runSpecSchema } from '../../pipeline/config.js';
import type { RunPlan } from '../../pipeline/plan.js';
import { resolveSettings } from '../../pipeline/plan.js';
import { klineRow, makeMarketFolder } from '../adapters/market-files/market-folder.js';
import type { MarketFolder } from '../adapters/market-files/market-folder.js';
import { tickerDay } from '../support/quote-files.js';
import { testData } from '../support/test-data.js';
import { featureNames } from './feature-names.js';
import { memoryText, planOf, runDataSteps } from './data-steps.js';

const MINUTE_MS = 60_000;
const DAYS = ['2024-03-01', '2024-03-02', '2024-03-03', '2024-03-04'];
const price = (minute: number): number => Number((2000 + 20 * Math.sin(minute / 97) + 5 * Math.sin(minute / 11) + ((minute * 31) % 7) / 10).toFixed(2));

/** Four days of minute bars and of quotes, one every ten seconds. */
async function marketWithQuotes(t: TestContext, days: readonly string[] = DAYS): Promise<MarketFolder> {
  const folder = await makeMarketFolder(t);
  await folder.write(
    'ETHUSDT-um-1m-2024-03.csv.gz',
    Array.from({ length: DAYS.length * 1440 }, (_, m) => klineRow(m, price(m), { volume: 6 + (m % 9) })).join('\n'),
  );
  for (const day of days) {
    const first = DAYS.indexOf(day) * 1440;
    await folder.write(
      `ETHUSDT-um-bookTicker-${day}.zip`,
      tickerDay(day, 10_000, (minute) => price(first + minute)),
    );
  }
  return folder;
}

async function fineBars(memory: ArtifactMemory): Promise<ReturnType<typeof barsFromTable>> {
  return barsFromTable(await memoryInputs(memory).table('market-regime-classification', fineBarsName('2024-03'), 'ares.bars'));
}

test("with quotes a run's features hold spread and queue imbalance, without them they do not (D4, D5)", async (t) => {
  const folder = await marketWithQuotes(t);
  const spec: RunSpecInput = { source: 'files', path: folder.root, features: 'basic' };
  const names = await featureNames(t, await planOf({ ...spec, quotes: true }));
  const without = await featureNames(t, await planOf(spec));
  const added = names.filter((name) => !without.includes(name));
  for (const name of ['quoted_spread', 'queue_imbalance', 'order_flow_imbalance_1']) assert.ok(added.includes(name), `${name} among ${added.join(', ')}`);
  assert.ok(!names.includes('depth_imbalance'), 'bookTicker says nothing of the depth');
  assert.deepEqual(
    without.filter((name) => !names.includes(name)),
    [],
  );
});

test('a minute bar knows the quotes sent before its close and none sent at it or after', async (t) => {
  const folder = await marketWithQuotes(t);
  const bars = await fineBars(await runDataSteps(t, await planOf({ source: 'files', path: folder.root, quotes: true }), { count: 2 }));
  assert.equal(bars.closeTimeMs.length, DAYS.length * 1440);
  for (const row of [0, 1, 1439, 1440, 3000]) {
    // Six quotes a minute; the one of second 50 is the last that is sent before the close.
    const i = (row % 1440) * 6 + 5;
    const half = 0.005 * (1 + ((i * 7) % 4));
    assert.ok(Math.abs(bars.extras['bid']![row]! - (price(row) - half)) < 1e-3, `bid of bar ${row}`);
    assert.equal(bars.extras['bidQuantity']![row], 1 + ((i * 13) % 17));
    // The first quote of a file changes nothing: there is none before it.
    assert.equal(bars.extras['quoteUpdates']![row], row % 1440 === 0 ? 5 : 6);
  }
});

test('the number of days a unit holds changes no artifact, and a later day no earlier table', async (t) => {
  const folder = await marketWithQuotes(t);
  const spec: RunSpecInput = { source: 'files', path: folder.root, quotes: true };
  const texts = [];
  for (const segmentDays of [1, 3]) texts.push(memoryText(await runDataSteps(t, await planOf({ ...spec, segmentDays }), { count: 1 })));
  assert.deepEqual(texts[1], texts[0]);
  const shorter = memoryText(await runDataSteps(t, await planOf({ ...spec, from: '2024-03-01', to: '2024-03-03' }), { count: 1 }));
  for (const day of DAYS.slice(0, 2)) assert.equal(shorter[`data-collection/quotes/${day}`], texts[0]![`data-collection/quotes/${day}`]);
});

test('a day without quotes is flagged, its bars have none, and the source tells the files', async (t) => {
  const folder = await marketWithQuotes(t, [DAYS[0]!, DAYS[1]!, DAYS[3]!]);
  const plan = await planOf({ source: 'files', path: folder.root, quotes: true });
  const memory = await runDataSteps(t, plan, { count: 2 });
  const quality = await memoryInputs(memory).table('data-collection', 'quality', 'ares.quality');
  assert.equal(quality.columns['count']![textColumn(quality, 'check').indexOf('quotes missing')], 1440);
  const bid = (await fineBars(memory)).extras['bid']!;
  const known = DAYS.map((_, day) => bid.subarray(day * 1440, (day + 1) * 1440).filter((value) => !Number.isNaN(value)).length);
  assert.deepEqual(known, [1440, 1440, 0, 1440]);
  const source = await memoryInputs(memory).json<SourceDescription>('data-collection', 'source');
  assert.deepEqual(source.quotes, { kind: 'bookTicker', files: plan.source.quotes!.files.map(({ sha256 }) => sha256) });
  assert.equal(plan.source.quotes!.files.length, 3);
});

test('quotes that no file holds, and a file that changes after the plan, stop the run by name', async (t) => {
  const folder = await marketWithQuotes(t, []);
  const spec: RunSpecInput = { source: 'files', path: folder.root, quotes: true };
  await assert.rejects(planOf(spec), { name: 'InvalidData', message: /quotes: expected files such as ETHUSDT-bookTicker-DATES .* found none/ });
  const name = 'ETHUSDT-um-bookTicker-2024-03-02.csv';
  await folder.write(name, tickerDay(DAYS[1]!, 10_000, price));
  const plan = await planOf(spec);
  await folder.write(name, tickerDay(DAYS[1]!, 20_000, price));
  await assert.rejects(runDataSteps(t, plan, { count: 1 }), { name: 'IntegrityError' });
});

/** A recording's part: 61 quotes ten seconds apart, the last one a millisecond early. */
function recordedPart(fromMs: number): string {
  return Array.from({ length: 61 }, (_, i) => {
    const timeMs = fromMs + i * 10_000 - (i === 60 ? 1 : 0);
    const data = { u: timeMs / 1000, E: timeMs, b: String(price(i)), B: '1', a: String(price(i) + 1), A: '2' };
    return `${timeMs} ${JSON.stringify({ stream: 'ethusdt@bookTicker', data })}`;
  }).join('\n');
}

test('every part of a recording is read once, however many days a unit of trades holds', async (t) => {
  const folder = await marketWithQuotes(t, []);
  for (const day of DAYS) await folder.write(`ETHUSDT-um-${day.replaceAll('-', '')}.txt`, recordedPart(Date.parse(`${day}T12:00:00Z`)));
  const opened: string[] = [];
  const { createReadStream } = fs;
  t.mock.method(fs, 'createReadStream', (...call: Parameters<typeof createReadStream>) => {
    opened.push(basename(String(call[0])));
    return createReadStream(...call);
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  for (const segmentDays of [1, 4]) {
    opened.length = 0;
    const memory = await runDataSteps(t, await planOf({ source: 'files', path: folder.root, quotes: true, segmentDays }), { count: 1 });
    const tables = await Promise.all(DAYS.map((day) => memoryInputs(memory).table('data-collection', `quotes/${day}`, 'ares.quotes')));
    assert.deepEqual(
      tables.map(({ rowCount }) => rowCount),
      [9, 9, 9, 9],
    );
    assert.deepEqual(
      opened.filter((name) => name.endsWith('.txt')),
      DAYS.map((day) => `ETHUSDT-um-${day.replaceAll('-', '')}.txt`),
    );
  }
});

test('the last minute of a recorded day is there whatever segmentDays: the next part tells that nothing is missing', async (t) => {
  const folder = await marketWithQuotes(t, []);
  const midnightMs = Date.parse(`${DAYS[2]}T00:00:00Z`);
  await folder.write('ETHUSDT-um-20240302.txt', recordedPart(midnightMs - 600_000));
  await folder.write('ETHUSDT-um-20240303.txt', recordedPart(midnightMs));
  const opens = [];
  for (const segmentDays of [1, 4]) {
    const memory = await runDataSteps(t, await planOf({ source: 'files', path: folder.root, quotes: true, segmentDays }), { count: 1 });
    const inputs = memoryInputs(memory);
    const tables = await Promise.all(DAYS.map((day) => inputs.table('data-collection', `quotes/${day}`, 'ares.quotes')));
    opens.push(tables.map((table) => Array.from(float64Column(table, 'openTimeMs'), (openMs) => (openMs - midnightMs) / MINUTE_MS)));
  }
  assert.deepEqual(opens[0], [[], [-10, -9, -8, -7, -6, -5, -4, -3, -2, -1], [0, 1, 2, 3, 4, 5, 6, 7, 8], []]);
  assert.deepEqual(opens[1], opens[0]);
});

test('a real recording gives its minutes quotes and depth, whatever segmentDays (C1, D4)', { skip: testData === null && 'no real data' }, async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'ares-recording-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  for (const name of [
    'ws/ETHUSDT-spot-20240808.txt.gz',
    'ws/ETHUSDT-spot-20240809.txt.gz',
    'trades/ETHUSDT-spot-trades-2024-08-08T235415_2024-08-09T000505.zip',
  ]) {
    await mkdir(join(root, name.slice(0, name.indexOf('/'))), { recursive: true });
    await copyFile(join(testData!, name), join(root, name));
  }
  const texts = [];
  for (const segmentDays of [1, 2]) {
    const spec = {
      source: 'files',
      market: 'spot',
      path: root,
      quotes: true,
      timeframe: '5m',
      from: '2024-08-08T23:55:00Z',
      to: '2024-08-09T00:05:00Z',
      segmentDays,
    } as const;
    const plan = await planFor(spec);
    assert.equal(plan.source.quotes!.kind, 'recording');
    const memory = await runDataSteps(t, plan, { count: 1 });
    texts.push(memoryText(memory));
    const inputs = memoryInputs(memory);
    const tables = await Promise.all(inputs.names('data-collection', 'quotes/').map((name) => inputs.table('data-collection', name, 'ares.quotes')));
    assert.deepEqual(
      tables.map(({ rowCount }) => rowCount),
      [5, 5],
    );
    for (const table of tables) {
      const [bid, ask] = [float64Column(table, 'bid'), float64Column(table, 'ask')];
      assert.ok(bid.every((value, row) => value > 2600 && ask[row]! > value && ask[row]! - value < 0.2));
      assert.ok(float64Column(table, 'bidDepth').every((depth) => depth > 1000 && depth < 20_000));
    }
    assert.equal(float64Column(tables[1]!, 'openTimeMs')[0], Date.UTC(2024, 7, 9));
    assert.equal(float64Column(tables[1]!, 'closeTimeMs')[4], Date.UTC(2024, 7, 9) + 5 * MINUTE_MS);
  }
  assert.deepEqual(texts[1], texts[0]);
});

/** A plan of a window too short for four segments, of which step 1 reads none. */
async function planFor(input: RunSpecInput): Promise<RunPlan> {
  const spec = runSpecSchema.parse(input);
  const settings = resolveSettings(spec);
  const resolved = await resolveSource(spec, settings, { marketSource: () => makeFilesSource() });
  return { ...(await planOf({ market: 'spot', retentionDays: 4 })), spec, settings: { ...settings, device: 'cpu' }, ...resolved };
}
