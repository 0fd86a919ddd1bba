/** Features of outside series on values worked by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '../../../core/data/bars.js';
import { makeBars } from '../../../core/data/make-bars.js';
import { fearGreedChange, fearGreedLevel, fearGreedScore } from '../../../core/features/external/fear-greed.js';
import { fundingTimeLeft, fundingTrend } from '../../../core/features/external/funding-trend.js';
import { hashRateChange, hashRateTrend } from '../../../core/features/external/hash-rate.js';
import { markBasis } from '../../../core/features/external/mark-basis.js';
import { openInterestDivergence } from '../../../core/features/external/open-interest.js';
import { inSession, isWeekend } from '../../../core/features/external/trading-session.js';
import { makeRandom } from '../../../core/stats/random.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.UTC(2024, 0, 1);
const near = (found: number | undefined, expected: number): void => assert.ok(Math.abs(found! - expected) < 1e-12, `${found} against ${expected}`);

/** Hourly bars of so many days with one extra, a value a day. */
function dailyBars(extra: string, values: readonly number[]): Bars {
  const bars = makeBars(24 * values.length, [extra]);
  for (let t = 0; t < bars.close.length; t++) {
    bars.openTimeMs[t] = START_MS + t * HOUR_MS;
    bars.closeTimeMs[t] = START_MS + (t + 1) * HOUR_MS;
    bars.extras[extra]![t] = values[Math.floor(t / 24)]!;
  }
  return bars;
}

test('fear and greed are levels from -1 to 1', () => {
  assert.deepEqual(
    [...fearGreedLevel(dailyBars('fearGreed', [0, 25, 100]))].filter((_, t) => t % 24 === 0),
    [-1, -0.5, 1],
  );
});

test('the change of fear and greed counts from the end of the seventh last closed day', () => {
  const bars = dailyBars('fearGreed', [10, 20, 30, 40, 50, 60, 70, 80, 90]);
  const change = fearGreedChange(bars, 7);
  // Closed at the last hour of day 7 (from 0): the days 1 to 7 count, the first never does.
  assert.ok(Number.isNaN(change[7 * 24 + 22]));
  near(change[7 * 24 + 23], (80 - 20) / 50);
  // During day 8 those are still the last closed ones.
  near(change[8 * 24 + 5], (90 - 20) / 50);
  near(change[8 * 24 + 23], (90 - 30) / 50);
});

test('the score of fear and greed takes mean and deviation of closed days only (D19)', () => {
  const bars = dailyBars('fearGreed', [99, 40, 50, 60, 80]);
  const score = fearGreedScore(bars, 3);
  // Days 1 to 3: levels -0.2, 0, 0.2, deviation 0.2; day 4 stands at 0.6.
  near(score[4 * 24], 3);
  near(score[4 * 24 + 22], 3);
  // At its own close day 4 counts: levels 0, 0.2, 0.6.
  near(score[4 * 24 + 23], (0.6 - 0.8 / 3) / Math.sqrt(((0.8 / 3) ** 2 + (0.2 - 0.8 / 3) ** 2 + (0.6 - 0.8 / 3) ** 2) / 2));
  assert.equal(fearGreedScore(dailyBars('fearGreed', [50, 50, 50, 50, 50]), 3)[110], 0);
});

test('a planted trend of the mood is found, and its later days change nothing before them (D19)', () => {
  const random = makeRandom(4);
  const calm = Array.from({ length: 80 }, () => 50 + 3 * random.normal());
  const rising = calm.map((value, day) => value + (day >= 60 ? 2 * (day - 59) : 0));
  const [before, after] = [fearGreedScore(dailyBars('fearGreed', calm), 30), fearGreedScore(dailyBars('fearGreed', rising), 30)];
  assert.deepEqual(after.subarray(0, 60 * 24), before.subarray(0, 60 * 24));
  // A rise of 2 a day on noise of 3: beyond 3 deviations within a week.
  assert.ok(after.subarray(60 * 24, 67 * 24).some((value) => value > 3));
  assert.ok(before.subarray(31 * 24).every((value) => Math.abs(value) < 4));
});

