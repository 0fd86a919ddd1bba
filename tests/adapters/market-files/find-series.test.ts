import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { findSeries } from '../../../adapters/market-files/find-series.js';
import { InvalidData } from '../../../core/errors.js';
import { testData } from '../../support/test-data.js';
import { klineRow, makeMarketFolder, START_MS, TRADE_HEADER, tradeRow } from './market-folder.js';

const DAY_MS = 86_400_000;
const query = {
  exchange: 'BINANCE' as const,
  symbol: 'ETHUSDT',
  market: 'perp' as const,
  fromMs: null,
  toMs: null,
  days: 1,
  periodMs: 60_000,
  series: 'auto' as const,
  external: [],
};
const minutes = (from: number, count: number): string => Array.from({ length: count }, (_, i) => klineRow(from + i, 2000)).join('\n');
const names = (files: readonly { path: string }[]): string[] => files.map((file) => basename(file.path));

test('raw trades that cover the window whole come before bars, a month before its days, and the files are hashed', async (t) => {
  const folder = await makeMarketFolder(t);
  await folder.write('um/ETHUSDT-1m-2024-03-01.csv', minutes(0, 2880));
  for (const day of ['01', '02']) await folder.write(`um/daily/ETHUSDT-trades-2024-03-${day}.csv`, [TRADE_HEADER, tradeRow(1, 1)].join('\n'));
  const daily = await findSeries({ ...query, root: folder.root, fromMs: START_MS, toMs: START_MS + 2 * DAY_MS });
  assert.deepEqual(
    [daily.series, daily.periodMs, names(daily.files), daily.fromMs, daily.toMs],
    ['trades', 0, ['ETHUSDT-trades-2024-03-01.csv', 'ETHUSDT-trades-2024-03-02.csv'], START_MS, START_MS + 2 * DAY_MS],
  );
  assert.match(daily.files[0]!.sha256, /^[0-9a-f]{64}$/);
  await folder.write('um/monthly/ETHUSDT-trades-2024-03.csv', [TRADE_HEADER, tradeRow(1, 1)].join('\n'));
  assert.deepEqual(names((await findSeries({ ...query, root: folder.root, fromMs: START_MS, toMs: START_MS + 2 * DAY_MS })).files), [
    'ETHUSDT-trades-2024-03.csv',
  ]);
});

test('trades with a missing day give way to the bars of the window', async (t) => {
  const folder = await makeMarketFolder(t);
  await folder.write('um/ETHUSDT-1m-2024-03.csv', minutes(0, 3 * 1440));
  for (const day of ['01', '03']) await folder.write(`um/ETHUSDT-trades-2024-03-${day}.csv`, [TRADE_HEADER, tradeRow(1, 1)].join('\n'));
  const found = await findSeries({ ...query, root: folder.root, fromMs: START_MS, toMs: START_MS + 3 * DAY_MS });
  assert.deepEqual([found.series, found.periodMs], ['bars', 60_000]);
});

test('only the files that touch the window are read, funding included', async (t) => {
  const folder = await makeMarketFolder(t);
  for (const d of [0, 1, 2]) await folder.write(`um/ETHUSDT-1m-2024-03-0${d + 1}.csv`, minutes(d * 1440, 1440));
  for (const month of ['02', '03']) await folder.write(`um/ETHUSDT-fundingRate-2024-${month}.csv`, 'calc_time,last_funding_rate\n1709251200000,0.0001\n');
  const found = await findSeries({ ...query, root: folder.root, fromMs: START_MS + DAY_MS, toMs: START_MS + 2 * DAY_MS });
  assert.deepEqual([names(found.files), names(found.fundingFiles)], [['ETHUSDT-1m-2024-03-02.csv'], ['ETHUSDT-fundingRate-2024-03.csv']]);
  assert.deepEqual([found.fromMs, found.toMs], [START_MS, START_MS + 3 * DAY_MS]);
});

test('a series shorter than the days wanted is taken as it is when no date was asked for', async (t) => {
  const folder = await makeMarketFolder(t);
  await folder.write('ETHUSDT-um-1m-2024-03-01.csv', minutes(0, 600));
  const found = await findSeries({ ...query, root: folder.root, days: 30 });
  assert.deepEqual([found.fromMs, found.toMs], [START_MS, START_MS + 600 * 60_000]);
});

