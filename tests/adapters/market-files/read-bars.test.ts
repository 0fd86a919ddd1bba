import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashFile } from '../../../adapters/market-files/file-hash.js';
import { readBars } from '../../../adapters/market-files/read-bars.js';
import { float64Column } from '../../../core/data/table.js';
import { InvalidData } from '../../../core/errors.js';
import { testData } from '../../support/test-data.js';
import { klineRow, makeMarketFolder, START_MS } from './market-folder.js';

const window = { fromMs: START_MS, toMs: START_MS + 3_600_000, periodMs: 60_000 };
const NAME = 'ETHUSDT-um-1m-2024-03-01.csv';
const rows = Array.from({ length: 60 }, (_, minute) => klineRow(minute, 2000 + minute));
const HEADER = 'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore';

test('plain, gzip and zip files with and without header, in ms and in us, give the same bars', async (t) => {
  const folder = await makeMarketFolder(t);
  const us = rows.map((row) => row.replace(/^(\d+)/, '$1000').replace(/(\d{13}),(\d+),4,/, (_, time, quote) => `${time}999,${quote},4,`));
  const files = [
    await folder.write(NAME, rows.join('\n')),
    await folder.write(`${NAME}.gz`, `${HEADER}\n${rows.join('\n')}\n`),
    await folder.write('ETHUSDT-um-1m-2024-03-01.zip', `${HEADER}\r\n${rows.join('\r\n')}\r\n`),
    await folder.write('ETHUSDT-um-1m-2024-03.zip', us.join('\n')),
  ];
  const tables = await Promise.all(files.map(async (file) => (await readBars([file], window)).table));
  for (const table of tables) assert.deepEqual(table, tables[0]);
  const [first] = tables;
  assert.equal(first!.rowCount, 60);
  const value = (name: string): number => float64Column(first!, name)[1]!;
  assert.deepEqual(['openTimeMs', 'closeTimeMs', 'open', 'high', 'low', 'close', 'volume', 'quoteVolume', 'tradeCount', 'takerBuyVolume'].map(value), [
    START_MS + 60_000,
    START_MS + 120_000,
    2001,
    2002,
    2000,
    2001,
    10,
    20_010,
    4,
    6,
  ]);
});

test('a file of six columns has no quote volume, count or taker volume', async (t) => {
  const folder = await makeMarketFolder(t);
  const file = await folder.write(NAME, `open_time,open,high,low,close,volume\n${START_MS},5,6,4,5,1\n`);
  const { table } = await readBars([file], window);
  assert.deepEqual(
    ['quoteVolume', 'tradeCount', 'takerBuyVolume'].map((name) => float64Column(table, name)[0]),
    [Number.NaN, Number.NaN, Number.NaN],
  );
});

const refused: readonly [string, (lines: string[]) => void, RegExp][] = [
  ['a negative price', (lines) => (lines[7] = klineRow(7, -5)), /2024-03-01\.csv:8: expected open above 0, found -5/],
  ['a zero price', (lines) => (lines[7] = klineRow(7, 2007, { low: 0 })), /:8: expected low above 0, found 0/],
  ['a high below the low', (lines) => (lines[7] = klineRow(7, 2007, { high: 1, low: 2 })), /:8: expected high at or above low 2, found 1/],
  ['a negative volume', (lines) => (lines[7] = klineRow(7, 2007, { volume: -1 })), /:8: expected volume of at least 0, found -1/],
  ['text instead of a number', (lines) => (lines[7] = klineRow(7, 2007, { high: 'abc' })), /:8: expected a number in column high, found "abc"/],
  ['an empty field', (lines) => (lines[7] = klineRow(7, 2007, { volume: '' })), /:8: expected a number in column volume, found ""/],
  ['a row with a column less', (lines) => (lines[7] = '1,2,3'), /:8: expected 12 columns, found 3/],
  ['a row with a column more', (lines) => (lines[7] += ',9'), /:8: expected 12 columns, found 13/],
  ['a blank line', (lines) => (lines[7] = ''), /:8: expected a number in column open_time, found ""/],
  ['time going backwards', (lines) => lines.splice(7, 2, lines[8]!, lines[7]!), /:9: expected time to go forwards, found 1709251620000/],
  ['an open time off the grid', (lines) => (lines[7] = klineRow(7, 2007, { time: START_MS + 420_001 })), /:8: expected open_time on the grid of 60000 ms/],
  ['a close time of another interval', (lines) => (lines[7] = klineRow(7, 2007, { closeTime: START_MS + 999_999 })), /:8: expected close_time/],
  ['a time in seconds', (lines) => (lines[7] = klineRow(7, 2007, { time: START_MS / 1000 })), /:8: expected a time in whole ms or us/],
  [
    'two different bars of one time',
    (lines) => lines.splice(8, 0, klineRow(7, 1999)),
    /csv:9: expected the same bar of 2024-03-01T00:07:00.000Z as in .*csv:8, found open 1999 instead of 2007/,
  ],
  ['an unknown column', (lines) => lines.unshift(HEADER.replace('volume', 'volumen')), /:1: expected the columns of klines, found unknown column volumen/],
  ['a missing column', (lines) => lines.unshift('open_time,open,high,low,close'), /:1: expected one column volume in klines, found 0/],
  ['seven columns without a header', (lines) => lines.splice(0, 60, '1,2,3,4,5,6,7'), /:1: expected 12 columns of klines, found 7/],
];
for (const [what, change, message] of refused) {
  test(`${what} is refused with file and line`, async (t) => {
    const folder = await makeMarketFolder(t);
    const lines = [...rows];
    change(lines);
    const file = await folder.write(NAME, lines.join('\n'));
    await assert.rejects(readBars([file], window), (error) => (error instanceof InvalidData && message.test(error.message)) || assert.fail(String(error)));
  });
}

