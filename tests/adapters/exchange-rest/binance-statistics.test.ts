import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExternalName } from '../../../core/data/external-series.js';
import type { SeriesRead } from '../../../pipeline/market-source.js';
import type { ServedSeries } from '../../support/recorded-exchange.js';
import { testData } from '../../support/test-data.js';
import type { CandleRow } from './exchange-rows.js';
import { candleSeries, DAY_MS, makeRig, MINUTE_MS, perpRequest, recorded, spotRequest, START_MS } from './exchange-rows.js';

const NO_DATA = testData === null ? 'no market data' : false;
const HOUR_MS = 3_600_000;
const window = { fromMs: START_MS, toMs: START_MS + DAY_MS };
const column = ({ table }: SeriesRead, name: string): number[] => [...(table.columns[name] as Float64Array)];

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
