import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BarRule, SignedRule } from '../../../core/bars/bar-rule.js';
import { makeBarBuilder } from '../../../core/bars/bar-builder.js';
import type { Bars } from '../../../core/data/bars.js';
import { barCount, barsToTable } from '../../../core/data/bars.js';
import type { Table } from '../../../core/data/table.js';
import { sliceTable } from '../../../core/data/table.js';
import { tradesToBars } from '../../../core/data/trades-to-bars.js';
import { InvalidData } from '../../../core/errors.js';
import { testData } from '../../support/test-data.js';
import { gzipRows, oracleTicks, tradesOf } from './trade-rows.js';

const skip = testData === null && 'no real market data (ARES_TEST_DATA)';
let read: Table | null = null;
function ticks(): Table {
  read ??= oracleTicks(testData!);
  return read;
}

const signed = (rule: Partial<SignedRule>): SignedRule => ({
  kind: 'imbalance',
  unit: 'tick',
  side: 'taker',
  expectedTrades: 2,
  window: 10,
  adapts: false,
  barWindow: 10,
  ...rule,
});

test('tick, volume and dollar bars end with the trade that reaches the threshold, and what is left over makes no bar', () => {
  const trades = tradesOf([
    [1000, 10, 1, 0],
    [1000, 11, 2, 1],
    [1005, 9, 3, 0],
    [1005, 12, 1, 0],
    [2000, 10, 4, 1],
  ]);
  const tick = makeBarBuilder({ kind: 'standard', unit: 'tick', threshold: 2 });
  const bars = tick.push(trades);
  assert.equal(tick.finish(), 1);
  assert.deepEqual([...bars.openTimeMs], [1000, 1005]);
  assert.deepEqual([...bars.closeTimeMs], [1001, 1006]);
  assert.deepEqual(
    [[...bars.open], [...bars.high], [...bars.low], [...bars.close]],
    [
      [10, 9],
      [11, 12],
      [10, 9],
      [11, 12],
    ],
  );
  assert.deepEqual(
    [[...bars.volume], [...bars.quoteVolume], [...bars.tradeCount], [...bars.takerBuyVolume]],
    [
      [3, 4],
      [32, 39],
      [2, 2],
      [1, 4],
    ],
  );
  const counts = (rule: BarRule): number[] => [...makeBarBuilder(rule).push(trades).tradeCount];
  // Volumes 1 2 3 1 4: 6 is reached by the third, 5 by the last.
  assert.deepEqual(counts({ kind: 'standard', unit: 'volume', threshold: 5 }), [3, 2]);
  // 10 22 27 12 40 quote.
  assert.deepEqual(counts({ kind: 'standard', unit: 'dollar', threshold: 33 }), [3, 2]);
});

test('a bar that ends within a millisecond shares it with the next, and no time of closing falls', () => {
  const bars = makeBarBuilder({ kind: 'standard', unit: 'tick', threshold: 1 }).push(
    tradesOf([
      [5, 1, 1, 0],
      [5, 2, 1, 0],
      [6, 3, 1, 0],
    ]),
  );
  assert.deepEqual([...bars.openTimeMs], [5, 5, 6]);
  assert.deepEqual([...bars.closeTimeMs], [6, 6, 7]);
});

test('a tick imbalance bar ends when the imbalance exceeds the expected one, worked by hand', () => {
  // Sides + + + - + +; the first two trades give the expectation 1, threshold 2 x 1; the third takes the imbalance to 3.
  const sides = [0, 0, 0, 1, 0, 0];
  const bars = makeBarBuilder(signed({ window: 2 })).push(tradesOf(sides.map((maker, i) => [i, 10, 1, maker])));
  // Then the expectation over the last two of + + + is 1 again: the imbalance of - + + is 1, which does not exceed 2.
  assert.deepEqual([...bars.tradeCount], [3]);
  // A volume of 5 on the last trade does: 5 - 1 + 1 > 2.
  const volumes = [1, 1, 1, 1, 1, 5];
  const byVolume = makeBarBuilder(signed({ window: 2, unit: 'volume' })).push(tradesOf(sides.map((maker, i) => [i, 10, volumes[i]!, maker])));
  assert.deepEqual([...byVolume.tradeCount], [3, 3]);
});

test('a tick run bar ends when the longer side exceeds the expected one, worked by hand', () => {
  // Two buys and two sells are needed first: after + - + - the share of buys is 1/2, so the threshold is 2 x 1/2 = 1, and the two buys so far exceed it.
  const bars = makeBarBuilder(signed({ kind: 'run' })).push(tradesOf([0, 1, 0, 1, 1, 0, 1].map((maker, i) => [i, 10, 1, maker])));
  // Then threshold 1 again: - + - has two sells at its third trade.
  assert.deepEqual([...bars.tradeCount], [4, 3]);
});

