/** What the loops over all bars in one pass have in common: pieces worked by hand, windows against plain sums, spans and missing bars. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Bars } from '../../../../core/data/bars.js';
import { sliceBars } from '../../../../core/data/bars.js';
import { makeBars } from '../../../../core/data/make-bars.js';
import type { Feature } from '../../../../core/features/feature.js';
import { FEATURES } from '../../../../core/features/features.js';
import { aroon } from '../../../../core/features/technical/aroon.js';
import { averageWeight } from '../../../../core/features/technical/average-weight.js';
import { balanceOfPower } from '../../../../core/features/technical/bar-balance.js';
import { directionOf } from '../../../../core/features/technical/direction-of.js';
import { followBars } from '../../../../core/features/technical/follow-bars.js';
import { latestMaximum, latestMinimum } from '../../../../core/features/technical/latest-extreme.js';
import { meanRatio } from '../../../../core/features/technical/moving-average.js';
import { parabolicStop } from '../../../../core/features/technical/parabolic-stop.js';
import { priceChannel } from '../../../../core/features/technical/price-channel.js';
import { toSuffixSums } from '../../../../core/features/technical/suffix-sums.js';
import { ultimateOscillator } from '../../../../core/features/technical/ultimate-oscillator.js';
import { windowLine } from '../../../../core/features/technical/window-line.js';
import { walkBars } from '../../../support/synthetic-bars.js';

const CONTEXT = { regimes: null, funding: null };
const PLAIN = new Set(['open', 'high', 'low', 'close', 'volume']);
/** Features of prices and volume alone. */
const PRICED = FEATURES.filter(({ inputs, warmUpMs }) => warmUpMs === undefined && inputs.every((input) => PLAIN.has(input)));

/** Bars whose closes are the given prices, each reaching from 0 to 2 beyond its close and the one before. */
function barsOf(prices: readonly number[]): Bars {
  const bars = makeBars(prices.length);
  prices.forEach((price, t) => {
    const last = prices[Math.max(0, t - 1)]!;
    bars.open[t] = last;
    bars.close[t] = price;
    bars.high[t] = Math.max(price, last) + (t % 3);
    bars.low[t] = Math.min(price, last) - ((t + 1) % 3);
    bars.volume[t] = 1 + (t % 5);
  });
  return bars;
}

const manyPrices = fc.array(fc.integer({ min: 50, max: 60 }), { minLength: 60, maxLength: 120 });

function assertClose(actual: Float64Array, expected: (t: number) => number, first: number): void {
  for (let t = 0; t < actual.length; t++) {
    if (t < first) assert.ok(Number.isNaN(actual[t]), `bar ${t}: ${actual[t]}`);
    else assert.ok(Math.abs(actual[t]! - expected(t)) <= 1e-10 * Math.max(1, Math.abs(expected(t))), `bar ${t}: ${actual[t]} against ${expected(t)}`);
  }
}

/** Values of the `window` bars that end at t. */
function last(values: Float64Array, t: number, window: number): readonly number[] {
  return [...values.subarray(t - window + 1, t + 1)];
}

