import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashFile } from '../../../adapters/market-files/file-hash.js';
import { findSeries } from '../../../adapters/market-files/find-series.js';
import { makeFilesSource } from '../../../adapters/market-files/index.js';
import { readExternal } from '../../../adapters/market-files/read-external.js';
import type { ExternalName } from '../../../core/data/external-series.js';
import { EXTERNAL_SERIES } from '../../../core/data/external-series.js';
import { float64Column } from '../../../core/data/table.js';
import { InvalidData } from '../../../core/errors.js';
import type { SourceQuery } from '../../../pipeline/market-source.js';
import { testData } from '../../support/test-data.js';
import { klineRow, makeMarketFolder, START_MS } from './market-folder.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const METRICS =
  'create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio';
const window = { fromMs: START_MS, toMs: START_MS + DAY_MS };
const read = (file: { path: string; sha256: string; bytes: number }, external: ExternalName, market: 'perp' | 'coin' = 'perp', span = window) =>
  readExternal([file], { window: span, external, market });
const column = async (reading: ReturnType<typeof read>, name: string): Promise<number[]> => Array.from(float64Column((await reading).table, name));
const query = (root: string, change: Partial<SourceQuery>): SourceQuery => ({
  exchange: 'BINANCE',
  market: 'perp',
  symbol: 'ETHUSDT',
  root,
  fromMs: START_MS,
  toMs: START_MS + DAY_MS,
  days: 1,
  periodMs: MINUTE_MS,
  series: 'auto',
  external: [],
  ...change,
});

test('each series of a metrics file is its own column, sorted, known five minutes after the time it speaks of', async (t) => {
  const folder = await makeMarketFolder(t);
  const rows = ['2024-03-01 00:10:00,ETHUSDT,12.5,24000,1.1,1.2,1.3,1.4', '2024-03-01 00:05:00,ETHUSDT,11,22000,2.1,2.2,2.3,2.4'];
  const file = await folder.write('um/ETHUSDT-metrics-2024-03-01.zip', [METRICS, ...rows].join('\r\n'));
  const values = {
    'open-interest': [11, 12.5],
    'top-account-ratio': [2.1, 1.1],
    'top-position-ratio': [2.2, 1.2],
    'account-ratio': [2.3, 1.3],
    'taker-ratio': [2.4, 1.4],
  } as const;
  for (const [name, expected] of Object.entries(values)) assert.deepEqual(await column(read(file, name as ExternalName), 'value'), expected, name);
  const interest = await read(file, 'open-interest');
  assert.deepEqual(Array.from(float64Column(interest.table, 'timeMs')), [START_MS + 5 * MINUTE_MS, START_MS + 10 * MINUTE_MS]);
  assert.deepEqual(Array.from(float64Column(interest.table, 'knownAtMs')), [START_MS + 10 * MINUTE_MS, START_MS + 15 * MINUTE_MS]);
  assert.deepEqual(
    interest.findings.map(({ check, action, count }) => [check, action, count]),
    [
      ['external order', 'repaired', 1],
      ['open-interest', 'passed', 2],
    ],
  );
});

test('empty cells are left out and flagged, equal rows dropped, quotes and a missing header read; COIN-M states its interest as a value', async (t) => {
  const folder = await makeMarketFolder(t);
  const rows = ['2024-03-01 00:05:00,X,11,22,"2.1",2.2,2.3,2.4', '2024-03-01 00:05:00,X,11,22,2.1,2.2,2.3,2.4', '2024-03-01 00:10:00,X,,,,,,'];
  const file = await folder.write('um/ETHUSDT-metrics-2024-03-01.csv', rows.join('\n'));
  const ratio = await read(file, 'top-account-ratio');
  assert.deepEqual(Array.from(float64Column(ratio.table, 'value')), [2.1]);
  assert.deepEqual(
    ratio.findings.map(({ check, count, line }) => [check, count, line]),
    [
      ['duplicate value', 1, 2],
      ['external without value', 1, 0],
      ['top-account-ratio', 1, 0],
    ],
  );
  assert.deepEqual(await column(read(file, 'open-interest', 'coin'), 'value'), [22]);
});

test('depth is the band of one percent on either side, at any way of writing the percentage', async (t) => {
  const folder = await makeMarketFolder(t);
  const rows = ['-5', '-1.00', '-0.2', '0.20', '1', '5'].map((percentage, i) => `2024-03-01 00:00:08,${percentage},${(i + 1) * 100}.5,1`);
  const file = await folder.write('um/ETHUSDT-bookDepth-2024-03-01.zip', ['timestamp,percentage,depth,notional', ...rows].join('\n'));
  assert.deepEqual(await column(read(file, 'bid-depth'), 'value'), [200.5]);
  assert.deepEqual(await column(read(file, 'ask-depth'), 'value'), [500.5]);
  await assert.rejects(read(file, 'bid-depth', 'coin'), (error) => error instanceof InvalidData && /bid-depth of COIN-M/.test(error.message));
});

test('a mark price is the close of its candle and known then, from archive folders and from names', async (t) => {
  const folder = await makeMarketFolder(t);
  const text = [0, 1, 2].map((minute) => klineRow(minute, 2000 + minute)).join('\n');
  for (const name of ['um/markPriceKlines/ETHUSDT/1m/ETHUSDT-1m-2024-03-01.zip', 'ETHUSDT-um-markPrice-1m-2024-03-01.csv']) {
    const file = await folder.write(name, text);
    assert.deepEqual(await column(read(file, 'mark-price'), 'value'), [2000, 2001, 2002]);
    assert.deepEqual(
      await column(read(file, 'mark-price'), 'knownAtMs'),
      [1, 2, 3].map((minute) => START_MS + minute * MINUTE_MS),
    );
  }
});

