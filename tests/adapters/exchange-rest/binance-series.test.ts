import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeBinanceRest } from '../../../adapters/exchange-rest/index.js';
import { hashFile } from '../../../adapters/market-files/file-hash.js';
import { makeFilesSource } from '../../../adapters/market-files/index.js';
import type { SeriesRead } from '../../../pipeline/market-source.js';
import type { ServedSeries } from '../../support/recorded-exchange.js';
import { hostedBy, startRecordedExchange } from '../../support/recorded-exchange.js';
import { testData } from '../../support/test-data.js';
import type { CandleRow } from './exchange-rows.js';
import {
  candleRow,
  candleSeries,
  DAY_MS,
  makeRig,
  marketBodies,
  MINUTE_MS,
  perpRequest,
  recorded,
  SHORT_WAITS,
  spotRequest,
  START_MS,
} from './exchange-rows.js';

const NO_DATA = testData === null ? 'no market data' : false;
const HOUR_MS = 3_600_000;
const window = { fromMs: START_MS, toMs: START_MS + DAY_MS };
const column = ({ table }: SeriesRead, name: string): number[] => [...(table.columns[name] as Float64Array)];
const checks = ({ findings }: SeriesRead): (string | number)[][] => findings.map(({ check, action, count }) => [check, action, count]);
const minuteCandles = (count: number): CandleRow[] => Array.from({ length: count }, (_, i) => candleRow(START_MS + i * MINUTE_MS));

test('recorded candles equal the archive file of the same candles', { skip: NO_DATA }, async (t) => {
  const rows = (await recorded('api_v3_klines__endTime=1591880400000_interval=1h_limit=1000_startTime=1588280400000_symbol=BTCUSDT.json')) as CandleRow[];
  const { source } = await makeRig(t, {
    series: [candleSeries(rows, '1h', '/api/v3/klines', 'BTCUSDT'), candleSeries(rows.slice(0, 1), '1m', '/api/v3/klines', 'BTCUSDT')],
    bodies: { '/api/v3/exchangeInfo': { symbols: [{ symbol: 'BTCUSDT' }] } },
  });
  const request = { ...spotRequest, symbol: 'BTCUSDT', window: { fromMs: 1588280400000, toMs: 1591880400000 }, periodMs: HOUR_MS };
  const path = join(testData!, 'klines', 'BTCUSDT-spot-1h-2020-04-30T2100_2020-06-11T1200.zip');
  const fromFile = await makeFilesSource().readBars({ ...request, files: [await hashFile(path)] });
  const fromRest = await source.readBars(request);
  assert.equal(fromRest.table.rowCount, 1000);
  assert.deepEqual(fromRest.table, fromFile.table);
});

test('candles come out whole and once, however many the exchange puts on a page and whichever end of the list it gives', async () => {
  const missing = new Set([0, 500, 501, 1439]);
  const rows = minuteCandles(1440).filter((_, at) => !missing.has(at));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 60, max: 1000 }), fc.constantFrom('first' as const, 'last' as const), async (size, end) => {
      const exchange = await startRecordedExchange({
        series: [{ ...candleSeries(rows), end }],
        bodies: marketBodies(window.toMs),
        // A page from the list's end is whole: which rows a cut one lacks could not be told.
        ...(end === 'first' ? { mostRows: () => size } : {}),
      });
      try {
        const read = await makeBinanceRest(hostedBy(exchange), SHORT_WAITS).readBars({ ...spotRequest, window, periodMs: MINUTE_MS });
        assert.deepEqual(
          column(read, 'openTimeMs'),
          rows.map(([openMs]) => openMs),
        );
        assert.deepEqual(checks(read).slice(0, 3), [
          ['gap', 'flagged', 1],
          ['gap', 'flagged', 2],
          ['gap', 'flagged', 1],
        ]);
      } finally {
        await exchange.stop();
      }
    }),
    { numRuns: 10 },
  );
});

test('a bar is stamped at its close and carries quote volume, count and taker volume', async (t) => {
  const { source } = await makeRig(t, { series: [candleSeries([candleRow(START_MS)])] });
  const read = await source.readBars({ ...spotRequest, window: { fromMs: START_MS, toMs: START_MS + MINUTE_MS }, periodMs: MINUTE_MS });
  const values = Object.fromEntries(Object.keys(read.table.columns).map((name) => [name, column(read, name)[0]]));
  assert.deepEqual(values, {
    openTimeMs: START_MS,
    closeTimeMs: START_MS + MINUTE_MS,
    open: 2000.1,
    high: 2001,
    low: 1999.5,
    close: 2000.9,
    volume: 3.5,
    quoteVolume: 7002,
    tradeCount: 12,
    takerBuyVolume: 1.25,
  });
});

test('the candle that the window cuts through is not asked for, so none is ever open', async (t) => {
  const { source } = await makeRig(t, { series: [candleSeries(minuteCandles(5))] });
  const read = await source.readBars({ ...spotRequest, window: { fromMs: START_MS + 1, toMs: START_MS + 3.5 * MINUTE_MS }, periodMs: MINUTE_MS });
  assert.deepEqual(column(read, 'openTimeMs'), [START_MS + MINUTE_MS, START_MS + 2 * MINUTE_MS]);
});