test('a rule out of range and time going backwards are refused, across pushes too', () => {
  assert.throws(() => makeBarBuilder({ kind: 'standard', unit: 'tick', threshold: 0 }), /expected threshold above 0, found 0/);
  assert.throws(() => makeBarBuilder(signed({ window: 1.5 })), /expected window as a whole number above 0, found 1.5/);
  assert.throws(() => makeBarBuilder(signed({ bounds: [5, 1] })), /expected bounds above 0 in ascending order, found 5 and 1/);
  const builder = makeBarBuilder({ kind: 'standard', unit: 'tick', threshold: 1 });
  builder.push(tradesOf([[5, 1, 1, 0]]));
  assert.throws(() => builder.push(tradesOf([[4, 1, 1, 0]])), InvalidData);
});

/** The library's columns of a bar; its cum_buy_volume goes by the tick rule, which the sides of oracleTicks hold. */
function assertOracle(bars: Bars, name: string, stampOf: (cell: string) => number): void {
  const rows = gzipRows(join(testData!, 'oracle'), name);
  assert.ok(barCount(bars) >= rows.length, `${barCount(bars)} bars, ${rows.length} expected`);
  for (const [row, cells] of rows.entries()) {
    const [stamp, , open, high, low, close, volume, buyVolume, count, dollars] = cells;
    assert.deepEqual(
      [bars.closeTimeMs[row], bars.open[row], bars.high[row], bars.low[row], bars.close[row]],
      [stampOf(stamp!), ...[open, high, low, close].map(Number)],
      `${name} row ${row}`,
    );
    assert.deepEqual(
      [bars.volume[row], bars.takerBuyVolume[row], bars.tradeCount[row], bars.quoteVolume[row]],
      [volume, buyVolume, count, dollars].map(Number),
      `${name} row ${row}`,
    );
  }
}

const AT_LAST_TRADE = (cell: string): number => Date.parse(`${cell.replace(' ', 'T')}Z`) + 1;
const ORACLES: readonly (readonly [string, BarRule, number])[] = [
  ['expected-tick-bars.csv.gz', { kind: 'standard', unit: 'tick', threshold: 1000 }, 500],
  ['expected-volume-bars.csv.gz', { kind: 'standard', unit: 'volume', threshold: 5000 }, 367],
  ['expected-dollar-bars.csv.gz', { kind: 'standard', unit: 'dollar', threshold: 10_000_000 }, 302],
  ['expected-const-dollar-imbalance-bars.csv.gz', signed({ unit: 'dollar', side: 'tickRule', expectedTrades: 1000, window: 10_000 }), 8876],
];
for (const [name, rule, count] of ORACLES) {
  // The library stamps a bar with its last trade's time, ours closes 1 ms later.
  test(`${name}: mlfinpy 0.1.2's ${count} bars exactly`, { skip }, () => {
    const builder = makeBarBuilder(rule);
    const bars = builder.push(ticks());
    assert.equal(barCount(bars), count);
    assertOracle(bars, name, AT_LAST_TRADE);
    assert.equal(builder.finish(), 500_000 - bars.tradeCount.reduce((sum, n) => sum + n, 0));
  });
}

test('expected-time-bars-1min.csv.gz: mlfinpy 0.1.2 has the same bars, all but the last, whose minute it never saw end', { skip }, () => {
  const bars = tradesToBars(ticks(), 60_000);
  assert.equal(barCount(bars), 2264);
  assertOracle(bars, 'expected-time-bars-1min.csv.gz', (cell) => Number(cell) * 1000);
});

/**
 * Computed with mlfinpy 0.1.2 (numpy 1.26.4, numba 0.60.0) on the same 500,000 trades: exp_num_ticks_init 500,
 * expected_imbalance_window 1000, num_prev_bars 10, exp_num_ticks_constraints [100, 2000]. Number of bars, the trades up to the
 * first five and the last bar, and the sum of the trades up to each bar.
 */
