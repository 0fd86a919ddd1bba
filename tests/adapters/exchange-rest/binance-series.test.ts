import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeBinanceRest } from '../../../adapters/exchange-rest/index.js';
import { hashFile } from '../../../adapters/market-files/file-hash.js';
import { makeFilesSource } from '../../../adapters/market-files/index.js';
import type { ExternalName } from '../../../core/data/external-series.js';
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

const statistic = (path: string, rows: readonly object[], key: Record<string, string> = { symbol: 'ETHUSDT' }): ServedSeries => ({
  path,
  key: { ...key, period: '5m' },
  rows,
  timeOf: (row: { timestamp: number | string }) => Number(row.timestamp),
  end: 'last',
});
const every5m = (count: number, row: (at: number) => object): object[] =>
  Array.from({ length: count }, (_, at) => ({ timestamp: START_MS - HOUR_MS + at * 5 * MINUTE_MS, ...row(at) }));

const statistics: readonly [name: ExternalName, path: string, row: (at: number) => object][] = [
  ['open-interest', '/futures/data/openInterestHist', (at) => ({ symbol: 'ETHUSDT', sumOpenInterest: `${100 + at}.5`, sumOpenInterestValue: '1' })],
  ['account-ratio', '/futures/data/globalLongShortAccountRatio', (at) => ({ longShortRatio: `${100 + at}.5` })],
  ['top-account-ratio', '/futures/data/topLongShortAccountRatio', (at) => ({ longShortRatio: `${100 + at}.5` })],
  ['top-position-ratio', '/futures/data/topLongShortPositionRatio', (at) => ({ longShortRatio: `${100 + at}.5` })],
  ['taker-ratio', '/futures/data/takerlongshortRatio', (at) => ({ buySellRatio: `${100 + at}.5`, buyVol: '1', sellVol: '2' })],
];
for (const [name, path, row] of statistics) {
  test(`${name} comes every five minutes from a time to live before the window on, known five minutes after its time`, async (t) => {
    const rows = every5m(700, row);
    const { source } = await makeRig(t, { series: [statistic(path, rows)] });
    const read = await source.readExternal({ ...perpRequest, window: { fromMs: START_MS, toMs: START_MS + 2 * DAY_MS }, external: name });
    const times = column(read, 'timeMs');
    // Half an hour before the window; the last one known before its end speaks of ten minutes before.
    assert.deepEqual([times[0], times.at(-1), times.length], [START_MS - 30 * MINUTE_MS, START_MS + 2 * DAY_MS - 10 * MINUTE_MS, 581]);
    assert.deepEqual(
      column(read, 'knownAtMs'),
      times.map((time) => time + 5 * MINUTE_MS),
    );
    assert.deepEqual(
      column(read, 'value'),
      times.map((time) => 100.5 + (time - (START_MS - HOUR_MS)) / (5 * MINUTE_MS)),
    );
  });
}

test('series of an inverse future are asked for by pair, and open interest counts base currency', async (t) => {
  const pair = { pair: 'ETHUSD', contractType: 'PERPETUAL' };
  const { source } = await makeRig(t, {
    series: [
      statistic(
        '/futures/data/openInterestHist',
        every5m(20, () => ({ sumOpenInterest: '20403', sumOpenInterestValue: '176.5' })),
        pair,
      ),
      statistic(
        '/futures/data/takerBuySellVol',
        every5m(20, () => ({ takerBuyVol: '30', takerSellVol: '20' })),
        pair,
      ),
      statistic(
        '/futures/data/globalLongShortAccountRatio',
        every5m(20, () => ({ longShortRatio: '1.5' })),
        { pair: 'ETHUSD' },
      ),
    ],
  });
  const request = { ...spotRequest, market: 'coin', symbol: 'ETHUSD_PERP', window: { fromMs: START_MS, toMs: START_MS + 20 * MINUTE_MS } } as const;
  const values = [];
  for (const external of ['open-interest', 'taker-ratio', 'account-ratio'] as const)
    values.push(column(await source.readExternal({ ...request, external }), 'value').at(-1));
  assert.deepEqual(values, [176.5, 1.5, 1.5]);
});