test('candles of an inverse future count base currency, and dollars as its contracts times their value', async (t) => {
  // The documentation's example of COIN-M candles: 206 contracts that are 2.13660389 of the coin.
  const row = [START_MS, '9640.7', '9642.4', '9640.6', '9642.0', '206', START_MS + MINUTE_MS - 1, '2.13660389', 48, '119', '1.23424865', '0'] as const;
  const { source } = await makeRig(t, { series: [candleSeries([row], '1m', '/dapi/v1/klines', 'ETHUSD_PERP')] });
  const read = await source.readBars({
    ...spotRequest,
    market: 'coin',
    symbol: 'ETHUSD_PERP',
    window: { fromMs: START_MS, toMs: START_MS + MINUTE_MS },
    periodMs: MINUTE_MS,
  });
  assert.deepEqual(
    ['volume', 'quoteVolume', 'takerBuyVolume', 'tradeCount'].map((name) => column(read, name)[0]),
    [2.13660389, 2060, 1.23424865, 48],
  );
});

const badCandles: readonly [what: string, change: (row: CandleRow) => unknown, message: RegExp][] = [
  ['a high below its close', (row) => row.with(2, '1.0'), /candle of \d+: expected high/],
  ['a close time of another length', (row) => row.with(6, row[0] + 5 * MINUTE_MS - 1), /expected close time/],
  ['taker volume above volume', (row) => row.with(9, '99'), /expected takerBuyVolume of at most the volume/],
  ['eleven columns of which one is no number', (row) => row.with(5, 'x'), /\d+\.5: expected a decimal number, found "x"/],
  ['too few columns', (row) => row.slice(0, 6), /\d+\.6: /],
];
for (const [what, change, message] of badCandles) {
  test(`a candle with ${what} is refused`, async (t) => {
    const rows = minuteCandles(3).map((row, at) => (at === 1 ? change(row) : row)) as CandleRow[];
    const { source } = await makeRig(t, { series: [candleSeries(rows)] });
    await assert.rejects(source.readBars({ ...spotRequest, window, periodMs: MINUTE_MS }), { name: 'InvalidData', message });
  });
}

test('a length that the exchange has no candles of is refused', async (t) => {
  const { source } = await makeRig(t, {});
  await assert.rejects(source.readBars({ ...spotRequest, window, periodMs: 7 * MINUTE_MS }), { name: 'InvalidData', message: /one of 1m, 3m, .*found 420000/ });
});

interface FundingRow {
  readonly fundingTime: number;
}
const fundingSeries = (rows: readonly object[]): ServedSeries => ({
  path: '/fapi/v1/fundingRate',
  key: { symbol: 'BTCUSDT' },
  rows,
  timeOf: (row: FundingRow) => row.fundingTime,
});

test('recorded funding comes out payment by payment at the exchange’s own times', { skip: NO_DATA }, async (t) => {
  const rows = (await recorded('fapi_v1_fundingRate__symbol=BTCUSDT.json')) as { fundingTime: number; fundingRate: string }[];
  for (const mostRows of [1, 7, 1000]) {
    const { source } = await makeRig(t, { series: [fundingSeries(rows)], mostRows: () => mostRows });
    const span = { fromMs: rows[0]!.fundingTime, toMs: rows.at(-1)!.fundingTime + 1 };
    const read = await source.readFunding({ ...perpRequest, symbol: 'BTCUSDT', window: span });
    assert.deepEqual(
      column(read, 'timeMs'),
      rows.map(({ fundingTime }) => fundingTime),
    );
    assert.deepEqual(
      column(read, 'rate'),
      rows.map(({ fundingRate }) => Number(fundingRate)),
    );
    assert.ok(column(read, 'markPrice').every(Number.isNaN));
  }
});

test('a recorded answer with payments of another year is refused', { skip: NO_DATA }, async (t) => {
  const body = await recorded('fapi_v1_fundingRate__endTime=1580515200000_limit=1_startTime=1577836800000_symbol=LTCUSDT.json');
  const { source } = await makeRig(t, { bodies: { '/fapi/v1/fundingRate': body } });
  const read = source.readFunding({ ...perpRequest, symbol: 'LTCUSDT', window: { fromMs: 1577836800000, toMs: 1580515200000 } });
  await assert.rejects(read, { name: 'InvalidData', message: /expected rows from 1577836800000 to before \d+, found one of 1602979200006/ });
});

test('mark prices at payments are read where the exchange gives them, and a pause of more than eight hours is flagged', async (t) => {
  const rows = [0, 8, 24].map((hour, at) => ({
    symbol: 'BTCUSDT',
    fundingTime: START_MS + hour * HOUR_MS + at,
    fundingRate: '0.0001',
    markPrice: at === 0 ? '' : '2000.5',
  }));
  const { source } = await makeRig(t, { series: [fundingSeries(rows)] });
  const read = await source.readFunding({ ...perpRequest, symbol: 'BTCUSDT', window: { fromMs: START_MS, toMs: START_MS + 30 * HOUR_MS } });
  assert.deepEqual(column(read, 'markPrice'), [Number.NaN, 2000.5, 2000.5]);
  assert.deepEqual(checks(read), [
    ['missing funding', 'flagged', 1],
    ['funding', 'passed', 3],
    ['requests', 'passed', 3],
  ]);
});

test('spot has no funding and is not asked for any', async (t) => {
  const { source, exchange } = await makeRig(t, {});
  const read = await source.readFunding({ ...spotRequest, window });
  assert.deepEqual([read.table.rowCount, exchange.requests.length], [0, 0]);
});
