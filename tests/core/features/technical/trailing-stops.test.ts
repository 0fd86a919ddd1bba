/** Stops and streaks worked by hand; their values on real bars are compared in references.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '../../../../core/data/bars.js';
import { makeBars } from '../../../../core/data/make-bars.js';
import { closeStreak } from '../../../../core/features/technical/close-streak.js';
import { donchianFeatures } from '../../../../core/features/technical/donchian-channel.js';
import { ichimoku } from '../../../../core/features/technical/ichimoku.js';
import { parabolicStop } from '../../../../core/features/technical/parabolic-stop.js';
import { superTrend } from '../../../../core/features/technical/super-trend.js';

/** Bars of a path of closes, each reaching `reach` above and below its close. */
function barsAround(closes: readonly number[], reach: number): Bars {
  const bars = makeBars(closes.length);
  bars.close.set(closes);
  bars.open.set(closes);
  bars.high.set(closes.map((close) => close + reach));
  bars.low.set(closes.map((close) => close - reach));
  bars.volume.fill(1);
  return bars;
}

const rising = Array.from({ length: 700 }, (_, t) => 100 + t);

test('in a steady rise the parabolic stop closes in by a fifth of its distance a bar: it lags by what one bar adds over 0.2, and the reach', () => {
  const bars = barsAround(rising, 1);
  const stop = parabolicStop(bars);
  assert.ok(Number.isNaN(stop[510]) && Number.isFinite(stop[511]));
  // held(t+1) = held + 0.2 (high(t) - held): behind a high that rises by 1 a bar the lag settles at 1 / 0.2 before the bar, and the low bounds it.
  assert.ok(Math.abs(stop[699]! - Math.min(bars.high[699]! - 5, bars.low[698]!, bars.low[697]!)) < 1e-9, `${stop[699]} against ${bars.high[699]}`);
});

test('a fall through the stop turns it: the bar after holds the extreme of the rise', () => {
  const bars = barsAround([...rising, 700, 600], 1);
  const stop = parabolicStop(bars);
  assert.equal(stop[700], bars.high[699]);
  assert.ok(stop[701]! >= bars.high[700]!);
});

test('super trend stays three ranges under a steady rise, and turns when a close passes its stop', () => {
  // True range is 2 in each bar (reach 1, steps of 1 reach no further).
  const bars = barsAround([...rising, 790, 780, 770], 1);
  const { side, stop } = superTrend(bars);
  assert.equal(side[699], 1);
  assert.ok(Math.abs(stop[699]! - (799 - 3 * 2)) < 1e-6, `${stop[699]}`);
  // The close of 790 lies below 793.
  assert.equal(side[700], -1);
  assert.ok(stop[700]! > 790);
});

test('a streak counts rising and falling closes, starts anew at a turn, is 0 after an unchanged close and ends at 20', () => {
  const start = Array.from({ length: 20 }, () => 50);
  assert.deepEqual([...closeStreak(Float64Array.from([...start, 51, 52, 52, 51, 50, 49, 53]))].slice(20), [1, 2, 0, -1, -2, -3, 1]);
  assert.equal(closeStreak(Float64Array.from(rising))[699], 20);
});

test('a close beyond the channel of the bars before is a breakout in true ranges, inside it is 0', () => {
  const { compute } = donchianFeatures.find(({ name }) => name === 'donchian_breakout_20')!;
  const bars = barsAround([...Array.from({ length: 400 }, () => 100), 100.5, 105], 1);
  const breakout = compute(bars, { regimes: null, funding: null });
  assert.equal(breakout[400], 0);
  // 105 lies 3.5 above the highest high of 101.5. Ranges of 2, then one of 106 - 100.5 = 5.5 by Wilder's weight of 1 / 14.
  assert.ok(Math.abs(breakout[401]! - 3.5 / (2 + 3.5 / 14)) < 1e-6, `${breakout[401]}`);
});

test('ichimoku lines are the middles of 9, 26 and 52 bars, as known at the bar: nothing is shifted', () => {
  const bars = barsAround(rising, 1);
  const { conversion, base, spanA, spanB } = ichimoku(bars);
  // In a rise of 1 a bar the middle of n bars lies (n - 1) / 2 under the close.
  assert.deepEqual([conversion[699], base[699], spanA[699], spanB[699]], [799 - 4, 799 - 12.5, 799 - 8.25, 799 - 25.5]);
});
