import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { hashFile } from '../../../adapters/market-files/file-hash.js';
import { readTradeDays } from '../../../adapters/market-files/read-trade-days.js';
import { barIds, findIdGaps } from '../../../core/bars/id-gaps.js';
import type { Reconciliation } from '../../../core/bars/reconcile-klines.js';
import { reconcileKlines } from '../../../core/bars/reconcile-klines.js';
import type { Bars } from '../../../core/data/bars.js';
import { makeBars } from '../../../core/data/make-bars.js';
import type { Table } from '../../../core/data/table.js';
import { float64Column, takeRows, textColumn } from '../../../core/data/table.js';
import { tradesToBars } from '../../../core/data/trades-to-bars.js';
import { InvalidData } from '../../../core/errors.js';
import { testData } from '../../support/test-data.js';
import { gzipRows, tradesOf } from './trade-rows.js';

const MINUTE_MS = 60_000;
const skip = testData === null && 'no real market data (ARES_TEST_DATA)';

/** All 12,477 real XRPETH trades as one table. */
async function xrpTrades(): Promise<Table> {
  const folder = join(testData!, 'trades');
  const file = await hashFile(join(folder, readdirSync(folder).find((name) => name.startsWith('XRPETH-spot-aggTrades'))!));
  for await (const { table } of readTradeDays([file], [{ day: 'all', fromMs: 0, toMs: 2e12 }])) return table;
  throw new Error('no trades');
}

/** The venue's bars as freqtrade has them: prices and volume only. */
function xrpKlines(): Bars {
  const rows = gzipRows(join(testData!, 'oracle'), 'XRPETH-1m-from-trades.csv.gz').map((cells) => cells.map(Number));
  const bars = makeBars(rows.length);
  for (const [i, [openMs, open, high, low, close, volume]] of rows.entries()) {
    bars.openTimeMs[i] = openMs!;
    bars.closeTimeMs[i] = openMs! + MINUTE_MS;
    [bars.open[i], bars.high[i], bars.low[i], bars.close[i], bars.volume[i]] = [open!, high!, low!, close!, volume!];
    bars.quoteVolume[i] = bars.tradeCount[i] = bars.takerBuyVolume[i] = Number.NaN;
  }
  return bars;
}

function reconcile(trades: Table, klines: Bars): Reconciliation {
  return reconcileKlines({ bars: tradesToBars(trades, MINUTE_MS), ids: barIds(trades, MINUTE_MS), gaps: findIdGaps(trades), klines });
}

test('gaps lie between the trades on their two sides, the trade before the table included', () => {
  const trades = { ...tradesOf([0, 5, 9].map((ms) => [ms, 1, 1, 0] as const)) };
  const table = { ...trades, columns: { ...trades.columns, id: Float64Array.of(7, 8, 12) } };
  const gaps = findIdGaps(table, { id: 3, timeMs: -40 });
  assert.deepEqual(Object.fromEntries(Object.entries(gaps.columns).map(([name, column]) => [name, [...column]])), {
    fromMs: [-40, 5],
    toMs: [0, 9],
    afterId: [3, 8],
    beforeId: [7, 12],
    missing: [3, 3],
  });
  assert.equal(findIdGaps(table).rowCount, 1);
  assert.throws(() => findIdGaps(table, { id: 7, timeMs: 0 }), InvalidData);
});

test('the real XRPETH trades have no gap, and none of their bars differs from the klines', { skip }, async () => {
  const report = reconcile(await xrpTrades(), xrpKlines());
  assert.deepEqual([report.equal, report.differences.rowCount, report.gaps.rowCount], [2469, 0, 0]);
});

test('trades taken out of the real data are found: the report names every gap and every minute', { skip }, async () => {
  const trades = await xrpTrades();
  const id = float64Column(trades, 'id');
  const timeMs = float64Column(trades, 'timeMs');
  const klines = xrpKlines();
  const minuteOf = (row: number): number => Math.floor(timeMs[row]! / MINUTE_MS) * MINUTE_MS;
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 12_400 }), fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 6 }), (cuts) => {
      const isGone = (row: number): boolean => cuts.some(([from, count]) => row >= from && row < from + count);
      const kept = [...id.keys()].filter((row) => !isGone(row));
      const gone = [...id.keys()].filter(isGone);
      const { differences, gaps } = reconcile(takeRows(trades, kept), klines);
      assert.deepEqual([...float64Column(differences, 'openTimeMs')], [...new Set(gone.map(minuteOf))]);
      assert.ok(textColumn(differences, 'explanation').every((text) => text === 'id gap'));
      // Every planted gap with its ids, and no other.
      const planted = gone.filter((row) => !isGone(row - 1)).map((row) => id[row - 1]!);
      assert.deepEqual([...float64Column(gaps, 'afterId')], planted);
      assert.equal(
        float64Column(gaps, 'missing').reduce((sum, count) => sum + count, 0),
        gone.length,
      );
      // A minute without a trade left has no bar, and the others say what they hold.
      for (const [row, openMs] of float64Column(differences, 'openTimeMs').entries()) {
        const left = kept.filter((at) => minuteOf(at) === openMs);
        assert.equal(textColumn(differences, 'found')[row], left.length === 0 ? 'no bar' : 'differs');
        assert.equal(float64Column(differences, 'firstId')[row], left.length === 0 ? Number.NaN : id[left[0]!]);
      }
    }),
    { numRuns: 20 },
  );
});

test('a difference that no gap explains is said to have none, and nothing fails', { skip }, async () => {
  const klines = xrpKlines();
  klines.volume[100]! += 3;
  klines.high[200]! *= 1.01;
  const { differences } = reconcile(await xrpTrades(), klines);
  assert.deepEqual([...float64Column(differences, 'openTimeMs')], [klines.openTimeMs[100], klines.openTimeMs[200]]);
  assert.deepEqual(textColumn(differences, 'columns'), ['volume', 'high']);
  assert.deepEqual(textColumn(differences, 'explanation'), ['none found', 'none found']);
  assert.equal(float64Column(differences, 'volume')[0], -3);
});

test('a minute that only one side has is reported; a kline without volume needs no bar', () => {
  const bars = tradesToBars(
    tradesOf([
      [0, 1, 1, 0],
      [60_000, 2, 1, 0],
    ]),
    MINUTE_MS,
  );
  const klines = makeBars(3);
  klines.openTimeMs.set([0, 120_000, 180_000]);
  klines.closeTimeMs.set([60_000, 180_000, 240_000]);
  for (const name of ['open', 'high', 'low', 'close'] as const) klines[name].set([1, 5, 5]);
  klines.volume.set([1, 0, 2]);
  klines.quoteVolume.set([1, 0, 10]);
  klines.tradeCount.set([1, 0, 1]);
  klines.takerBuyVolume.set([1, 0, 2]);
  const ids = barIds(tradesOf([[0, 1, 1, 0]]), MINUTE_MS);
  const { differences, equal } = reconcileKlines({ bars, klines, ids, gaps: findIdGaps(tradesOf([])) });
  assert.equal(equal, 1);
  assert.deepEqual(
    [[...float64Column(differences, 'openTimeMs')], textColumn(differences, 'found')],
    [
      [60_000, 180_000],
      ['no kline', 'no bar'],
    ],
  );
});
