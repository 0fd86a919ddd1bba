import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBars } from '../../../core/data/concat-bars.js';
import { tradesToBars } from '../../../core/data/trades-to-bars.js';
import { simulatePairBars } from '../../../core/simulation/market-pair.js';
import { makeMarketSkeleton } from '../../../core/simulation/market.js';
import type { MarketSkeleton } from '../../../core/simulation/market.js';
import { simulateDayTrades } from '../../../core/simulation/market-trades.js';
import { mean, variance } from '../../../core/stats/moments.js';

const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(2024, 0, 1);
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8] as const;
const PAIR = { symbol: 'BTCUSDT', correlation: 0.6, lagMinutes: 7, strength: 0.3 };

const market = (seed: number, days: number, tradesPerMinute = 20): MarketSkeleton =>
  makeMarketSkeleton({
    fromMs: FROM_MS,
    toMs: FROM_MS + days * DAY_MS,
    seed,
    symbol: 'ETHUSDT',
    blockMs: 900_000,
    tradesPerMinute,
    startPrice: 2000,
    signalStrength: 0.35,
    annualVolatility: 0.6,
  });

const logReturns = (close: ArrayLike<number>, first: number): Float64Array =>
  Float64Array.from({ length: close.length }, (_, i) => Math.log(close[i]! / (i === 0 ? first : close[i - 1]!)));

/** Pearson correlation of x[m] and y[m + lag]. */
function crossCorrelation(x: Float64Array, y: Float64Array, lag: number): number {
  const [a, b] = [x.subarray(Math.max(0, -lag), x.length - Math.max(0, lag)), y.subarray(Math.max(0, lag), y.length - Math.max(0, -lag))];
  const [meanA, meanB] = [mean(a), mean(b)];
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - meanA) * (b[i]! - meanB);
  return sum / a.length / Math.sqrt(variance(a, 0) * variance(b, 0));
}

for (const lagMinutes of [7, -12]) {
  test(`the cross-correlogram of one-minute returns recovers correlation, strength and a lag of ${lagMinutes} minutes`, () => {
    const pair = { ...PAIR, lagMinutes };
    const found = SEEDS.map((seed) => {
      const skeleton = market(seed, 20);
      const main = Float64Array.from({ length: skeleton.minuteCount }, (_, m) => skeleton.logPrice[m + 1]! - skeleton.logPrice[m]!);
      const other = logReturns(simulatePairBars(skeleton, pair).close, 100);
      const lags = Array.from({ length: 41 }, (_, k) => k - 20).filter((lag) => lag !== 0);
      const at = lags.map((lag) => crossCorrelation(main, other, lag));
      return { now: crossCorrelation(main, other, 0), peak: lags[at.indexOf(Math.max(...at))]!, later: crossCorrelation(main, other, lagMinutes) };
    });
    assert.deepEqual(new Set(found.map(({ peak }) => peak)), new Set([lagMinutes]));
    // Five standard errors (Student's t of 7 degrees of freedom: 99.8 %), and 0.02 for volatility that changes within the lag.
    for (const [truth, values] of [
      [PAIR.correlation, found.map(({ now }) => now)],
      [PAIR.strength, found.map(({ later }) => later)],
    ] as const) {
      const reach = 5 * Math.sqrt(variance(values) / values.length);
      assert.ok(reach < 0.05, `interval +-${reach}`);
      assert.ok(Math.abs(mean(values) - truth) < reach + 0.02, `${truth}: found ${mean(values)} +-${reach}`);
    }
  });
}

test('bars are well formed, lie on the minutes in which the main asset traded, and depend on seed and symbol', () => {
  const skeleton = market(3, 2, 3);
  const bars = simulatePairBars(skeleton, PAIR);
  const main = concatBars([0, 1].map((d) => tradesToBars(simulateDayTrades(skeleton, FROM_MS + d * DAY_MS), 60_000)));
  assert.ok(bars.close.length < 2880);
  assert.deepEqual(bars.openTimeMs, main.openTimeMs);
  assert.deepEqual(bars.tradeCount, main.tradeCount);
  for (let i = 0; i < bars.close.length; i++) {
    assert.ok(bars.low[i]! <= Math.min(bars.open[i]!, bars.close[i]!) && bars.high[i]! >= Math.max(bars.open[i]!, bars.close[i]!) && bars.low[i]! > 0);
    assert.ok(bars.takerBuyVolume[i]! >= 0 && bars.takerBuyVolume[i]! <= bars.volume[i]! && bars.volume[i]! > 0);
  }
  assert.deepEqual(simulatePairBars(market(3, 2, 3), PAIR), bars);
  assert.notDeepEqual(simulatePairBars(skeleton, { ...PAIR, symbol: 'SOLUSDT' }).close, bars.close);
  assert.notDeepEqual(simulatePairBars(market(4, 2, 3), PAIR).close, bars.close);
});

test('the range of a bar is that of Brownian motion: mean squared log range 4 ln 2 times the variance (Parkinson 1980)', () => {
  const skeleton = market(5, 10);
  const bars = simulatePairBars(skeleton, { ...PAIR, correlation: 0, strength: 0 });
  let ratio = 0;
  for (let i = 0; i < bars.close.length; i++) {
    const m = (bars.openTimeMs[i]! - FROM_MS) / 60_000;
    ratio += Math.log(bars.high[i]! / bars.low[i]!) ** 2 / skeleton.sigma[m]! ** 2 / bars.close.length;
  }
  // Maximum and minimum are drawn one by one given the ends, so their covariance is not that of one path: within 7 %.
  assert.ok(Math.abs(ratio / (4 * Math.LN2) - 1) < 0.07, `ratio ${ratio}`);
});

test('parameters that leave no room are refused with their values', () => {
  const skeleton = market(1, 1);
  assert.throws(() => simulatePairBars(skeleton, { ...PAIR, correlation: 0.9, strength: 0.5 }), /found 0.9 and 0.5/);
  assert.throws(() => simulatePairBars(skeleton, { ...PAIR, lagMinutes: 0 }), /lag other than 0/);
  assert.throws(() => simulatePairBars(skeleton, { ...PAIR, lagMinutes: 1.5 }), /found 1.5/);
});
