import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contractSizeOf } from '../../../adapters/market-files/contract-size.js';
import { parseFileName } from '../../../adapters/market-files/file-name.js';
import { makeFilesSource } from '../../../adapters/market-files/index.js';
import { float64Column } from '../../../core/data/table.js';
import { makeMarketFolder, START_MS } from './market-folder.js';

const DAY_MS = 86_400_000;
const request = { exchange: 'BINANCE', market: 'coin', symbol: 'BTCUSD_PERP', signal: new AbortController().signal } as const;

test('a contract of Bitcoin is worth 100 dollars, any other 10', () => {
  assert.deepEqual(['BTCUSD_PERP', 'ETHUSD_PERP', 'SOLUSD_PERP'].map(contractSizeOf), [100, 10, 10]);
});

test('trades counted in contracts come in base currency: the published example of 83 contracts at 78526.1 is 0.10569734 coins', async (t) => {
  const folder = await makeMarketFolder(t);
  const file = await folder.write(
    'cm/BTCUSD_PERP-trades-2024-03-01.csv',
    `id,price,qty,base_qty,time,is_buyer_maker\n1151022504,78526.1,83.0,0.10569734,${START_MS},true\n`,
  );
  const source = makeFilesSource();
  const days = [{ day: '2024-03-01', fromMs: START_MS, toMs: START_MS + DAY_MS }];
  for await (const { table } of source.readTradeDays({ ...request, files: [file], tradeKind: 'trades', days })) {
    const [quantity, price] = [float64Column(table, 'quantity')[0]!, float64Column(table, 'price')[0]!];
    assert.ok(Math.abs(quantity - 0.10569734) < 5e-9, String(quantity));
    assert.ok(Math.abs(quantity * price - 8300) < 1e-9, 'price times quantity is the contracts in dollars');
  }
});

test('bars take base amounts from the columns that hold quote amounts elsewhere, under either header or none', async (t) => {
  const folder = await makeMarketFolder(t);
  const row = [START_MS, 50_000, 50_100, 49_900, 50_050, 1000, START_MS + 59_999, 2.001, 40, 600, 1.2004, 0].join(',');
  const header = (base: string, taker: string): string => `open_time,open,high,low,close,volume,close_time,${base},count,taker_buy_volume,${taker},ignore`;
  const texts = [`${header('quote_volume', 'taker_buy_quote_volume')}\n${row}`, `${header('base_asset_volume', 'taker_buy_base_asset_volume')}\n${row}`, row];
  for (const [i, text] of texts.entries()) {
    const file = await folder.write(`cm/${i}/BTCUSD_PERP-1m-2024-03-01.csv`, text);
    const { table } = await makeFilesSource().readBars({ ...request, files: [file], window: { fromMs: START_MS, toMs: START_MS + 60_000 }, periodMs: 60_000 });
    const values = ['volume', 'quoteVolume', 'tradeCount', 'takerBuyVolume'].map((name) => float64Column(table, name)[0]);
    assert.deepEqual(values, [2.001, 100_000, 40, 1.2004]);
  }
});

test('microseconds are told from milliseconds by their size, in bars and trades', async (t) => {
  const folder = await makeMarketFolder(t);
  const spot = { ...request, market: 'spot', symbol: 'BTCUSDT' } as const;
  const dayMs = Date.UTC(2025, 0, 1);
  const file = await folder.write(
    'spot/BTCUSDT-trades-2025-01-01.zip',
    `7,93000,0.5,46500,${dayMs}123456,True,True\n`.replace(`${dayMs}123456`, `${dayMs + 1}999`),
  );
  for await (const { table } of makeFilesSource().readTradeDays({
    ...spot,
    files: [file],
    tradeKind: 'trades',
    days: [{ day: '2025-01-01', fromMs: dayMs, toMs: dayMs + DAY_MS }],
  })) {
    assert.deepEqual(Array.from(float64Column(table, 'timeMs')), [dayMs + 1]);
  }
  const bars = await folder.write('spot/BTCUSDT-1m-2025-01-01.csv', [`${dayMs}000`, 1, 1, 1, 1, 1, `${dayMs + 59_999}999`, 1, 1, 1, 1, 0].join(','));
  const { table } = await makeFilesSource().readBars({ ...spot, files: [bars], window: { fromMs: dayMs, toMs: dayMs + 60_000 }, periodMs: 60_000 });
  assert.deepEqual(Array.from(float64Column(table, 'openTimeMs')), [dayMs]);
});

test('names and folders of the archive tell market and kind; candles of other price indices are none of ours', () => {
  const parse = (path: string) => {
    const named = parseFileName('/root', path);
    return named === null ? null : [named.symbol, named.market, named.kind, named.periodMs];
  };
  assert.deepEqual(parse('data/futures/cm/daily/klines/BTCUSD_PERP/1m/BTCUSD_PERP-1m-2024-03-01.zip'), ['BTCUSD_PERP', 'coin', 'klines', 60_000]);
  assert.deepEqual(parse('data/futures/um/monthly/klines/ETHUSDT/1m/ETHUSDT-1m-2024-03.zip'), ['ETHUSDT', 'perp', 'klines', 60_000]);
  assert.deepEqual(parse('data/futures/um/monthly/markPriceKlines/ETHUSDT/1h/ETHUSDT-1h-2024-03.zip'), ['ETHUSDT', 'perp', 'markPrice', 3_600_000]);
  assert.deepEqual(parse('data/futures/um/daily/metrics/ETHUSDT/ETHUSDT-metrics-2024-03-01.zip'), ['ETHUSDT', 'perp', 'metrics', 0]);
  assert.deepEqual(parse('data/futures/um/daily/bookDepth/ETHUSDT/ETHUSDT-bookDepth-2024-03-01.zip'), ['ETHUSDT', 'perp', 'bookDepth', 0]);
  assert.deepEqual(parse('BTCUSD_PERP-trades-2024-03-01.csv'), ['BTCUSD_PERP', 'coin', 'trades', 0]);
  assert.deepEqual(parse('btc-hash-rate-4d-2024-12-30_2025-07-30.csv'), ['', null, 'hash-rate', 0]);
  assert.equal(parse('data/futures/um/daily/indexPriceKlines/ETHUSDT/1m/ETHUSDT-1m-2024-03-01.zip'), null);
  assert.equal(parse('data/futures/um/daily/premiumIndexKlines/ETHUSDT/1m/ETHUSDT-1m-2024-03-01.zip'), null);
});
