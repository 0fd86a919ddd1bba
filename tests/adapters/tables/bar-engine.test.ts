import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { openPromise } from 'yauzl';
import { makeBarEngine, writeParquet } from '../../../adapters/tables/index.js';
import { BAR_COLUMNS, barsToTable } from '../../../core/data/bars.js';
import type { Table } from '../../../core/data/table.js';
import { makeTable, takeRows } from '../../../core/data/table.js';
import { tradesToBars } from '../../../core/data/trades-to-bars.js';
import { InvalidData } from '../../../core/errors.js';
import { makeRandom } from '../../../core/stats/random.js';
import { testData } from '../../support/test-data.js';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ares-bars-'));
});
after(async () => {
  await rm(folder, { recursive: true });
});

type Trade = readonly [timeMs: number, id: number, price: number, quantity: number, buyerIsMaker: number];

function tradesTable(trades: readonly Trade[]): Table {
  const column = (index: number): Float64Array => Float64Array.from(trades, (trade) => trade[index]!);
  return makeTable({ timeMs: column(0), id: column(1), price: column(2), quantity: column(3), buyerIsMaker: Uint8Array.from(trades, (trade) => trade[4]) });
}

async function barsOf(table: Table, periodMs = 60_000, threads = 1): Promise<Table> {
  const path = join(folder, 'trades.parquet');
  await writeParquet(table, path);
  return makeBarEngine().barsFromTrades(path, periodMs, threads);
}

test('a trade on the edge opens the next bar, an empty minute has none, and taker buys are those whose buyer is not the maker', async () => {
  const bars = await barsOf(
    tradesTable([
      [60_000, 1, 10, 1, 0],
      [60_000, 2, 12, 2, 1],
      [119_999, 3, 9, 0.5, 0],
      [120_000, 4, 11, 4, 1],
      [240_001, 5, 20, 0.25, 0],
    ]),
  );
  assert.deepEqual(Object.fromEntries(BAR_COLUMNS.map((name) => [name, bars.columns[name]])), {
    openTimeMs: Float64Array.of(60_000, 120_000, 240_000),
    closeTimeMs: Float64Array.of(120_000, 180_000, 300_000),
    open: Float64Array.of(10, 11, 20),
    high: Float64Array.of(12, 11, 20),
    low: Float64Array.of(9, 11, 20),
    close: Float64Array.of(9, 11, 20),
    volume: Float64Array.of(3.5, 4, 0.25),
    quoteVolume: Float64Array.of(38.5, 44, 5),
    tradeCount: Float64Array.of(3, 1, 1),
    takerBuyVolume: Float64Array.of(1.5, 0, 0.25),
  });
});

test('of trades in one millisecond the id decides which is first and last, in any order of rows', async () => {
  const trades: Trade[] = [
    [5, 3, 30, 1, 0],
    [5, 1, 10, 1, 0],
    [5, 2, 20, 1, 0],
  ];
  for (const order of [
    [0, 1, 2],
    [1, 2, 0],
    [2, 1, 0],
  ]) {
    const bars = await barsOf(takeRows(tradesTable(trades), order));
    assert.deepEqual([bars.columns['open'], bars.columns['close']], [Float64Array.of(10), Float64Array.of(30)]);
  }
});

