/** Files of best quotes: which are found, what is read, repaired, flagged and refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { makeFilesSource } from '../../../adapters/market-files/index.js';
import { float64Column } from '../../../core/data/table.js';
import { quoteFlow } from '../../../core/order-book/quote-bars.js';
import { InvalidData } from '../../../core/errors.js';
import type { MarketKind } from '../../../pipeline/config.js';
import type { DayOfQuotes, QuoteSource, TradeDay } from '../../../pipeline/market-source.js';
import { TICKER_HEADER, tickerRow } from '../../support/quote-files.js';
import type { MarketFolder } from '../market-files/market-folder.js';
import { makeMarketFolder, START_MS } from '../market-files/market-folder.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const quotes = makeFilesSource().quotes as QuoteSource;
const dayFrom = (index: number): TradeDay => {
  const fromMs = START_MS + index * DAY_MS;
  return { day: new Date(fromMs).toISOString().slice(0, 10), fromMs, toMs: fromMs + DAY_MS };
};

interface Wanted {
  readonly days?: readonly TradeDay[];
  readonly market?: MarketKind;
  readonly symbol?: string;
  readonly periodMs?: number;
}

async function readQuotes(root: string, wanted: Wanted = {}): Promise<DayOfQuotes[]> {
  const { days = [dayFrom(0)], market = 'perp', symbol = 'ETHUSDT', periodMs = HOUR_MS } = wanted;
  const instrument = { exchange: 'BINANCE', market, symbol } as const;
  const window = { fromMs: days[0]!.fromMs, toMs: days[days.length - 1]!.toMs };
  const { kind, files } = await quotes.find({ ...instrument, root, window });
  const out: DayOfQuotes[] = [];
  for await (const day of quotes.readDays({ ...instrument, files, kind, days, periodMs, signal: new AbortController().signal })) out.push(day);
  return out;
}

async function folderOf(t: TestContext, rows: readonly string[], name = 'ETHUSDT-um-bookTicker-2024-03-01.csv'): Promise<MarketFolder> {
  const folder = await makeMarketFolder(t);
  await folder.write(name, [TICKER_HEADER, ...rows].join('\n'));
  return folder;
}

const valuesOf = ({ table }: DayOfQuotes, name: string): number[] => Array.from(float64Column(table, name));
const countOf = ({ findings }: DayOfQuotes, check: string): number => findings.filter((f) => f.check === check).reduce((sum, f) => sum + f.count, 0);

test('an hour worked by hand: last quote, mean spread by time, flow and changes; a quote sent at the close belongs to the next', async (t) => {
  const at = (minute: number, id: number, bid: number, ask: number, bidQuantity: number, askQuantity: number): string =>
    tickerRow(id, START_MS + minute * MINUTE_MS, { bid, ask, bidQuantity, askQuantity, sentMs: START_MS + minute * MINUTE_MS });
  const folder = await folderOf(t, [at(30, 1, 100, 102, 5, 7), at(45, 2, 101, 103, 2, 7), at(60, 3, 101, 102, 2, 4)]);
  const [day] = await readQuotes(folder.root);
  assert.equal(day!.table.rowCount, 24);
  assert.deepEqual(
    ['bid', 'ask', 'bidQuantity', 'askQuantity', 'quoteUpdates'].map((name) => valuesOf(day!, name)[0]),
    [101, 103, 2, 7, 1],
  );
  // The bid rose: its new queue is added. The ask rose: its old queue is taken away, which is demand.
  assert.equal(valuesOf(day!, 'orderFlowImbalance')[0], 2 + 7);
  assert.ok(Math.abs(valuesOf(day!, 'quotedSpread')[0]! - (2 / 101 + 2 / 102) / 2) < 1e-15);
  assert.deepEqual([valuesOf(day!, 'ask')[1], valuesOf(day!, 'orderFlowImbalance')[1], valuesOf(day!, 'bid')[23]], [102, -4, 101]);
  assert.ok(!('bidDepth' in day!.table.columns));
});

test('a quote counts from when it was sent, not from when it was made', async (t) => {
  const quote = { bid: 100, ask: 101 };
  const late = { bid: 110, ask: 111, sentMs: START_MS + HOUR_MS + 5 };
  const folder = await folderOf(t, [tickerRow(1, START_MS, quote), tickerRow(2, START_MS + HOUR_MS - 5, late)]);
  assert.deepEqual(valuesOf((await readQuotes(folder.root))[0]!, 'bid').slice(0, 2), [100, 110]);
  const bare = await makeMarketFolder(t);
  const rows = [tickerRow(1, START_MS, quote), tickerRow(2, START_MS + HOUR_MS - 5, late)].map((row) => row.slice(0, row.lastIndexOf(',')));
  await bare.write('ETHUSDT-um-bookTicker-2024-03-01.csv', [TICKER_HEADER.slice(0, TICKER_HEADER.lastIndexOf(',')), ...rows].join('\n'));
  assert.deepEqual(valuesOf((await readQuotes(bare.root))[0]!, 'bid').slice(0, 2), [110, 110]);
});

test('a quote whose stamp lies before that of an earlier one counts from when the earlier one came', async (t) => {
  const sentAt = (id: number, sentMs: number, bid: number): string => tickerRow(id, START_MS, { bid, ask: bid + 1, sentMs });
  const folder = await folderOf(t, [sentAt(1, START_MS, 100), sentAt(2, START_MS + HOUR_MS, 110), sentAt(3, START_MS + HOUR_MS - 1, 120)]);
  const [day] = await readQuotes(folder.root);
  assert.deepEqual(valuesOf(day!, 'bid').slice(0, 2), [100, 120]);
  assert.deepEqual(valuesOf(day!, 'quoteUpdates').slice(0, 2), [0, 2]);
});

test('old update ids are left out, crossed quotes and silences flagged, each with its count', async (t) => {
  const at = (id: number, second: number, bid: number, ask: number): string => tickerRow(id, START_MS + second * 1000, { bid, ask });
  const folder = await folderOf(t, [
    at(5, 0, 100, 101),
    at(7, 1, 100.5, 101),
    at(6, 2, 90, 91),
    at(7, 2, 90, 91),
    at(8, 3, 102, 101),
    at(9, 10, 0, 101),
    at(10, 100, 99, 101),
  ]);
  const [day] = await readQuotes(folder.root);
  assert.deepEqual(
    ['late quote', 'crossed quote', 'quote pause', 'quotes', 'quotes missing'].map((check) => countOf(day!, check)),
    [2, 2, 2, 3, 0],
  );
  assert.equal(valuesOf(day!, 'bid')[0], 99);
});

test('a silence is told where it begins, also when it lasts to the end of the day or of the file', async (t) => {
  const at = (id: number, atMs: number): string => tickerRow(id, atMs, { bid: 100, ask: 101, sentMs: atMs });
  const busy = (index: number, minutes: number): string[] =>
    Array.from({ length: minutes }, (_, minute) => at(index * 1440 + minute + 1, START_MS + index * DAY_MS + minute * MINUTE_MS));
  const pausesOf = (day: DayOfQuotes): unknown[] => day.findings.filter(({ check }) => check === 'quote pause').map(({ count, timeMs }) => [count, timeMs]);
  const single = await folderOf(t, [at(1, START_MS + 1000)]);
  assert.deepEqual((await readQuotes(single.root)).map(pausesOf), [[[1, START_MS + 1000]]]);
  const full = await folderOf(t, busy(0, 1440));
  assert.deepEqual((await readQuotes(full.root)).map(pausesOf), [[]]);
  const monthly = await folderOf(t, [...busy(0, 1000), ...busy(1, 1440)], 'ETHUSDT-um-bookTicker-2024-03.csv');
  assert.deepEqual((await readQuotes(monthly.root, { days: [dayFrom(0), dayFrom(1)] })).map(pausesOf), [[[1, START_MS + 999 * MINUTE_MS]], []]);
});

test('a row stamped far ahead stops the run with file and line instead of hiding the rows behind it', async (t) => {
  const rowsWith = (aheadMs: number): string[] =>
    Array.from({ length: 1440 }, (_, minute) => tickerRow(minute + 1, START_MS + minute * MINUTE_MS + (minute === 600 ? aheadMs : 0), { bid: 100, ask: 101 }));
  const beyond = await folderOf(t, rowsWith(2 * DAY_MS));
  await assert.rejects(
    readQuotes(beyond.root),
    /2024-03-01\.csv:602: expected a time before the end of the file's name, 2024-03-02T00:00:00\S*, found 2024-03-03T10:00/,
  );
  const inside = await folderOf(t, rowsWith(5 * HOUR_MS));
  await assert.rejects(
    readQuotes(inside.root),
    /2024-03-01\.csv:603: expected a time not before those of earlier rows, found 2024-03-01T10:01\S* after 2024-03-01T15:00/,
  );
});

test('a quantity below 0, a time in seconds and an unknown column are refused with file and line', async (t) => {
  for (const [rows, message] of [
    [[tickerRow(1, START_MS, { bid: 1, ask: 2, bidQuantity: -1 })], /2024-03-01\.csv:2: expected quantities of at least 0, found best_bid_qty -1/],
    [[tickerRow(1, START_MS, { bid: 1, ask: 2, sentMs: START_MS / 1000 })], /2024-03-01\.csv:2: expected a time in whole ms or us/],
    [[tickerRow(1, START_MS, { bid: 1, ask: 2 }), '2,x,1,2,1,5,5'], /2024-03-01\.csv:3: expected a number in column best_bid_price, found "x"/],
  ] as const) {
    const folder = await folderOf(t, rows);
    await assert.rejects(readQuotes(folder.root), (error) => error instanceof InvalidData && (message.test(error.message) || assert.fail(error.message)));
  }
  const folder = await makeMarketFolder(t);
  await folder.write('ETHUSDT-um-bookTicker-2024-03-01.csv', 'time_received,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty\n1,2,3,4,5');
  await assert.rejects(readQuotes(folder.root), /expected the columns of bookTicker, found unknown column time_received/);
});

test('COIN-M counts contracts: queues come in base currency', async (t) => {
  const row = tickerRow(1, START_MS, { bid: 2000, ask: 2500, bidQuantity: 100, askQuantity: 50 });
  const folder = await folderOf(t, [row], 'ETHUSD_PERP-bookTicker-2024-03-01.csv');
  const [day] = await readQuotes(folder.root, { market: 'coin', symbol: 'ETHUSD_PERP' });
  assert.deepEqual([valuesOf(day!, 'bidQuantity')[0], valuesOf(day!, 'askQuantity')[0]], [(100 * 10) / 2000, (50 * 10) / 2500]);
});

test('a file of a month gives the days that files of days give, and a file of hours only the hours it holds', async (t) => {
  const rows = (index: number): string[] =>
    Array.from({ length: 48 }, (_, i) => tickerRow(index * 48 + i + 1, START_MS + index * DAY_MS + i * 30 * MINUTE_MS, { bid: 100 + i + index, ask: 200 + i }));
  const daily = await makeMarketFolder(t);
  for (const index of [0, 1]) await daily.write(`ETHUSDT-um-bookTicker-2024-03-0${index + 1}.csv`, [TICKER_HEADER, ...rows(index)].join('\n'));
  const monthly = await folderOf(t, [...rows(0), ...rows(1)], 'ETHUSDT-um-bookTicker-2024-03.csv.gz');
  const days = [dayFrom(0), dayFrom(1)];
  const [one, other] = await Promise.all([daily, monthly].map((folder) => readQuotes(folder.root, { days })));
  for (const name of ['bid', 'ask', 'quotedSpread'])
    assert.deepEqual(
      other!.map((day) => valuesOf(day, name)),
      one!.map((day) => valuesOf(day, name)),
      name,
    );
  // With both in one folder the month serves.
  await monthly.write('ETHUSDT-um-bookTicker-2024-03-02.csv', [TICKER_HEADER, ...rows(1)].join('\n'));
  assert.deepEqual((await readQuotes(monthly.root, { days }))[1]!.table, other![1]!.table);

  const hours = await folderOf(t, rows(0).slice(0, 11), 'ETHUSDT-um-bookTicker-2024-03-01T0000_2024-03-01T0600.csv');
  const [day] = await readQuotes(hours.root);
  assert.deepEqual([day!.table.rowCount, countOf(day!, 'quotes missing')], [4, 20]);
});

test('bars equal those taken from the quotes one by one, however the file is cut into days asked for (property)', async (t) => {
  const step = fc.record({
    waitMs: fc.integer({ min: 0, max: 4 * HOUR_MS }),
    bid: fc.integer({ min: 1, max: 30 }),
    width: fc.integer({ min: 1, max: 5 }),
    size: fc.integer({ min: 0, max: 9 }),
  });
  const folder = await makeMarketFolder(t);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      let timeMs = START_MS;
      const rows = steps.map(({ waitMs, bid, width, size }, i) => {
        timeMs += waitMs;
        return { id: i + 1, timeMs, bid, ask: bid + width, bidQuantity: size, askQuantity: 9 - size };
      });
      const text = [TICKER_HEADER, ...rows.map((row) => tickerRow(row.id, row.timeMs, { ...row, sentMs: row.timeMs }))].join('\n');
      await folder.write('ETHUSDT-um-bookTicker-2024-03.csv', text);
      const days = [0, 1, 2, 3, 4, 5, 6].map(dayFrom);
      const read = await readQuotes(folder.root, { days });
      for (const [index, day] of read.entries()) {
        const known = rows.filter((row) => row.timeMs >= day0(index) && row.timeMs < day0(index) + DAY_MS);
        if (known.length === 0) assert.equal(day.table.rowCount, 0);
        else checkDay(day, day0(index), known);
      }
      assert.deepEqual(await readQuotes(folder.root, { days: days.slice(2, 4) }), read.slice(2, 4));
    }),
    { numRuns: 40 },
  );
});

const day0 = (index: number): number => START_MS + index * DAY_MS;

interface Row {
  readonly timeMs: number;
  readonly bid: number;
  readonly ask: number;
  readonly bidQuantity: number;
  readonly askQuantity: number;
}

function checkDay(day: DayOfQuotes, fromMs: number, rows: readonly Row[]): void {
  assert.equal(day.table.rowCount, 24);
  for (let hour = 0; hour < 24; hour++) {
    const closeMs = fromMs + (hour + 1) * HOUR_MS;
    const last = rows.filter((row) => row.timeMs < closeMs).at(-1);
    assert.equal(valuesOf(day, 'bid')[hour], last?.bid ?? Number.NaN);
    const flow = rows.reduce((sum, row, i) => sum + (i > 0 && row.timeMs >= closeMs - HOUR_MS && row.timeMs < closeMs ? quoteFlow(rows[i - 1]!, row) : 0), 0);
    assert.equal(valuesOf(day, 'orderFlowImbalance')[hour], last === undefined ? Number.NaN : flow);
  }
}