test('a symbol, a market, a window or an interval that no file has is refused, and the message lists what there is', async (t) => {
  const folder = await makeMarketFolder(t);
  await folder.write('ETHUSDT-um-1m-2024-03-01.csv', minutes(0, 600));
  await folder.write('ETHUSDT-spot-1h-2024-03-01.csv', minutes(0, 1));
  const refuse = (change: Partial<Parameters<typeof findSeries>[0]>, message: RegExp): Promise<void> =>
    assert.rejects(
      findSeries({ ...query, root: folder.root, ...change }),
      (error) => (error instanceof InvalidData && message.test(error.message)) || assert.fail(String(error)),
    );
  await refuse({ symbol: 'FOOUSDT' }, /symbol: expected files of FOOUSDT perp in .*, found ETHUSDT spot 1h \(1 file\), ETHUSDT perp 1m \(1 file\)/);
  await refuse({ market: 'spot' }, /ETHUSDT spot: expected trades or bars of at most 60000 ms .*; found none among ETHUSDT spot 1h \(1 file\)/);
  await refuse({ fromMs: START_MS - DAY_MS, toMs: START_MS }, /bars of 1m from 2024-03-01T00:00:00.000Z to 2024-03-01T10:00:00.000Z/);
  await refuse({ fromMs: START_MS + DAY_MS }, /cover the window, from 2024-03-02T00:00:00.000Z to its end/);
  await refuse({ root: `${folder.root}/none` }, /path: expected a folder of market files, found nothing at/);
});

test('of hundreds of daily bar files only the first and the last are read, and a checksum file beside a file spares hashing it', async (t) => {
  const folder = await makeMarketFolder(t);
  const count = 400;
  const day = (i: number): string => new Date(START_MS + i * DAY_MS).toISOString().slice(0, 10);
  const rows = (i: number): string => Array.from({ length: 1440 }, (_, m) => klineRow(i * 1440 + m, 2000)).join('\n');
  for (let i = 0; i < count; i++) {
    const isEdge = i === 0 || i === count - 1;
    await folder.write(`um/ETHUSDT-1m-${day(i)}.csv`, isEdge ? rows(i) : 'no bars, and never looked at');
  }
  await folder.write(`um/ETHUSDT-1m-${day(3)}.csv.CHECKSUM`, `${'ab'.repeat(32)}  ETHUSDT-1m-${day(3)}.csv\n`);
  const found = await findSeries({ ...query, root: folder.root, fromMs: START_MS, toMs: START_MS + count * DAY_MS, series: 'bars' });
  assert.equal(found.files.length, count);
  assert.deepEqual([found.fromMs, found.toMs], [START_MS, START_MS + count * DAY_MS]);
  assert.equal(found.files[3]!.sha256, 'ab'.repeat(32));
  assert.deepEqual(found.files[7]!.span, { fromMs: START_MS + 7 * DAY_MS, toMs: START_MS + 8 * DAY_MS });
});

test('series narrows what is looked for: aggregate trades, trades of either kind, or bars', async (t) => {
  const folder = await makeMarketFolder(t);
  await folder.write('um/ETHUSDT-1m-2024-03-01.csv', minutes(0, 1440));
  await folder.write(
    'um/ETHUSDT-aggTrades-2024-03-01.csv',
    `agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n1,2000,1,1,1,${START_MS},true`,
  );
  const window = { root: folder.root, fromMs: START_MS, toMs: START_MS + DAY_MS };
  const kindOf = async (series: 'auto' | 'trades' | 'aggTrades' | 'bars'): Promise<unknown> => {
    const found = await findSeries({ ...query, ...window, series });
    return [found.series, found.tradeKind];
  };
  assert.deepEqual(await kindOf('auto'), ['trades', 'aggTrades']);
  assert.deepEqual(await kindOf('aggTrades'), ['trades', 'aggTrades']);
  assert.deepEqual(await kindOf('bars'), ['bars', null]);
  await assert.rejects(findSeries({ ...query, ...window, series: 'trades' }), InvalidData);
});

test('the real folder gives ETHUSDT perp 1m with its funding and mark prices, and XRPETH aggregate trades', {
  skip: testData === null && 'no real data',
}, async () => {
  const eth = await findSeries({ ...query, root: testData!, days: 30 });
  assert.deepEqual(names(eth.files), ['ETHUSDT-perp-1m-2025-05-04_2025-06-15.csv.gz']);
  assert.deepEqual(names(eth.fundingFiles), ['ETHUSDT-fundingRate-2025-03-06_2025-06-15.csv.gz', 'ETHUSDT-markPrice-8h-2025-03-06_2025-06-15.csv.gz']);
  assert.equal(new Date(eth.toMs).toISOString(), '2025-06-15T10:44:00.000Z');
  const xrp = await findSeries({ ...query, root: testData!, symbol: 'XRPETH', market: 'spot', days: 2 });
  assert.deepEqual([xrp.series, names(xrp.files)], ['trades', ['XRPETH-spot-aggTrades-2019-10-11T000011_2019-10-13T111928.zip']]);
});