test('every column equals core to the bit, prices and amounts a plain loop too, whatever the order of rows and the number of threads', async () => {
  const trade = fc.tuple(
    fc.integer({ min: 0, max: 400_000 }),
    fc.double({ min: 1, max: 1e4, noNaN: true }),
    fc.double({ min: 1e-6, max: 1e3, noNaN: true }),
    fc.integer({ min: 0, max: 1 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(trade, { minLength: 1, maxLength: 80 }), fc.constantFrom(1, 2, 4), async (found, threads) => {
      const trades = found.map(([timeMs, price, quantity, maker], id): Trade => [timeMs, id, price, quantity, maker]);
      const sorted = [...trades].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      const bars = await barsOf(tradesTable(trades), 60_000, threads);
      assert.deepEqual(bars, barsToTable(tradesToBars(tradesTable(sorted), 60_000)));
      assert.deepEqual(Object.fromEntries(BAR_COLUMNS.map((name) => [name, bars.columns[name]])), loopBars(sorted, 60_000).columns);
    }),
    { numRuns: 40, seed: 5 },
  );
});

test('a day of 200,000 trades gives the same bars on 1, 2 and 4 threads, to the bit and as core has them', async () => {
  const random = makeRandom(11);
  let timeMs = 0;
  const trades = Array.from({ length: 200_000 }, (_, id): Trade => {
    timeMs += Math.floor(random.uniform() * 800);
    return [timeMs, id, 100 + random.uniform(), 0.01 + random.uniform(), random.uniform() < 0.5 ? 1 : 0];
  });
  const table = tradesTable(trades);
  const expected = barsToTable(tradesToBars(table, 60_000));
  assert.ok(expected.rowCount > 1000);
  for (const threads of [1, 2, 4]) assert.deepEqual(await barsOf(table, 60_000, threads), expected);
});

test('a file without trades gives no bars, and a period of 0 is refused', async () => {
  assert.equal((await barsOf(tradesTable([]))).rowCount, 0);
  await assert.rejects(barsOf(tradesTable([[1, 1, 1, 1, 0]]), 0), InvalidData);
});

for (const [label, periodMs] of [
  ['1m', 60_000],
  ['5m', 300_000],
] as const) {
  test(`bars of the real XRPETH trades equal freqtrade's ${label} bars exactly`, {
    skip: testData === null && 'no real market data (ARES_TEST_DATA)',
  }, async () => {
    const expected = parseBars(gunzipSync(await readFile(join(testData!, 'oracle', `XRPETH-${label}-from-trades.csv.gz`))).toString());
    const bars = await barsOf(await xrpTrades(testData!), periodMs);
    assert.equal(bars.rowCount, expected.rowCount);
    for (const name of ['openTimeMs', 'open', 'high', 'low', 'close']) assert.deepEqual(bars.columns[name], expected.columns[name], name);
    // The volumes of the trades are whole XRP, so their sum has one value in any order.
    assert.deepEqual(bars.columns['volume'], expected.columns['volume']);
  });
}

function loopBars(sorted: readonly Trade[], periodMs: number): Table {
  const rows: number[][] = [];
  for (const [timeMs, , price, quantity, maker] of sorted) {
    const openTimeMs = Math.floor(timeMs / periodMs) * periodMs;
    let row = rows.at(-1);
    if (row?.[0] !== openTimeMs) {
      row = [openTimeMs, openTimeMs + periodMs, price, price, price, price, 0, 0, 0, 0];
      rows.push(row);
    }
    row[3] = Math.max(row[3]!, price);
    row[4] = Math.min(row[4]!, price);
    row[5] = price;
    row[6]! += quantity;
    row[7]! += price * quantity;
    row[8]! += 1;
    row[9]! += maker === 1 ? 0 : quantity;
  }
  const names = ['openTimeMs', 'closeTimeMs', 'open', 'high', 'low', 'close', 'volume', 'quoteVolume', 'tradeCount', 'takerBuyVolume'];
  return makeTable(Object.fromEntries(names.map((name, c) => [name, Float64Array.from(rows, (row) => row[c]!)])));
}

/** Columns agg_trade_id, price, quantity, first_trade_id, last_trade_id, transact_time, is_buyer_maker, is_best_match. */
async function xrpTrades(data: string): Promise<Table> {
  const name = (await readdir(join(data, 'trades'))).find((file) => file.startsWith('XRPETH-spot-aggTrades'))!;
  const zip = await openPromise(join(data, 'trades', name));
  let text = '';
  for await (const entry of zip.eachEntry()) text = (await buffer(await zip.openReadStreamPromise(entry))).toString();
  const lines = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  return tradesTable(
    lines.map((line): Trade => [Number(line[5]), Number(line[0]), Number(line[1]), Number(line[2]), line[6]!.toLowerCase() === 'true' ? 1 : 0]),
  );
}

function parseBars(text: string): Table {
  const [head, ...lines] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  const names = head!.map((name) => (name === 'open_time' || name === 'date' ? 'openTimeMs' : name));
  return makeTable(Object.fromEntries(names.map((name, c) => [name, Float64Array.from(lines, (line) => Number(line[c]))])));
}