function total(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

test('a series of any length is covered once, in order, and state passes from span to span', () => {
  for (const length of [0, 1, 1023, 1024, 1025, 2048, 3000]) {
    const out = followBars({ out: new Float64Array(length) }, { count: 0 }, ({ out }, state, { from, to }) => {
      for (let t = from; t < to; t++) out[t] = state.count++;
    });
    assert.deepEqual(
      out,
      Float64Array.from({ length }, (_, t) => t),
    );
  }
});

test('weights 1, 1/2, 1/3 make a plain mean, then alpha holds, and nothing counts before the first value', () => {
  assert.deepEqual(
    [-1, 0, 1, 2, 3, 4].map((seen) => averageWeight(seen, 3, 0.25)),
    [0, 0, 1, 1 / 2, 1 / 3, 0.25],
  );
});

test('suffix sums of 1, 2, 4 are 7, 6, 4 and 0 past the end', () => {
  const block = Float64Array.of(1, 2, 4, 0);
  toSuffixSums(block);
  assert.deepEqual([...block], [7, 6, 4, 0]);
});

test('a direction is 1, -1 or 0, and NaN stays', () => {
  assert.deepEqual([1e-300, -7, 0, Number.NaN].map(directionOf), [1, -1, 0, Number.NaN]);
});

test('of equal extremes the latest is found, within the given indices only', () => {
  const values = Float64Array.of(9, 3, 5, 5, 1, 1, 7);
  assert.deepEqual([latestMaximum(values, 1, 5), latestMaximum(values, 0, 6), latestMinimum(values, 0, 6), latestMinimum(values, 1, 3)], [3, 0, 5, 1]);
});

test('channels and ages of extremes are those of the window looked through anew at each bar', () => {
  fc.assert(
    fc.property(manyPrices, fc.integer({ min: 2, max: 20 }), (prices, window) => {
      const bars = barsOf(prices);
      const top = (t: number): number => Math.max(...last(bars.high, t, window));
      const bottom = (t: number): number => Math.min(...last(bars.low, t, window));
      assertClose(priceChannel(bars, window, 'middle'), (t) => (top(t) + bottom(t)) / 2, window - 1);
      assertClose(priceChannel(bars, window, 'width'), (t) => (top(t) - bottom(t)) / bars.close[t]!, window - 1);
      const percent = (t: number): number => (top(t) === bottom(t) ? 50 : (100 * (bars.close[t]! - bottom(t))) / (top(t) - bottom(t)));
      assertClose(priceChannel(bars, window, 'percent'), percent, window - 1);
      const up = (t: number): number => {
        const reach = last(bars.high, t, window + 1);
        return (100 * reach.lastIndexOf(Math.max(...reach))) / window;
      };
      assertClose(aroon(bars, window, { ofUp: 1, ofDown: 0 }), up, window);
    }),
    { numRuns: 40 },
  );
});

test('a channel in a steady fall, where the highest high leaves at every bar, is that of its first bar', () => {
  const bars = barsOf(Array.from({ length: 3000 }, (_, t) => 5000 - t));
  assertClose(priceChannel(bars, 14, 'middle'), (t) => (Math.max(...last(bars.high, t, 14)) + Math.min(...last(bars.low, t, 14))) / 2, 13);
});

test('means, weighted means, slopes, balances and the ultimate oscillator are their plain sums over the window', () => {
  fc.assert(
    fc.property(manyPrices, fc.integer({ min: 2, max: 14 }), (prices, window) => {
      const bars = barsOf(prices);
      const { open, high, low, close } = bars;
      assertClose(meanRatio(close, window), (t) => close[t]! / (total(last(close, t, window)) / window) - 1, window - 1);
      const weighted = (t: number): number => total(last(close, t, window).map((x, i) => (i + 1) * x)) / ((window * (window + 1)) / 2);
      assertClose(windowLine(close, window, 'weighted'), (t) => close[t]! / weighted(t) - 1, window - 1);
      const middle = (window - 1) / 2;
      const spread = total(last(close, window - 1, window).map((_, i) => (i - middle) ** 2));
      assertClose(windowLine(close, window, 'slope'), (t) => total(last(close, t, window).map((x, i) => (i - middle) * x)) / spread / close[t]!, window - 1);
      const bodies = high.map((top, t) => (top === low[t] ? 0 : (close[t]! - open[t]!) / (top - low[t]!)));
      assertClose(balanceOfPower(bars, window), (t) => total(last(bodies, t, window)) / window, window - 1);
      const pressures = close.map((price, t) => price - Math.min(low[t]!, close[t - 1] ?? Number.NaN));
      const ranges = high.map((top, t) => Math.max(top, close[t - 1] ?? Number.NaN) - Math.min(low[t]!, close[t - 1] ?? Number.NaN));
      const share = (t: number, bars: number): number => {
        const range = total(last(ranges, t, bars));
        return range === 0 ? 0.5 : total(last(pressures, t, bars)) / range;
      };
      assertClose(ultimateOscillator(bars, window), (t) => (100 * (4 * share(t, window) + 2 * share(t, 2 * window) + share(t, 4 * window))) / 7, 4 * window);
    }),
    { numRuns: 40 },
  );
});

test('the parabolic stop at a bar is that of a run begun at the highest high of the 256 bars that end 256 bars earlier', () => {
  const bars = walkBars(2300, 5);
  const { high, low } = bars;
  const stop = parabolicStop(bars);
  for (const t of [511, 700, 1023, 1024, 1500, 2047, 2048, 2299]) {
    const reach = last(high, t - 256, 256);
    assert.equal(stop[t], stopOf({ high, low }, t - 511 + reach.lastIndexOf(Math.max(...reach)), t), `bar ${t}`);
  }
});

/** Wilder's rules step by step from bar `start` on: the stop that holds in bar `end`. */
function stopOf({ high, low }: Pick<Bars, 'high' | 'low'>, start: number, end: number): number {
  const fall = low[start]! - low[start + 1]!;
  let isLong = !(fall > high[start + 1]! - high[start]! && fall > 0);
  let [next, extreme] = isLong ? [low[start]!, high[start + 1]!] : [high[start]!, low[start + 1]!];
  let [held, factor] = [Number.NaN, 0.02];
  for (let t = start + 1; t <= end; t++) {
    const [up, down, lastUp, lastDown] = [high[t]!, low[t]!, high[t - 1]!, low[t - 1]!];
    held = next;
    if (isLong ? down <= next : up >= next) {
      isLong = !isLong;
      held = isLong ? Math.min(extreme, down, lastDown) : Math.max(extreme, up, lastUp);
      extreme = isLong ? up : down;
      factor = 0.02;
    } else if (isLong ? up > extreme : down < extreme) {
      extreme = isLong ? up : down;
      factor = Math.min(factor + 0.02, 0.2);
    }
    const moved = held + factor * (extreme - held);
    next = isLong ? Math.min(moved, down, lastDown) : Math.max(moved, up, lastUp);
  }
  return held;
}

test('a series cut at or beside the end of a span gives the same values to the bit', () => {
  const bars = walkBars(2100, 6);
  for (const feature of PRICED) {
    const whole = feature.compute(bars, CONTEXT);
    for (const rows of [1, 2, 1023, 1024, 1025, 2047, 2048, 2049]) {
      assert.deepEqual(feature.compute(sliceBars(bars, 0, rows), CONTEXT), whole.subarray(0, rows), `${feature.name} of ${rows} bars`);
    }
  }
});

test('a missing bar leaves the values before it as they are, and is forgotten within the warm-up', () => {
  const bars = walkBars(3400, 7);
  const missing = 1500;
  const holed: Bars = { ...bars };
  for (const name of ['open', 'high', 'low', 'close', 'volume'] as const) {
    const column = bars[name].slice();
    column[missing] = Number.NaN;
    Object.assign(holed, { [name]: column });
  }
  const faults = PRICED.filter(({ warmUp }) => warmUp < 1700).flatMap((feature) => memoryFault(feature, bars, { holed, missing }));
  assert.deepEqual(faults, []);
});

function memoryFault(feature: Feature, bars: Bars, { holed, missing }: { holed: Bars; missing: number }): readonly string[] {
  const expected = feature.compute(bars, CONTEXT);
  const found = feature.compute(holed, CONTEXT);
  assert.deepEqual(found.subarray(0, missing), expected.subarray(0, missing), feature.name);
  const scale = Math.max(...expected.subarray(missing + feature.warmUp + 1).map(Math.abs));
  for (let t = missing + feature.warmUp + 1; t < found.length; t++) {
    if (!(Math.abs(found[t]! - expected[t]!) <= 1e-6 * scale)) return [`${feature.name} at ${t - missing} bars after: ${found[t]} against ${expected[t]}`];
  }
  return [];
}