const REFERENCES: readonly (readonly [string, Partial<SignedRule>, number, readonly number[], number])[] = [
  ['const volume imbalance', { unit: 'volume' }, 739, [694, 1761, 1855, 2253, 3465, 499_360], 191_622_272],
  ['const tick imbalance', {}, 922, [549, 832, 998, 1018, 1126, 499_279], 218_846_080],
  ['EMA volume imbalance', { unit: 'volume', adapts: true }, 33, [694, 1811, 2910, 7288, 11_230, 499_220], 7_494_022],
  ['EMA tick imbalance', { adapts: true }, 38_953, [549, 839, 905, 911, 920, 499_999], 8_976_456_445],
  ['const tick run', { kind: 'run' }, 1127, [1325, 1744, 2175, 2756, 3280, 499_952], 283_903_173],
  ['const dollar run', { kind: 'run', unit: 'dollar' }, 1110, [1325, 1744, 1893, 2580, 3003, 499_876], 281_300_029],
  ['EMA volume run', { kind: 'run', unit: 'volume', adapts: true }, 4588, [1325, 2163, 3196, 4767, 6605, 499_970], 1_300_976_376],
];
for (const [name, rule, count, ends, sum] of REFERENCES) {
  test(`${name} bars end with the trades at which mlfinpy 0.1.2 ends them`, { skip }, () => {
    const bars = makeBarBuilder(signed({ side: 'tickRule', expectedTrades: 500, window: 1000, bounds: [100, 2000], ...rule })).push(ticks());
    let trades = 0;
    const found = Array.from(bars.tradeCount, (n) => {
      trades += n;
      return trades;
    });
    assert.equal(found.length, count);
    assert.deepEqual([...found.slice(0, 5), found.at(-1)], ends);
    assert.equal(
      found.reduce((total, end) => total + end, 0),
      sum,
    );
  });
}

const RULES: readonly BarRule[] = [
  { kind: 'standard', unit: 'tick', threshold: 3 },
  { kind: 'standard', unit: 'volume', threshold: 1.2 },
  { kind: 'standard', unit: 'dollar', threshold: 1.5 },
  signed({ unit: 'dollar', side: 'tickRule', expectedTrades: 3, window: 5 }),
  signed({ adapts: true, bounds: [1, 6], expectedTrades: 3, window: 4, barWindow: 2 }),
  signed({ kind: 'run', unit: 'volume', adapts: true, bounds: [1, 6], window: 4, barWindow: 2 }),
];

/** Rows [ms since the trade before, price and quantity in tenths, buyerIsMaker]. */
function steppedTrades(rows: readonly (readonly [number, number, number, number])[]): Table {
  let timeMs = 0;
  return tradesOf(
    rows.map(([step, price, quantity, maker]) => {
      timeMs += step;
      return [timeMs, price / 10, quantity / 10, maker] as const;
    }),
  );
}

const TRADE = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 8, max: 12 }), fc.integer({ min: 1, max: 9 }), fc.constantFrom(0, 1));

test('any cutting of the trades into pieces gives the same bars, to the bit (N17)', () => {
  fc.assert(
    fc.property(fc.array(TRADE, { minLength: 1, maxLength: 120 }), fc.array(fc.nat(120), { maxLength: 12 }), fc.constantFrom(...RULES), (rows, cuts, rule) => {
      const trades = steppedTrades(rows);
      const whole = barsToTable(makeBarBuilder(rule).push(trades));
      const builder = makeBarBuilder(rule);
      const edges = [0, ...cuts.map((cut) => Math.min(cut, rows.length)).sort((a, b) => a - b), rows.length];
      const pieces = edges.slice(1).map((to, i) => barsToTable(builder.push(sliceTable(trades, edges[i]!, to))));
      for (const name of Object.keys(whole.columns)) {
        assert.deepEqual(
          pieces.flatMap((piece) => [...(piece.columns[name] as Float64Array)]),
          [...(whole.columns[name] as Float64Array)],
          name,
        );
      }
      assert.equal(builder.finish() + (whole.columns['tradeCount'] as Float64Array).reduce((sum, n) => sum + n, 0), rows.length);
    }),
    { numRuns: 300 },
  );
});

test('no bar is invented and none knows a later trade: bars of a prefix are the first bars of the whole, at 200 random cuts', () => {
  fc.assert(
    fc.property(fc.array(TRADE, { minLength: 2, maxLength: 80 }), fc.nat(80), fc.constantFrom(...RULES), (rows, cut, rule) => {
      const trades = steppedTrades(rows);
      const whole = makeBarBuilder(rule).push(trades);
      const part = makeBarBuilder(rule).push(sliceTable(trades, 0, Math.min(cut, rows.length)));
      for (const name of ['openTimeMs', 'closeTimeMs', 'close', 'volume', 'tradeCount'] as const) {
        assert.deepEqual([...part[name]], [...whole[name].slice(0, barCount(part))], name);
      }
      assert.ok(whole.tradeCount.every((n) => n >= 1));
    }),
    { numRuns: 200 },
  );
});
