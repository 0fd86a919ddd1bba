/** Imputation and repair: only from the past, flagged, and how wrong they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Bars } from '../../../core/data/bars.js';
import { barCount, barsFromTable, barsKnownBy, barsToTable, sliceBars } from '../../../core/data/bars.js';
import { resampleBars } from '../../../core/data/resample-bars.js';
import { takeRows } from '../../../core/data/table.js';
import { InsufficientData } from '../../../core/errors.js';
import { imputationError } from '../../../core/quality/imputation-error.js';
import { imputeBars } from '../../../core/quality/impute-bars.js';
import { BAR_REPAIR, repairBars } from '../../../core/quality/repair-bars.js';
import { makeRandom } from '../../../core/stats/random.js';
import { realBars } from '../../support/real-series.js';
import { walkBars } from '../../support/synthetic-bars.js';
import { testData } from '../../support/test-data.js';

const MINUTE_MS = 60_000;

function without(bars: Bars, hidden: readonly number[]): Bars {
  const kept = Int32Array.from({ length: barCount(bars) }, (_, row) => row).filter((row) => !hidden.includes(row));
  return barsFromTable(takeRows(barsToTable(bars), kept));
}

test('carry fills a gap with the last close and no trades, and says so in each cell', () => {
  const whole: Bars = { ...walkBars(6, 1), extras: { takerBuyCount: Float64Array.of(1, 2, 3, 4, 5, 6), largestSize: Float64Array.of(1, 2, 3, 4, 5, 6) } };
  const filled = imputeBars(without(whole, [2, 3]), MINUTE_MS, { method: 'carry', maxBars: 5 });
  assert.deepEqual(filled.openTimeMs, whole.openTimeMs);
  assert.deepEqual(filled.closeTimeMs, whole.closeTimeMs);
  assert.deepEqual(filled.extras['imputed'], Float64Array.of(0, 0, 1, 1, 0, 0));
  for (const row of [2, 3]) {
    for (const name of ['open', 'high', 'low', 'close'] as const) assert.equal(filled[name][row], whole.close[1]);
    for (const name of ['volume', 'quoteVolume', 'tradeCount', 'takerBuyVolume'] as const) assert.equal(filled[name][row], 0);
  }
  assert.deepEqual(filled.extras['takerBuyCount'], Float64Array.of(1, 2, 0, 0, 5, 6));
  assert.deepEqual(filled.extras['largestSize'], Float64Array.of(1, 2, Number.NaN, Number.NaN, 5, 6));
  assert.deepEqual(filled.close[4], whole.close[4]);
});

test('none leaves the bars as they are; carry without a gap changes nothing but the flag', () => {
  const bars = walkBars(20, 2);
  assert.equal(imputeBars(bars, MINUTE_MS, { method: 'none', maxBars: 5 }), bars);
  assert.deepEqual(imputeBars(bars, MINUTE_MS, { method: 'carry', maxBars: 5 }), { ...bars, extras: { imputed: new Float64Array(20) } });
});

test('an amount that the source does not have stays missing in a filled bar', () => {
  const bars = { ...walkBars(5, 2), quoteVolume: new Float64Array(5).fill(Number.NaN) };
  assert.ok(Number.isNaN(imputeBars(without(bars, [2]), MINUTE_MS, { method: 'carry', maxBars: 1 }).quoteVolume[2]));
});

test('no more than maxBars are filled after the last bar before a gap', () => {
  const filled = imputeBars(without(walkBars(12, 3), [3, 4, 5, 6, 7]), MINUTE_MS, { method: 'carry', maxBars: 2 });
  assert.deepEqual(
    [...filled.openTimeMs].map((timeMs) => (timeMs - filled.openTimeMs[0]!) / MINUTE_MS),
    [0, 1, 2, 3, 4, 8, 9, 10, 11],
  );
});

test('a coarse bar out of filled bars is flagged', () => {
  const filled = imputeBars(without(walkBars(15, 3), [7]), MINUTE_MS, { method: 'carry', maxBars: 2 });
  assert.deepEqual(resampleBars(filled, 5 * MINUTE_MS).extras['imputed'], Float64Array.of(0, 1, 0));
});

test('bars filled in and repaired up to any time are the same without the bars after it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 20, max: 120 }), (seed, rows) => {
      const random = makeRandom(seed);
      const hidden = Array.from({ length: rows }, (_, row) => row).filter((row) => row > 0 && random.uniform() < 0.3);
      const bars = without(walkBars(rows, seed), hidden);
      for (let row = 0; row < barCount(bars); row++) if (random.uniform() < 0.15) for (const name of ['high', 'close'] as const) bars[name][row]! *= 10;
      const make = (known: Bars): Bars => imputeBars(repairBars(known).bars, MINUTE_MS, { method: 'carry', maxBars: 3 });
      const cut = 1 + random.below(barCount(bars));
      const early = make(sliceBars(bars, 0, cut));
      const late = barsKnownBy(make(bars), bars.closeTimeMs[cut - 1]!);
      assert.equal(barCount(early), barCount(late));
      for (const name of ['openTimeMs', 'open', 'high', 'low', 'close', 'volume'] as const) assert.deepEqual(early[name], late[name]);
      assert.deepEqual(early.extras['imputed'], late.extras['imputed']);
    }),
  );
});

test('the error of a carried close is that of a hand-worked hole', () => {
  const bars = walkBars(4, 1);
  bars.close.set([100, 110, 121, 100]);
  // One hole of one bar: row 1 or 2, each a log return of 0.0953 away from the close before it.
  const { compared, meanAbsolute, rootMeanSquare } = imputationError(bars, MINUTE_MS, { holes: 1, length: 1, random: makeRandom(1) });
  assert.equal(compared, 1);
  assert.ok(Math.abs(meanAbsolute - Math.log(1.1)) < 1e-12 && Math.abs(rootMeanSquare - Math.log(1.1)) < 1e-12);
  assert.throws(() => imputationError(bars, MINUTE_MS, { holes: 2, length: 1, random: makeRandom(1) }), InsufficientData);
});

test('masked bars of ETHUSDT: carrying over one bar errs by one move, over ten by some more (C9)', { skip: testData === null && 'no real data' }, () => {
  const bars = realBars(testData!, 'ETHUSDT-perp-1m-2025-05-04_2025-06-15.csv.gz', MINUTE_MS);
  const one = imputationError(bars, MINUTE_MS, { holes: 1000, length: 1, random: makeRandom(5) });
  const ten = imputationError(bars, MINUTE_MS, { holes: 1000, length: 10, random: makeRandom(5) });
  const bps = (value: number): string => (1e4 * value).toFixed(1);
  console.log(`| hole | compared | mean absolute error | root mean square | mean move of a bar |`);
  for (const [length, found] of [
    [1, one],
    [10, ten],
  ] as const) {
    console.log(`| ${length} bars | ${found.compared} | ${bps(found.meanAbsolute)} bps | ${bps(found.rootMeanSquare)} bps | ${bps(found.meanMove)} bps |`);
  }
  assert.deepEqual([one.compared, ten.compared], [1000, 10_000]);
  assert.ok(one.meanAbsolute > 0.85 * one.meanMove && one.meanAbsolute < 1.15 * one.meanMove, `${one.meanAbsolute} of ${one.meanMove}`);
  // The mean of sqrt(1) to sqrt(10) is 2.25 moves, for a walk.
  assert.ok(ten.meanAbsolute > 1.8 * ten.meanMove && ten.meanAbsolute < 2.7 * ten.meanMove, `${ten.meanAbsolute} of ${ten.meanMove}`);
});

test('a misplaced decimal point is replaced by what was known: close by the last close, extreme by open and close', () => {
  const bars = walkBars(30, 6);
  const good = { close: bars.close[9]!, open: bars.open[20]!, last: bars.close[20]! };
  bars.close[10]! *= 10;
  bars.high[10] = bars.close[10]!;
  bars.low[20]! /= 10;
  const { bars: repaired, rows } = repairBars(bars);
  assert.deepEqual(rows, [10, 20]);
  assert.equal(repaired.close[10], good.close);
  assert.equal(repaired.high[10], Math.max(repaired.open[10]!, good.close));
  assert.equal(repaired.low[20], Math.min(good.open, good.last));
  assert.deepEqual(
    [...repaired.extras['imputed']!.keys()].filter((row) => repaired.extras['imputed']![row] === 1),
    [10, 20],
  );
  assert.ok(bars.close[10]! > 10 * good.close * 0.9, 'the bars given stay as they are');
});

test('bars without an impossible price come back as the same object', () => {
  const bars = walkBars(100, 7);
  assert.equal(repairBars(bars).bars, bars);
});

test('a price that moved for good is accepted after five bars', () => {
  const bars = walkBars(40, 8);
  for (let row = 20; row < 40; row++) for (const name of ['open', 'high', 'low', 'close'] as const) bars[name][row]! *= 3;
  const { bars: repaired, rows } = repairBars(bars);
  assert.deepEqual(rows, [20, 21, 22, 23, 24].slice(0, BAR_REPAIR.newLevelAfter));
  assert.deepEqual(repaired.close.subarray(25), bars.close.subarray(25));
});