test('only values known before the end, and not older than a time to live before the start, are read', async (t) => {
  const folder = await makeMarketFolder(t);
  const at = (timeMs: number): string => `${timeMs},50`;
  const { timeToLiveMs, delayMs } = EXTERNAL_SERIES['fear-greed'];
  const times = [START_MS - timeToLiveMs - 1, START_MS - timeToLiveMs, START_MS + 5 * DAY_MS - delayMs - 1, START_MS + 5 * DAY_MS - delayMs];
  const file = await folder.write('fear-greed-2024-02-01_2024-03-10.csv', ['date,value', ...times.map(at)].join('\n'));
  const span = { fromMs: START_MS, toMs: START_MS + 5 * DAY_MS };
  assert.deepEqual(await column(read(file, 'fear-greed', 'perp', span), 'timeMs'), times.slice(1, 3));
});

test('wrong rows are refused with file, line and column', async (t) => {
  const folder = await makeMarketFolder(t);
  const refuse = async (rows: readonly string[], message: RegExp): Promise<void> => {
    const file = await folder.write('fear-greed-2024-03-01_2024-03-02.csv', rows.join('\n'));
    await assert.rejects(read(file, 'fear-greed'), (error) => (error instanceof InvalidData && message.test(error.message)) || assert.fail(String(error)));
  };
  await refuse(
    ['date,value', '2024-03-01,50', '2024-03-02,x'],
    /^fear-greed-2024-03-01_2024-03-02.csv:3: expected a number of at least 0 in column value, found "x"/,
  );
  await refuse(['date,value', '2024-03-01,-1'], /:2: expected a number of at least 0/);
  await refuse(['date,value', '01.03.2024,5'], /:2: expected a date or time in column date, found "01.03.2024"/);
  await refuse(['date,value', '2024-02-31,5'], /:2: expected a date or time/);
  await refuse(['date,value', '2024-03-01,5,6'], /:2: expected 2 columns, found 3/);
  await refuse(['day,value', '2024-03-01,5'], /:1: expected a column date, found day,value/);
  await refuse(['date,value', '2024-03-01,5', '2024-03-01,6'], /:3: expected 5 of 2024-03-01T00:00:00.000Z as in an earlier row, found 6/);
  await refuse([], /expected rows of date, value, found an empty file/);
});

test('files of the series asked for are found beside the bars, and a series without a file is refused with what there is', async (t) => {
  const folder = await makeMarketFolder(t);
  await folder.write('um/ETHUSDT-1m-2024-03-01.csv', Array.from({ length: 1440 }, (_, i) => klineRow(i, 2000)).join('\n'));
  for (const day of ['2024-02-01', '2024-02-29', '2024-03-01', '2024-03-05']) await folder.write(`um/ETHUSDT-metrics-${day}.csv`, METRICS);
  await folder.write('fear-greed-2024-01-01_2024-12-31.csv', 'date,value');
  const found = await findSeries(query(folder.root, { external: ['open-interest', 'fear-greed'] }));
  const names = (found.externalFiles['open-interest'] ?? []).map(({ path }) => path.slice(-14, -4));
  assert.deepEqual(names, ['2024-02-29', '2024-03-01']);
  assert.deepEqual(found.externalFiles['fear-greed']?.length, 1);
  await assert.rejects(
    findSeries(query(folder.root, { external: ['hash-rate'] })),
    (error) => error instanceof InvalidData && /expected files of hash-rate for hash-rate .*, found .*fear-greed \(1 file\)/.test(error.message),
  );
});

test('the real fear and greed index and hash rate are read with the days that are missing', { skip: testData === null && 'no real data' }, async () => {
  const source = makeFilesSource();
  const span = { fromMs: Date.UTC(2025, 4, 5), toMs: Date.UTC(2025, 5, 15) };
  const found = await source.find({ ...query(testData!, { external: ['fear-greed', 'hash-rate'] }), ...span });
  const request = { exchange: 'BINANCE', market: 'perp', symbol: 'ETHUSDT', signal: new AbortController().signal, window: span } as const;
  const index = await source.readExternal({ ...request, files: found.externalFiles['fear-greed'] ?? [], external: 'fear-greed' });
  assert.equal(float64Column(index.table, 'timeMs')[0], span.fromMs - 3 * DAY_MS);
  assert.equal(index.table.rowCount, 3 + 40, 'a value a day, the last known a day later');
  const rate = await source.readExternal({ ...request, files: found.externalFiles['hash-rate'] ?? [], external: 'hash-rate' });
  assert.ok(
    float64Column(rate.table, 'value').every((value) => value > 5e20 && value < 1.5e21),
    'hashes a second',
  );
  const wide = { fromMs: Date.UTC(2024, 9, 24), toMs: Date.UTC(2024, 10, 5) };
  const path = join(testData!, 'sentiment', 'fear-greed-2024-10-07_2025-07-31.csv');
  const gap = await readExternal([await hashFile(path)], { window: wide, external: 'fear-greed', market: 'perp' });
  const time = Array.from(float64Column(gap.table, 'timeMs'));
  assert.ok(time.includes(Date.UTC(2024, 9, 25)) && !time.includes(Date.UTC(2024, 9, 26)), 'the source lacks 2024-10-26');
});
