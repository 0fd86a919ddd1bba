import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { makeFilesSource } from '../../../adapters/market-files/index.js';
import { aggregateTradesText } from '../../../adapters/simulated-archive/csv-text.js';
import { writeArchive } from '../../../adapters/simulated-archive/index.js';
import type { ArchiveKind } from '../../../adapters/simulated-archive/index.js';
import { concatBars } from '../../../core/data/concat-bars.js';
import { barsFromTable } from '../../../core/data/bars.js';
import type { Table } from '../../../core/data/table.js';
import { float64Column, makeTable } from '../../../core/data/table.js';
import { tradesToBars } from '../../../core/data/trades-to-bars.js';
import { simulateFunding } from '../../../core/simulation/market-funding.js';
import { makeMarketSkeleton } from '../../../core/simulation/market.js';
import type { MarketSkeleton } from '../../../core/simulation/market.js';
import { simulateDayTrades } from '../../../core/simulation/market-trades.js';
import type { MarketKind } from '../../../pipeline/config.js';

const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(2024, 11, 30);
const DAYS = ['2024-12-30', '2024-12-31', '2025-01-01'] as const;
const root = await mkdtemp(join(tmpdir(), 'ares-archive-'));
after(async () => rm(root, { recursive: true, force: true }));

const marketOf = (symbol: string): MarketSkeleton =>
  makeMarketSkeleton({
    fromMs: FROM_MS,
    toMs: FROM_MS + 3 * DAY_MS,
    seed: 7,
    symbol,
    blockMs: 900_000,
    tradesPerMinute: 5,
    startPrice: 2000,
    signalStrength: 0.35,
    annualVolatility: 0.6,
  });
const skeleton = marketOf('ETHUSDT');
const trades = DAYS.map((day) => simulateDayTrades(skeleton, Date.parse(day)));
const signal = new AbortController().signal;
const source = makeFilesSource();

/** Writes each kind into a folder of its own and finds it again as source files would. */
async function written(
  name: string,
  market: MarketKind,
  kinds: readonly ArchiveKind[],
  of: MarketSkeleton = skeleton,
): Promise<Awaited<ReturnType<typeof source.find>>> {
  const folder = join(root, name);
  for (const kind of kinds) await writeArchive({ root: folder, skeleton: of, market, kind });
  return source.find({
    root: folder,
    exchange: 'BINANCE',
    market,
    symbol: of.parameters.symbol,
    fromMs: FROM_MS,
    toMs: FROM_MS + 3 * DAY_MS,
    days: 3,
    periodMs: 60_000,
    series: 'auto',
    external: [],
  });
}

async function readTrades(found: Awaited<ReturnType<typeof source.find>>, market: MarketKind, symbol = 'ETHUSDT'): Promise<Table[]> {
  const days = DAYS.map((day, i) => ({ day, fromMs: FROM_MS + i * DAY_MS, toMs: FROM_MS + (i + 1) * DAY_MS }));
  const tables: Table[] = [];
  assert.ok(found.tradeKind !== null);
  for await (const { table, findings } of source.readTradeDays({
    exchange: 'BINANCE',
    market,
    symbol,
    files: found.files,
    signal,
    tradeKind: found.tradeKind,
    days,
  })) {
    assert.deepEqual(
      findings.filter(({ action }) => action !== 'passed'),
      [],
    );
    tables.push(table);
  }
  return tables;
}

for (const market of ['perp', 'spot'] as const) {
  test(`trades of a ${market} market written and read back are the simulated ones, to the bit, with nothing to repair`, async () => {
    const found = await written(`trades-${market}`, market, ['trades']);
    assert.equal(found.series, 'trades');
    const back = await readTrades(found, market);
    for (const [d, table] of back.entries())
      for (const name of ['id', 'timeMs', 'price', 'quantity', 'buyerIsMaker']) assert.deepEqual(table.columns[name], trades[d]!.columns[name], name);
  });
}

test('spot files of 2025 hold microseconds and no header, those before milliseconds; futures files have a header', async () => {
  const text = async (name: string, path: string): Promise<string> => {
    return execFileSync(
      'python3',
      ['-c', 'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip(), z.read(z.namelist()[0]).decode()[:300])', join(root, name, path)],
      { encoding: 'utf8' },
    );
  };
  const spot = 'data/spot/daily/trades/ETHUSDT/ETHUSDT-trades-';
  assert.match(await text('trades-spot', `${spot}2025-01-01.zip`), /^None \d+,\d+\.\d\d,\d+\.\d{3},\d+\.\d{5},1735\d{12},(True|False),True\n/);
  assert.match(await text('trades-spot', `${spot}2024-12-31.zip`), /^None \d+,\d+\.\d\d,\d+\.\d{3},\d+\.\d{5},1735\d{9},(True|False),True\n/);
  assert.match(
    await text('trades-perp', 'data/futures/um/daily/trades/ETHUSDT/ETHUSDT-trades-2025-01-01.zip'),
    /^None id,price,qty,quote_qty,time,is_buyer_maker\n\d+,\d+\.\d\d,\d+\.\d{3},\d+\.\d{5},1735\d{9},(true|false)\n/,
  );
});