test('the trend and change of the hash rate are those of closed days', () => {
  const rates = Array.from({ length: 10 }, (_, day) => 100 * 2 ** day);
  const bars = dailyBars('hashRate', rates);
  const at = 9 * 24 + 23;
  near(hashRateTrend(bars, 2, 4)[at], Math.log((rates[9]! + rates[8]!) / 2 / ((rates[9]! + rates[8]! + rates[7]! + rates[6]!) / 4)));
  near(hashRateTrend(bars, 2, 4)[at - 1], hashRateTrend(bars, 2, 4)[at]!);
  near(hashRateChange(bars, 3)[at - 1], 3 * Math.log(2));
  near(hashRateChange(bars, 3)[at], 2 * Math.log(2));
});

test('the time to the next payment runs from 1 to 0, with stamps a few ms late', () => {
  const bars = dailyBars('none', [0, 0]);
  const stamps = Float64Array.of(START_MS + 8, START_MS + 8 * HOUR_MS + 12, START_MS + 16 * HOUR_MS);
  const left = fundingTimeLeft(bars, { timeMs: stamps, rate: new Float64Array(3) });
  // The second payment was stamped 12 ms past the bar that closes at 8:00, so the next bar is the first to know it.
  assert.ok(left.subarray(0, 8).every(Number.isNaN));
  assert.deepEqual(
    [...left.subarray(8, 16)],
    [7, 6, 5, 4, 3, 2, 1, 8].map((hours) => hours / 8),
  );
  assert.equal(left[23], 0);
  // No payment for more than a day is no funding.
  assert.equal(left[39], 0);
  assert.ok(Number.isNaN(left[40]));
});

test('the funding trend is the difference of two means of payments', () => {
  const bars = dailyBars('none', [0, 0]);
  const timeMs = Float64Array.from({ length: 5 }, (_, i) => START_MS + 8 * i * HOUR_MS);
  const trend = fundingTrend(bars, { timeMs, rate: Float64Array.of(1, 2, 3, 4, 9) }, { short: 2, long: 4 });
  assert.ok(Number.isNaN(trend[22]));
  near(trend[23], 3.5 - 2.5);
  near(trend[31], 6.5 - 4.5);
});

test('the mark basis is the log distance, above 0 where trades are dearer', () => {
  const bars = makeBars(1, ['markPrice']);
  bars.close[0] = 101;
  bars.extras['markPrice']![0] = 100;
  near(markBasis(bars)[0], Math.log(1.01));
});

test('a price that rises while contracts close diverges upwards', () => {
  const random = makeRandom(6);
  const bars = makeBars(400, ['openInterest']);
  let [price, contracts] = [0, 0];
  for (let t = 0; t < 400; t++) {
    const push = t >= 360 ? 0.003 : 0;
    price += 0.001 * random.normal() + push;
    contracts += 0.001 * random.normal() - push;
    bars.close[t] = Math.exp(price);
    bars.extras['openInterest']![t] = Math.exp(contracts);
  }
  const divergence = openInterestDivergence(bars, 32);
  assert.ok(divergence[390]! > 4, `${divergence[390]}`);
});

test('sessions are half-open in UTC hours, and the week end is Saturday and Sunday', () => {
  const at = (text: string): number => Date.parse(`${text}Z`);
  assert.deepEqual([inSession(at('2024-01-03T07:00'), 7, 16), inSession(at('2024-01-03T15:59'), 7, 16), inSession(at('2024-01-03T16:00'), 7, 16)], [1, 1, 0]);
  const days = ['2024-01-05T23:59', '2024-01-06T00:00', '2024-01-07T23:59', '2024-01-08T00:00'].map((text) => isWeekend(at(text)));
  assert.deepEqual(days, [0, 1, 1, 0]);
});

test('a day is counted from the end of its last hour', () => {
  const bars = dailyBars('hashRate', [1, 2, 4]);
  assert.equal(bars.closeTimeMs.at(-1), START_MS + 3 * DAY_MS);
  near(hashRateChange(bars, 1)[2 * 24 + 22], Math.log(4 / 2));
  near(hashRateChange(bars, 1)[2 * 24 + 23], 0);
});
