/** Coarser bars seen from finer ones: against resampled bars, and never before they closed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Bars } from '../../../core/data/bars.js';
import { BAR_COLUMNS, barCount, barsFromTable, barsToTable } from '../../../core/data/bars.js';
import { resampleBars } from '../../../core/data/resample-bars.js';
import { sliceTable } from '../../../core/data/table.js';
import { FEATURES } from '../../../core/features/features.js';
import { logRatio } from '../../../core/features/rolling/log-ratio.js';
import { coarseBars } from '../../../core/features/multi-timeframe/coarse-bars.js';
import { timeframeFeatures } from '../../../core/features/multi-timeframe/timeframe-trend.js';
import { warmUpBars } from '../../../core/features/warm-up.js';
import { makeRandom } from '../../../core/stats/random.js';
import { walkBars } from '../../support/synthetic-bars.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NONE = { regimes: null, funding: null };

function column(name: string, bars: Bars): Float64Array {
  return timeframeFeatures.find((feature) => feature.name === name)!.compute(bars, NONE);
}

/** The walk without the bars whose draw falls in `share`. */
function withGaps(bars: Bars, share: number, seed: number): Bars {
  const random = makeRandom(seed);
  const kept = Array.from({ length: barCount(bars) }, (_, t) => t).filter(() => random.uniform() >= share);
  const table = barsToTable(bars);
  const columns = Object.fromEntries(BAR_COLUMNS.map((name) => [name, Float64Array.from(kept, (t) => bars[name][t]!)]));
  return barsFromTable({ ...sliceTable(table, 0, 0), rowCount: kept.length, columns });
}

test('coarse bars are the resampled ones after the first, each known from its close on, whatever bars are missing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 0, max: 60 }), fc.constantFrom(0, 0.3, 0.9), (count, skip, share) => {
      const walk = walkBars(count + skip, count, MINUTE_MS);
      const bars = withGaps(barsFromTable(sliceTable(barsToTable(walk), skip, count + skip)), share, count);
      const rows = barCount(bars);
      const coarse = coarseBars(bars, HOUR_MS);
      for (let t = 0; t < rows; t++) {
        const known = barsFromTable(sliceTable(barsToTable(bars), 0, t + 1));
        const expected = resampleBars(known, HOUR_MS);
        const last = barCount(expected) - 1;
        const row = coarse.lastClosed[t]!;
        assert.equal(row, Math.max(last - 1, -1));
        if (row < 0) continue;
        assert.deepEqual([coarse.high[row], coarse.low[row], coarse.close[row]], [expected.high[last], expected.low[last], expected.close[last]]);
      }
    }),
    { numRuns: 12 },
  );
});

test('a four-hourly value stays for four hours and changes at the close of the fourth', () => {
  const bars = walkBars(4 * 240, 3, MINUTE_MS);
  const values = column('return_4h', bars);
  assert.ok(values.subarray(0, 719).every(Number.isNaN));
  assert.equal(values[719], logRatio(bars.close[719]!, bars.close[479]!));
  assert.ok(values.subarray(719, 959).every((value) => value === values[719]));
  assert.equal(values[959], logRatio(bars.close[959]!, bars.close[719]!));
});

test('what happens inside a coarse bar changes nothing before it closes (M3.1.4)', () => {
  const bars = walkBars(30 * 240, 5, MINUTE_MS);
  const other = barsFromTable({ ...barsToTable(bars), columns: Object.fromEntries(BAR_COLUMNS.map((name) => [name, bars[name].slice()])) });
  // From the first minute of the last four hours on, up to the minute before its close.
  const [from, to] = [29 * 240, 30 * 240 - 1];
  for (const name of ['open', 'high', 'low', 'close'] as const) for (let t = from; t < to; t++) other[name][t]! *= 2;
  for (const name of ['return_4h', 'trend_4h', 'strength_4h', 'volatility_4h', 'position_4h']) {
    const [before, after] = [column(name, bars), column(name, other)];
    assert.deepEqual(after.subarray(0, to), before.subarray(0, to), name);
    assert.ok(Number.isFinite(before[to - 1]), name);
  }
  assert.notEqual(column('position_4h', other)[to], column('position_4h', bars)[to]);
});

test('hourly measures equal their definitions on resampled bars', () => {
  const bars = walkBars(20 * 60, 7, MINUTE_MS);
  const hours = resampleBars(bars, HOUR_MS);
  const closes = [...hours.close];
  const last = closes.slice(-14);
  const near = (name: string, expected: number): void => {
    const value = column(name, bars).at(-1)!;
    assert.ok(Math.abs(value - expected) < 1e-10 * Math.max(1, Math.abs(expected)), `${name}: ${value} against ${expected}`);
  };
  near('return_1h', Math.log(closes.at(-1)! / closes.at(-2)!));
  near('trend_1h', Math.log(last.at(-1)! / (last.reduce((a, b) => a + b, 0) / 14)));
  const changes = closes.slice(-15).flatMap((close, i, all) => (i === 0 ? [] : [close - all[i - 1]!]));
  near('strength_1h', (100 * changes.reduce((sum, x) => sum + Math.max(x, 0), 0)) / changes.reduce((sum, x) => sum + Math.abs(x), 0));
  const returns = closes.slice(-15).flatMap((close, i, all) => (i === 0 ? [] : [Math.log(close / all[i - 1]!)]));
  const mean = returns.reduce((a, b) => a + b, 0) / 14;
  near('volatility_1h', Math.sqrt(returns.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 13));
  const [top, bottom] = [Math.max(...hours.high.slice(-14)), Math.min(...hours.low.slice(-14))];
  near('position_1h', (last.at(-1)! - bottom) / (top - bottom));
});

test('bars as long as the coarse ones, or longer, stand for themselves', () => {
  const bars = walkBars(60, 9, 4 * HOUR_MS);
  assert.deepEqual(column('return_1h', bars).subarray(2), column('return_4h', bars).subarray(2));
  assert.equal(column('return_4h', bars)[10], logRatio(bars.close[10]!, bars.close[9]!));
});

test('the trends agree where all three rise, and the warm-up is one in time', () => {
  const bars = walkBars(8 * 24 * 4, 11, 15 * MINUTE_MS);
  bars.close.forEach((_, t) => {
    bars.close[t] = bars.high[t] = bars.low[t] = 100 * Math.exp(0.001 * t);
  });
  assert.equal(column('trend_agreement', bars).at(-1), 1);
  const daily = FEATURES.find(({ name }) => name === 'trend_1d')!;
  assert.equal(warmUpBars(daily, 15 * MINUTE_MS), 6 * 96);
  assert.equal(warmUpBars(daily, 4 * HOUR_MS), 36);
  assert.equal(warmUpBars(daily, 48 * HOUR_MS), 5);
});
