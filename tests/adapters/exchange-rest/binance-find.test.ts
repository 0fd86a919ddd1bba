import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeBinanceRest } from '../../../adapters/exchange-rest/index.js';
import type { SourceQuery } from '../../../pipeline/market-source.js';
import { hostedBy, startRecordedExchange } from '../../support/recorded-exchange.js';
import { testData } from '../../support/test-data.js';
import { candleRow, candleSeries, DAY_MS, makeRig, MINUTE_MS, recorded, SHORT_WAITS, START_MS } from './exchange-rows.js';

const NO_DATA = testData === null ? 'no market data' : false;
const query: SourceQuery = {
  exchange: 'BINANCE',
  market: 'spot',
  symbol: 'ETHUSDT',
  root: null,
  fromMs: null,
  toMs: null,
  days: 2,
  periodMs: MINUTE_MS,
  series: 'auto',
  external: [],
};
const SINCE_MS = START_MS - 3 * DAY_MS;
/** 23.4 s after a whole minute. */
const NOW_MS = START_MS + 5 * MINUTE_MS + 23_400;
const bodies = Object.fromEntries(['/api/v3/time', '/fapi/v1/time', '/dapi/v1/time'].map((path) => [path, { serverTime: NOW_MS }]));

test('an open window ends at the last minute that has closed by the exchange’s clock', async (t) => {
  const { source } = await makeRig(t, { bodies });
  assert.deepEqual(await source.find(query), {
    series: 'trades',
    tradeKind: 'aggTrades',
    periodMs: 0,
    fromMs: SINCE_MS,
    toMs: START_MS + 5 * MINUTE_MS,
    files: [],
    fundingFiles: [],
    externalFiles: {},
  });
});

test('a minute that closed less than ten seconds ago is left out: its trades may not all show yet', async (t) => {
  const { source } = await makeRig(t, { bodies: { '/api/v3/time': { serverTime: START_MS + 5 * MINUTE_MS + 9999 } } });
  assert.equal((await source.find(query)).toMs, START_MS + 4 * MINUTE_MS);
});

test('bars are served by the minute, and all three markets know when their symbol began', async (t) => {
  const { source } = await makeRig(t, { bodies });
  const found = [];
  for (const [market, symbol] of [
    ['spot', 'ETHUSDT'],
    ['perp', 'ETHUSDT'],
    ['coin', 'ETHUSD_PERP'],
  ] as const) {
    const { series, tradeKind, periodMs, fromMs } = await source.find({ ...query, market, symbol, series: 'bars' });
    found.push([series, tradeKind, periodMs, fromMs]);
  }
  assert.deepEqual(found, [
    ['bars', null, MINUTE_MS, SINCE_MS],
    ['bars', null, MINUTE_MS, SINCE_MS],
    ['bars', null, MINUTE_MS, START_MS - 5 * DAY_MS],
  ]);
});

const refused: readonly [what: string, change: Partial<SourceQuery>, message: RegExp][] = [
  ['an end in the future', { toMs: NOW_MS + 1 }, /^to: expected a time up to the exchange's 2024-03-01T00:05:23\.400Z, found 2024-03-01T00:05:23\.401Z$/],
  ['a start before the symbol began', { fromMs: SINCE_MS - 1 }, /^from: expected a time from 2024-02-27T00:00:00\.000Z on, when BINANCE ETHUSDT spot began/],
  ['an end before the symbol began', { toMs: SINCE_MS }, /^to: expected a time after 2024-02-27/],
  ['a symbol that spot does not have', { symbol: 'NONEUSDT' }, /-1121 Invalid symbol/],
  [
    'a symbol that the perpetuals do not have',
    { market: 'perp', symbol: 'NONEUSDT' },
    /^symbol: expected one of the 1 symbols of BINANCE perp, found NONEUSDT$/,
  ],
  ['raw trades', { series: 'trades' }, /^series: expected aggTrades or bars/],
  ['open interest on spot', { external: ['open-interest'] }, /^external: expected a series of BINANCE spot or a daily index, found open-interest$/],
  ['depth, which only the archive has', { market: 'perp', external: ['bid-depth'] }, /found bid-depth$/],
];
for (const [what, change, message] of refused) {
  test(`${what} is refused in the plan`, async (t) => {
    const { source } = await makeRig(t, { bodies });
    await assert.rejects(source.find({ ...query, ...change }), { name: 'InvalidData', message });
  });
}

test('statistics that the exchange no longer keeps are refused in the plan, and served when it does', async (t) => {
  const nowMs = START_MS + 100 * DAY_MS;
  const { source } = await makeRig(t, { bodies: { '/fapi/v1/time': { serverTime: nowMs } } });
  const asked = { ...query, market: 'perp', external: ['account-ratio', 'mark-price', 'fear-greed'] } as const;
  await assert.rejects(source.find({ ...asked, days: 40 }), {
    name: 'InvalidData',
    message: /^external account-ratio: the REST interface keeps 30 days; .*source archive has older ones$/,
  });
  assert.equal((await source.find({ ...asked, days: 20 })).toMs, nowMs - MINUTE_MS);
  assert.equal((await source.find({ ...asked, days: 40, external: ['mark-price', 'fear-greed'] })).toMs, nowMs - MINUTE_MS);
});

test('the recorded descriptions of the exchanges’ symbols are understood', { skip: NO_DATA }, async (t) => {
  const candle = [candleRow(SINCE_MS)];
  const exchange = await startRecordedExchange({
    series: [candleSeries(candle, '1m', '/api/v3/klines', 'ETHBTC'), candleSeries(candle, '1m', '/fapi/v1/klines', 'BTCUSDT')],
    bodies: {
      '/api/v3/exchangeInfo': await recorded('api_v3_exchangeInfo.json'),
      '/fapi/v1/exchangeInfo': await recorded('fapi_v1_exchangeInfo.json'),
      '/api/v3/time': await recorded('fapi_v1_time.json'),
      '/fapi/v1/time': await recorded('fapi_v1_time.json'),
    },
  });
  t.after(() => exchange.stop());
  const source = makeBinanceRest(hostedBy(exchange), SHORT_WAITS);
  // The recorded clock stood in 2021, before the candle.
  for (const [market, symbol] of [
    ['spot', 'ETHBTC'],
    ['perp', 'BTCUSDT'],
  ] as const)
    await assert.rejects(source.find({ ...query, market, symbol }), {
      name: 'InvalidData',
      message: /^to: expected a time after 2024-02-27.*found 2021-05-04T03:37:00\.000Z$/,
    });
  await assert.rejects(source.find({ ...query, market: 'perp', symbol: 'NONEUSDT' }), {
    name: 'InvalidData',
    message: /one of the 25 symbols of BINANCE perp/,
  });
});

test('an address that is none is refused when the source is made', () => {
  assert.throws(() => makeBinanceRest({ ARES_BINANCE_SPOT_URL: 'ftp://x' }), {
    name: 'InvalidSpec',
    message: /^ARES_BINANCE_SPOT_URL: expected an http or https address, found "ftp:\/\/x"$/,
  });
  assert.throws(() => makeBinanceRest({ ARES_BINANCE_USDM_URL: 'https://me:secret@x' }), {
    name: 'InvalidSpec',
    message: /^ARES_BINANCE_USDM_URL: expected an address without user and password, found one at x$/,
  });
});
