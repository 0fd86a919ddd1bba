import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '../../../core/data/bars.js';
import { makeBars } from '../../../core/data/make-bars.js';
import { resampleBars } from '../../../core/data/resample-bars.js';

const MINUTE_MS = 60_000;

/** Six minutes, two coarse bars of three. */
function minutes(extras: Readonly<Record<string, readonly number[]>>): Bars {
  const bars = makeBars(6);
  for (let i = 0; i < 6; i++) {
    bars.openTimeMs[i] = i * MINUTE_MS;
    bars.closeTimeMs[i] = (i + 1) * MINUTE_MS;
    bars.tradeCount[i] = [1, 3, 0, 2, 2, 4][i]!;
  }
  return { ...bars, extras: Object.fromEntries(Object.entries(extras).map(([name, values]) => [name, Float64Array.from(values)])) };
}

test('a coarse bar has the sum, the last, the largest and the means of its minutes, worked by hand; missing minutes are left out', () => {
  const { extras } = resampleBars(
    minutes({
      takerBuyCount: [1, 2, Number.NaN, 4, 5, 6],
      openInterest: [10, 11, Number.NaN, 13, 14, 15],
      'close:OTHER': [1, 2, 3, 4, 5, Number.NaN],
      'volume:OTHER': [1, 2, 3, 4, 5, 6],
      largestSize: [3, 9, 4, 1, Number.NaN, 0],
      quotedSpread: [1, 2, 6, 4, Number.NaN, 8],
      medianSize: [8, 4, Number.NaN, 1, 2, 3],
    }),
    3 * MINUTE_MS,
  );
  assert.deepEqual(Object.fromEntries(Object.entries(extras).map(([name, values]) => [name, [...values]])), {
    takerBuyCount: [3, 15],
    openInterest: [11, 15],
    'close:OTHER': [3, 5],
    'volume:OTHER': [6, 15],
    largestSize: [9, 1],
    quotedSpread: [3, 6],
    // (1 x 8 + 3 x 4) / 4 and (2 x 1 + 2 x 2 + 4 x 3) / 8
    medianSize: [5, 2.25],
  });
});

test('a coarse bar of missing minutes is missing, and a column that no rule is known for is refused by name', () => {
  const missing = resampleBars(minutes({ bid: [Number.NaN, Number.NaN, Number.NaN, 1, 2, 3] }), 3 * MINUTE_MS);
  assert.deepEqual([...(missing.extras['bid'] as Float64Array)], [Number.NaN, 3]);
  assert.throws(() => resampleBars(minutes({ unheard: [1, 2, 3, 4, 5, 6] }), 3 * MINUTE_MS), /expected a bar column out of .*, found unheard/);
});
