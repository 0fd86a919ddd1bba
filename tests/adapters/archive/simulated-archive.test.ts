import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeArchive } from '../../../adapters/simulated-archive/index.js';
import { float64Column } from '../../../core/data/table.js';
import { makeMarketSkeleton } from '../../../core/simulation/market.js';
import { simulateDayTrades } from '../../../core/simulation/market-trades.js';
import type { MarketKind } from '../../../pipeline/config.js';
import { DAY_MS, readDays, requestOf, startArchiveRig, tradesQuery } from '../../support/archive-rig.js';

const FROM_MS = Date.UTC(2024, 11, 31);
const DAYS = [FROM_MS, FROM_MS + DAY_MS];

for (const market of ['spot', 'perp', 'coin'] as const satisfies readonly MarketKind[]) {
  test(`a simulated ${market} market served as the exchange's archive gives its trades, bars and funding back`, async (t) => {
    const symbol = market === 'coin' ? 'ETHUSD_PERP' : 'ETHUSDT';
    const shape = { seed: 7, blockMs: 900_000, tradesPerMinute: 3, startPrice: 2000, signalStrength: 0.35, annualVolatility: 0.6 };
    const skeleton = makeMarketSkeleton({ ...shape, symbol, fromMs: FROM_MS, toMs: FROM_MS + 2 * DAY_MS });
    const root = await mkdtemp(join(tmpdir(), 'ares-simulated-'));
    t.after(() => rm(root, { recursive: true, force: true }));
    const { server, makeSource } = await startArchiveRig(t);
    for (const kind of market === 'spot' ? (['trades', 'klines'] as const) : (['trades', 'klines', 'fundingRate', 'markPriceKlines'] as const)) {
      for (const path of await writeArchive({ root, skeleton, market, kind })) {
        const checksum = (await readFile(join(root, `${path}.CHECKSUM`), 'utf8')).slice(0, 64);
        server.put(path, await readFile(join(root, path)), checksum);
      }
    }
    const source = makeSource();
    const query = tradesQuery(2, { market, symbol, fromMs: FROM_MS, toMs: FROM_MS + 2 * DAY_MS });
    const found = await source.find(query);
    const tables = await readDays(source, query, found);
    for (const [i, dayMs] of DAYS.entries()) {
      const expected = simulateDayTrades(skeleton, dayMs);
      for (const column of ['timeMs', 'id', 'price']) assert.deepEqual(float64Column(tables[i]!, column), float64Column(expected, column), column);
      // COIN-M trades whole contracts of 10 dollars: the simulated quantity comes back rounded to one, and never to none.
      if (market !== 'coin') assert.deepEqual(float64Column(tables[i]!, 'quantity'), float64Column(expected, 'quantity'));
      else assert.ok(float64Column(tables[i]!, 'quantity').every((quantity, row) => isWhole((quantity * float64Column(expected, 'price')[row]!) / 10)));
    }
    const window = { fromMs: found.fromMs, toMs: found.toMs };
    const bars = await source.find({ ...query, series: 'bars' });
    const { table } = await source.readBars({ ...requestOf(query, bars.files), window, periodMs: 60_000 });
    const traded = tables.reduce((sum, trades) => sum + total(float64Column(trades, 'quantity')), 0);
    assert.ok(Math.abs(total(float64Column(table, 'volume')) / traded - 1) < (market === 'coin' ? 1e-2 : 1e-9), 'bars hold the volume of the trades');
    const funding = await source.readFunding({ ...requestOf(query, found.fundingFiles), window });
    assert.equal(funding.table.rowCount, market === 'spot' ? 0 : 6);
    assert.ok(float64Column(funding.table, 'markPrice').every((price) => price > 0));
  });
}

function isWhole(contracts: number): boolean {
  return contracts > 0.5 && Math.abs(contracts - Math.round(contracts)) < 1e-6;
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
