import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FLOW_EXTRAS } from '../../../core/data/bar-extras.js';
import { concatBars } from '../../../core/data/concat-bars.js';
import { resampleBars } from '../../../core/data/resample-bars.js';
import { sliceTable } from '../../../core/data/table.js';
import { quantile } from '../../../core/stats/quantile.js';
import { tradesToBars } from '../../../core/data/trades-to-bars.js';
import { tradesOf } from './trade-rows.js';

const near = (found: number, expected: number, name = ''): void =>
  assert.ok(Math.abs(found - expected) <= 1e-12 * Math.max(1, Math.abs(expected)), `${name} ${found}, expected ${expected}`);

test("a minute's flow columns, worked by hand", () => {
  // Returns: none, ln 2, 0, -ln 2, ln 2. Taker sides: + + - - +.
  const { extras } = tradesToBars(
    tradesOf([
      [0, 1, 2, 0],
      [10, 2, 3, 0],
      [10, 2, 1, 1],
      [20, 1, 4, 1],
      [30, 2, 10, 0],
    ]),
    60_000,
  );
  const r = Math.LN2;
  assert.equal(extras.takerBuyCount[0], 3);
  near(extras.realizedVariance[0], 3 * r * r);
  // |r r'| of neighbours: ln2 x 0, 0 x ln2, ln2 x ln2.
  near(extras.bipowerVariation[0], (Math.PI / 2) * r * r);
  near(extras.returnProduct[0], -r * r);
  // 3 ln2 - 1 x 0 - 4 x -ln2 + 10 ln2.
  near(extras.flowReturn[0], 17 * r);
  assert.equal(extras.flowSquare[0], 9 + 1 + 16 + 100);
  // Volume 20, buckets of 4: | 2 + 2 | then 1 - 1 - 2, cut from the sells of 4; - 2 + 2; + 4; + 4.
  assert.equal(extras.bucketImbalance[0], 4 + 2 + 0 + 4 + 4);
  // Sizes 1 2 3 4 10: the 0.95 quantile of type 7 lies 0.8 of the way from 4 to 10 (numpy.quantile gives 8.8).
  assert.deepEqual([extras.medianSize[0], extras.largestSize[0]], [3, 10]);
  near(extras.upperSize[0], 8.8);
});

test('a bar of one trade has no return: its sums are 0, its sizes that of the trade, its imbalance its whole volume', () => {
  const { extras } = tradesToBars(tradesOf([[5, 3, 0.3, 1]]), 1000);
  for (const name of ['takerBuyCount', 'realizedVariance', 'bipowerVariation', 'returnProduct', 'flowReturn', 'flowSquare'] as const)
    assert.equal(extras[name][0], 0, name);
  for (const name of ['medianSize', 'upperSize', 'largestSize'] as const) assert.equal(extras[name][0], 0.3, name);
  near(extras.bucketImbalance[0], 0.3);
});

test('a return never crosses a minute: five minutes hold the sums of their minutes', () => {
  const trades = tradesOf([
    [0, 1, 1, 0],
    [59_999, 2, 1, 0],
    [60_000, 4, 1, 0],
    [61_000, 8, 3, 1],
  ]);
  const { extras, tradeCount } = tradesToBars(trades, 300_000);
  near(extras.realizedVariance[0], 2 * Math.LN2 ** 2);
  near(extras.flowReturn[0], Math.LN2 - 3 * Math.LN2);
  assert.equal(extras.returnProduct[0], 0);
  // Means weighted by trades: (2 x 1 + 2 x 2) / 4.
  assert.deepEqual([tradeCount[0], extras.medianSize[0], extras.largestSize[0]], [4, 1.5, 3]);
});

test('in a bar shorter than a minute, or no whole number of minutes, the trades of the bar are taken together', () => {
  const trades = tradesOf([
    [0, 1, 1, 0],
    [999, 2, 1, 0],
    [1000, 4, 1, 0],
    [60_500, 8, 1, 0],
  ]);
  assert.deepEqual(
    [...tradesToBars(trades, 1000).extras.realizedVariance].map((value) => Math.round(value / Math.LN2 ** 2)),
    [1, 0, 0],
  );
  assert.deepEqual(
    [...tradesToBars(trades, 90_000).extras.realizedVariance].map((value) => Math.round(value / Math.LN2 ** 2)),
    [3],
  );
  assert.throws(() => tradesToBars(trades, 1.5), /expected a bar period of whole milliseconds above 0, found 1.5/);
});

const TRADE = fc.tuple(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 999 }), fc.constantFrom(0, 1));
const TRADES = fc.array(TRADE, { minLength: 1, maxLength: 150 }).map((rows) => {
  let timeMs = 0;
  return tradesOf(
    rows.map(([step, price, quantity, maker]) => {
      timeMs += step;
      return [timeMs, price / 8, quantity / 1000, maker] as const;
    }),
  );
});