test('all eleven recorded statistics whose rows lie outside their window are refused', { skip: NO_DATA }, async (t) => {
  const index = (await recorded('index.json')) as { path: string; query: string; file: string }[];
  const outside = index.filter(({ path, query }) => path.startsWith('/futures/data/') && query.includes('startTime'));
  assert.equal(outside.length, 11);
  const names = {
    openInterestHist: 'open-interest',
    globalLongShortAccountRatio: 'account-ratio',
    topLongShortAccountRatio: 'top-account-ratio',
    topLongShortPositionRatio: 'top-position-ratio',
    takerlongshortRatio: 'taker-ratio',
  } as const;
  for (const { path, query, file } of outside) {
    const { source } = await makeRig(t, { bodies: { [path]: await recorded(file.replace(/^rest\//, '')) } });
    const asked = new URLSearchParams(query);
    // As recorded: five of the queries carry seconds.
    const time = (name: string): number => Number(asked.get(name));
    const external = names[path.split('/').at(-1) as keyof typeof names];
    const window = { fromMs: time('startTime'), toMs: time('endTime') };
    const read = source.readExternal({ ...perpRequest, symbol: asked.get('symbol')!, window, external });
    await assert.rejects(read, { name: 'InvalidData', message: /expected rows from \d+ to before \d+, found one of \d+/ }, `${path} ${query}`);
  }
});

test('a recorded list that fits its window is read', { skip: NO_DATA }, async (t) => {
  const rows = (await recorded('futures_data_globalLongShortAccountRatio__endTime=1602823310_limit=10_period=5m_startTime=1602808910_symbol=BTCUSDT.json')) as {
    timestamp: number;
    longShortRatio: string;
  }[];
  const { source } = await makeRig(t, { series: [statistic('/futures/data/globalLongShortAccountRatio', rows, { symbol: 'BTCUSDT' })] });
  const window = { fromMs: rows[0]!.timestamp, toMs: rows.at(-1)!.timestamp + 6 * MINUTE_MS };
  const read = await source.readExternal({ ...perpRequest, symbol: 'BTCUSDT', window, external: 'account-ratio' });
  assert.deepEqual(
    column(read, 'value'),
    rows.map(({ longShortRatio }) => Number(longShortRatio)),
  );
});

test('the mark price of a minute is known when its candle closes, not before', async (t) => {
  const rows = Array.from({ length: 60 }, (_, at) => [
    START_MS - 20 * MINUTE_MS + at * MINUTE_MS,
    '1',
    '3',
    '1',
    (2 + at / 100).toFixed(2),
    '0 ',
    START_MS,
    '0',
    60,
    '0',
    '0',
    '0',
  ]);
  const series = { ...candleSeries(rows as unknown as CandleRow[], '1m', '/fapi/v1/markPriceKlines') };
  const { source } = await makeRig(t, { series: [series] });
  const read = await source.readExternal({ ...perpRequest, window: { fromMs: START_MS, toMs: START_MS + 10 * MINUTE_MS }, external: 'mark-price' });
  const times = column(read, 'timeMs');
  assert.deepEqual([times[0], times.at(-1), times.length], [START_MS - 10 * MINUTE_MS, START_MS + 9 * MINUTE_MS, 20]);
  assert.deepEqual(column(read, 'knownAtMs'), times);
  // The candle that opened at minute 8 closed at minute 9: row 28.
  assert.equal(column(read, 'value').at(-1), 2.28);
});

test('a series that a market does not publish is refused', async (t) => {
  const { source } = await makeRig(t, {});
  await assert.rejects(source.readExternal({ ...spotRequest, window, external: 'open-interest' }), {
    name: 'InvalidData',
    message: /of BINANCE spot, found open-interest/,
  });
  await assert.rejects(source.readExternal({ ...perpRequest, window, external: 'bid-depth' }), {
    name: 'InvalidData',
    message: /of BINANCE perp, found bid-depth/,
  });
});