test('an exact duplicate is dropped and stands in the findings, within a file and across files', async (t) => {
  const folder = await makeMarketFolder(t);
  const first = await folder.write(NAME, [...rows.slice(0, 30), rows[29]].join('\n'));
  const second = await folder.write('ETHUSDT-um-1m-2024-03-02.csv', rows.slice(25).join('\n'));
  const { table, findings } = await readBars([first, second], window);
  assert.deepEqual(
    [...float64Column(table, 'open')],
    Array.from({ length: 60 }, (_, i) => 2000 + i),
  );
  const repaired = findings.filter((f) => f.action === 'repaired');
  assert.deepEqual(
    repaired.map((f) => [f.file, f.line]),
    [...[0, 1, 2, 3].map((i) => ['ETHUSDT-um-1m-2024-03-02.csv', i + 1]), [NAME, 31], ['ETHUSDT-um-1m-2024-03-02.csv', 5]],
  );
});

test("a gap stays a gap and is flagged, at the window's ends too; bars without volume are kept and flagged", async (t) => {
  const folder = await makeMarketFolder(t);
  const lines = rows.slice(2, 58).filter((_, i) => i < 8 || i >= 11);
  lines[0] = klineRow(2, 2002, { volume: 0 }).replace(/,4,6,/, ',0,0,');
  const { table, findings } = await readBars([await folder.write(NAME, lines.join('\n'))], window);
  assert.equal(table.rowCount, 53);
  assert.deepEqual(
    findings.filter((f) => f.check === 'gap').map((f) => [f.action, f.count, (f.timeMs - START_MS) / 60_000]),
    [
      ['flagged', 3, 10],
      ['flagged', 2, 0],
      ['flagged', 2, 58],
    ],
  );
  assert.deepEqual(
    findings.filter((f) => f.check === 'zero volume').map((f) => [f.count, f.timeMs]),
    [[1, START_MS + 120_000]],
  );
});

test('a file that changed since it was planned is an IntegrityError with both hashes, a lost one is MissingArtifact', async (t) => {
  const folder = await makeMarketFolder(t);
  const planned = await folder.write(NAME, rows.join('\n'));
  const changed = await folder.write(NAME, `${rows.join('\n')}\n`);
  await assert.rejects(
    readBars([planned], window),
    (error: Error) => error.name === 'IntegrityError' && error.message.includes(planned.sha256) && error.message.includes(changed.sha256),
  );
  await assert.rejects(readBars([{ ...planned, path: join(folder.root, 'gone.csv') }], window), { name: 'MissingArtifact' });
});

test('the real ETHUSDT 1h file keeps 4,309 of 4,314 rows: 5 duplicates, 7 gaps of 12 bars, 2 bars without volume', {
  skip: testData === null && 'no real data',
}, async () => {
  const file = await hashFile(join(testData!, 'klines', 'ETHUSDT-spot-1h-2020-11-18_2021-05-17.csv.gz'));
  const { table, findings } = await readBars([file], { fromMs: Date.UTC(2020, 10, 18), toMs: Date.UTC(2021, 4, 17, 1), periodMs: 3_600_000 });
  assert.equal(table.rowCount, 4309);
  const repaired = findings.filter((f) => f.action === 'repaired');
  // Rows counted from 0 in the data's README; the header is line 1.
  assert.deepEqual(
    repaired.map((f) => f.line),
    [500, 997, 2497, 2997, 3993].map((row) => row + 2),
  );
  assert.deepEqual(
    repaired.map((f) => new Date(f.timeMs).toISOString().slice(0, 13)),
    ['2020-12-08T20', '2020-12-29T16', '2021-03-02T04', '2021-03-23T00', '2021-05-03T16'],
  );
  const gaps = findings.filter((f) => f.check === 'gap');
  assert.deepEqual(
    gaps.map((f) => f.count),
    [1, 3, 1, 1, 1, 2, 3],
  );
  assert.equal(new Date(gaps[0]!.timeMs).toISOString(), '2020-11-30T06:00:00.000Z');
  assert.equal(findings.find((f) => f.check === 'zero volume')?.count, 2);
});

test('the real ETHUSDT 1m file is whole: 60,191 bars and nothing to repair', { skip: testData === null && 'no real data' }, async () => {
  const file = await hashFile(join(testData!, 'klines', 'ETHUSDT-perp-1m-2025-05-04_2025-06-15.csv.gz'));
  const { table, findings } = await readBars([file], { fromMs: Date.UTC(2025, 4, 4, 15, 33), toMs: Date.UTC(2025, 5, 15, 10, 44), periodMs: 60_000 });
  assert.equal(table.rowCount, 60_191);
  assert.deepEqual(
    findings.map((f) => f.action),
    ['passed'],
  );
});
