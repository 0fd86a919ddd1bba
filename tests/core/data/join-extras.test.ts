import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '../../../core/data/bars.js';
import { joinExternal, joinPair } from '../../../core/data/join-extras.js';
import { makeBars } from '../../../core/data/make-bars.js';

const MINUTE_MS = 60_000;

/** Bars that close at the given minutes, each with its minute as close and ten times it as volume. */
function barsClosingAt(closes: readonly number[]): Bars {
  const bars = makeBars(closes.length);
  closes.forEach((minute, i) => {
    bars.openTimeMs[i] = (minute - 1) * MINUTE_MS;
    bars.closeTimeMs[i] = minute * MINUTE_MS;
    bars.close[i] = minute;
    bars.volume[i] = 10 * minute;
  });
  return bars;
}

test('another asset joins with its last close of at most ten minutes ago, and with the volume of the same minute alone', () => {
  const { extras } = joinPair(barsClosingAt([1, 2, 3, 12, 13, 14]), 'OTHER', barsClosingAt([2, 14]));
  assert.deepEqual([...(extras['close:OTHER'] as Float64Array)], [Number.NaN, 2, 2, 2, Number.NaN, 14]);
  assert.deepEqual([...(extras['volume:OTHER'] as Float64Array)], [Number.NaN, 20, Number.NaN, Number.NaN, Number.NaN, 140]);
});

test('an external value joins from the time it is known, as long as the time it speaks of is not too long ago, beside the columns that are there', () => {
  const known = { timeMs: Float64Array.of(0), knownAtMs: Float64Array.of(5 * MINUTE_MS), value: Float64Array.of(7) };
  const bars = { ...barsClosingAt([4, 5, 30, 31]), extras: { bid: Float64Array.of(1, 2, 3, 4) } };
  const { extras } = joinExternal(bars, 'open-interest', known);
  assert.deepEqual([...(extras['openInterest'] as Float64Array)], [Number.NaN, 7, 7, Number.NaN]);
  assert.deepEqual([...(extras['bid'] as Float64Array)], [1, 2, 3, 4]);
});