test("each zip's .CHECKSUM is its sha256 in sha256sum's format, and nothing half-written lies beside it", async () => {
  const folder = join(root, 'trades-perp/data/futures/um/daily/trades/ETHUSDT');
  const names = await readdir(folder);
  assert.deepEqual(
    names.sort(),
    DAYS.flatMap((day) => [`ETHUSDT-trades-${day}.zip`, `ETHUSDT-trades-${day}.zip.CHECKSUM`]),
  );
  for (const name of names.filter((file) => file.endsWith('.zip'))) {
    const hash = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
    assert.equal(await readFile(join(folder, `${name}.CHECKSUM`), 'utf8'), `${hash}  ${name}\n`);
  }
});

test('the same market is written to the same bytes, and only the days asked for', async () => {
  const request = { skeleton, market: 'perp', kind: 'trades', days: [DAYS[1]] } as const;
  const [path, ...more] = await writeArchive({ ...request, root: join(root, 'again') });
  assert.equal(basename(path!), `ETHUSDT-trades-${DAYS[1]}.zip`);
  assert.deepEqual(more, []);
  assert.deepEqual(await readFile(join(root, 'again', path!)), await readFile(join(root, 'trades-perp', path!)));
});

test('aggregate trades make the same 1m bars but for the number of trades, with ids that go on from day to day', async () => {
  const found = await written('aggregates', 'perp', ['aggTrades']);
  assert.equal(found.tradeKind, 'aggTrades');
  const back = await readTrades(found, 'perp');
  let id = 0;
  for (const table of back) for (const value of float64Column(table, 'id')) assert.equal(value, ++id);
  const [ours, theirs] = [concatBars(trades.map((table) => tradesToBars(table, 60_000))), concatBars(back.map((table) => tradesToBars(table, 60_000)))];
  for (const name of ['openTimeMs', 'high', 'low', 'open', 'close'] as const) assert.deepEqual(theirs[name], ours[name], name);
  theirs.volume.forEach((value, i) => assert.ok(Math.abs(value - ours.volume[i]!) < 1e-9));
});

test('neighbouring trades of one price and side within 100 ms of the first are one aggregate, worked by hand', () => {
  const rows: Table = makeTable({
    timeMs: Float64Array.of(1000, 1040, 1100, 1101, 1102, 1103),
    id: Float64Array.of(7, 8, 9, 10, 11, 12),
    price: Float64Array.of(5, 5, 5, 5, 5.01, 5.01),
    quantity: Float64Array.of(0.1, 0.2, 0.3, 1, 2, 4),
    buyerIsMaker: Uint8Array.of(0, 0, 0, 0, 0, 1),
  });
  const { text, count } = aggregateTradesText(rows, { market: 'perp', symbol: 'ETHUSDT', ticksPerMs: 1 }, 40);
  assert.equal(count, 4);
  assert.deepEqual(text.split('\n').slice(1), [
    '40,5.00,0.600,7,9,1000,false',
    '41,5.00,1.000,10,10,1101,false',
    '42,5.01,2.000,11,11,1102,false',
    '43,5.01,4.000,12,12,1103,true',
    '',
  ]);
});

test('klines read back are the bars of the trades, and funding the simulated payments with the mark price of mark-price klines', async () => {
  const found = await written('klines', 'perp', ['klines', 'fundingRate', 'markPriceKlines']);
  assert.equal(found.series, 'bars');
  const window = { fromMs: FROM_MS, toMs: FROM_MS + 3 * DAY_MS };
  const instrument = { exchange: 'BINANCE', market: 'perp', symbol: 'ETHUSDT', signal } as const;
  const back = barsFromTable((await source.readBars({ ...instrument, files: found.files, window, periodMs: 60_000 })).table);
  const bars = concatBars(trades.map((table) => tradesToBars(table, 60_000)));
  for (const name of ['openTimeMs', 'closeTimeMs', 'open', 'high', 'low', 'close', 'tradeCount'] as const) assert.deepEqual(back[name], bars[name], name);
  for (const name of ['volume', 'quoteVolume', 'takerBuyVolume'] as const)
    back[name].forEach((value, i) => assert.ok(Math.abs(value - bars[name][i]!) < 1e-4, name));
  const funding = (await source.readFunding({ ...instrument, files: found.fundingFiles, window })).table;
  const simulated = simulateFunding(skeleton);
  assert.deepEqual(funding.columns['timeMs'], simulated.columns['timeMs']);
  assert.deepEqual(funding.columns['rate'], simulated.columns['rate']);
});

test('an inverse perpetual is written in whole contracts of 10 dollars, and read back in base currency', async () => {
  const coin = marketOf('ETHUSD_PERP');
  const back = await readTrades(await written('coin', 'coin', ['trades'], coin), 'coin', 'ETHUSD_PERP');
  for (const [d, table] of back.entries()) {
    const whole = simulateDayTrades(coin, Date.parse(DAYS[d]!));
    const [price, quantity] = [float64Column(table, 'price'), float64Column(table, 'quantity')];
    assert.deepEqual(price, float64Column(whole, 'price'));
    quantity.forEach((value, i) => {
      const contracts = (value * price[i]!) / 10;
      assert.ok(Math.abs(contracts - Math.round(contracts)) < 1e-9 && contracts >= 1);
      assert.ok(Math.abs(contracts - Math.max(1, (float64Column(whole, 'quantity')[i]! * price[i]!) / 10)) <= 0.5 + 1e-9);
    });
  }
});

test('a spot market has no funding to write', async () => {
  await assert.rejects(writeArchive({ root, skeleton, market: 'spot', kind: 'fundingRate' }), { name: 'InvalidSpec' });
});