/** The definitions of bar-extras.ts by plain arrays, each bucket cut out of the row of volumes on its own. */
function plainFlow(price: readonly number[], quantity: readonly number[], isSell: readonly number[]): Record<string, number> {
  const r = price.slice(1).map((p, i) => Math.log(p) - Math.log(price[i]!));
  const q = quantity.map((size, i) => (isSell[i] === 1 ? -size : size));
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const pairs = r.slice(1).map((value, i) => [value, r[i]!] as const);
  const volume = sum(quantity);
  const ends = quantity.map((_, i) => sum(quantity.slice(0, i + 1)));
  const bucket = (k: number): number =>
    sum(q.map((_, i) => Math.sign(q[i]!) * Math.max(0, Math.min(ends[i]!, (volume * (k + 1)) / 5) - Math.max(ends[i]! - quantity[i]!, (volume * k) / 5))));
  return {
    takerBuyCount: isSell.filter((side) => side === 0).length,
    realizedVariance: sum(r.map((value) => value * value)),
    bipowerVariation: (Math.PI / 2) * sum(pairs.map(([a, b]) => Math.abs(a) * Math.abs(b))),
    returnProduct: sum(pairs.map(([a, b]) => a * b)),
    flowReturn: sum(r.map((value, i) => value * q[i + 1]!)),
    flowSquare: sum(q.slice(1).map((value) => value * value)),
    bucketImbalance: sum([0, 1, 2, 3, 4].map((k) => Math.abs(bucket(k)))),
    largestSize: Math.max(...quantity),
  };
}

test('every flow column of a minute equals its definition written out, and keeps its bounds', () => {
  fc.assert(
    fc.property(TRADES, (trades) => {
      const bars = tradesToBars(trades, 60_000);
      const timeMs = trades.columns['timeMs'] as Float64Array;
      for (const [row, openMs] of bars.openTimeMs.entries()) {
        const rows = [...timeMs.keys()].filter((i) => timeMs[i]! >= openMs && timeMs[i]! < openMs + 60_000);
        const of = (name: string): number[] => rows.map((i) => (trades.columns[name] as Float64Array)[i]!);
        const expected = plainFlow(of('price'), of('quantity'), of('buyerIsMaker'));
        for (const [name, value] of Object.entries(expected)) {
          const found = bars.extras[name]![row]!;
          assert.ok(Math.abs(found - value) <= 1e-10 * Math.max(1, Math.abs(value)), `${name} ${found}, expected ${value}`);
        }
        const { bucketImbalance, medianSize, upperSize, largestSize } = bars.extras;
        const net = Math.abs(2 * bars.takerBuyVolume[row]! - bars.volume[row]!);
        assert.ok(bucketImbalance[row]! <= bars.volume[row]! * (1 + 1e-12) && bucketImbalance[row]! >= net * (1 - 1e-12) - 1e-12);
        assert.deepEqual([medianSize[row], upperSize[row]], [quantile(of('quantity'), 0.5), quantile(of('quantity'), 0.95)]);
        assert.ok(medianSize[row]! <= upperSize[row]! && upperSize[row]! <= largestSize[row]!);
      }
    }),
    { numRuns: 200 },
  );
});

test('any cutting of the trades at ends of bars gives the same bars, to the bit (N17)', () => {
  fc.assert(
    fc.property(TRADES, fc.constantFrom(1000, 60_000, 300_000), fc.array(fc.nat(40), { maxLength: 5 }), (trades, periodMs, cuts) => {
      const timeMs = trades.columns['timeMs'] as Float64Array;
      const edges = [...new Set([0, ...cuts.map((cut) => timeMs.findIndex((time) => time >= cut * periodMs)).filter((at) => at > 0)])].sort((a, b) => a - b);
      const parts = edges.map((from, i) => tradesToBars(sliceTable(trades, from, edges[i + 1] ?? trades.rowCount), periodMs));
      assert.deepEqual(concatBars(parts), tradesToBars(trades, periodMs));
    }),
    { numRuns: 100 },
  );
});

test('coarser bars are those of the minutes, in every column', () => {
  fc.assert(
    fc.property(TRADES, fc.constantFrom(120_000, 3_600_000), (trades, periodMs) => {
      const bars = tradesToBars(trades, periodMs);
      assert.deepEqual(Object.keys(bars.extras), [...FLOW_EXTRAS]);
      assert.deepEqual(bars, resampleBars(tradesToBars(trades, 60_000), periodMs, Number.POSITIVE_INFINITY));
    }),
    { numRuns: 50 },
  );
});
