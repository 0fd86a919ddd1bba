/** The parameters of prices, estimated from the series alone by methods that know nothing of the simulator. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areaUnderCurve } from '../../../core/metrics/classification.js';
import { plantedAuc } from '../../../core/simulation/market-signal.js';
import { mean, variance } from '../../../core/stats/moments.js';
import { normalCdf } from '../../../core/stats/normal.js';
import { assertRecovered, market, overSeeds, returnsOf } from '../../support/market-recovery.js';

/** GARCH(1,1) by Gaussian likelihood with the sample variance as target: alpha and alpha + beta, by a grid that closes in. */
function fitGarch(returns: Float64Array): { alpha: number; persistence: number } {
  const level = variance(returns);
  const loss = (alpha: number, persistence: number): number => {
    let h = level;
    let sum = 0;
    for (const r of returns) {
      sum += Math.log(h) + (r * r) / h;
      h = level * (1 - persistence) + alpha * r * r + (persistence - alpha) * h;
    }
    return sum;
  };
  let best = { alpha: 0.2, persistence: 0.8, loss: Number.POSITIVE_INFINITY };
  for (let half = 0.19; half > 0.0005; half /= 2.5) {
    const centre = best;
    for (let k = 0; k < 49; k++) {
      const [alpha, persistence] = [centre.alpha + (((k % 7) - 3) * half) / 3, centre.persistence + ((Math.floor(k / 7) - 3) * half) / 3];
      const found = alpha > 0 && persistence > alpha && persistence < 0.9999 ? loss(alpha, persistence) : Number.POSITIVE_INFINITY;
      if (found < best.loss) best = { alpha, persistence, loss: found };
    }
  }
  return best;
}

test('GARCH: a likelihood fit of the minute returns recovers alpha and the persistence', () => {
  for (const [garchAlpha, garchBeta] of [
    [0.08, 0.9],
    [0.2, 0.6],
  ] as const) {
    const fits = overSeeds((seed) => fitGarch(returnsOf(market(seed, 14, { garchAlpha, garchBeta }))));
    assertRecovered(
      'alpha',
      garchAlpha,
      0.02,
      fits.map(({ alpha }) => alpha),
    );
    assertRecovered(
      'persistence',
      garchAlpha + garchBeta,
      0.03,
      fits.map(({ persistence }) => persistence),
    );
  }
});

test('GARCH keeps the mean variance and the mean activity of the market without it', () => {
  const calm = 0.36 / (365 * 1440);
  const made = overSeeds((seed) => market(seed, 60, { garchAlpha: 0.08, garchBeta: 0.9 }));
  assertRecovered(
    'variance',
    calm,
    0.1 * calm,
    made.map((skeleton) => mean(returnsOf(skeleton).map((r) => r * r))),
  );
  assertRecovered(
    'trades a minute',
    20,
    2,
    made.map(({ firstTrade, minuteCount }) => firstTrade[minuteCount]! / minuteCount),
  );
});

/** Jump size and intensity a day out of how many moves exceed 5 and 10 times the jump-robust (bipower) volatility. */
function fitJumps(returns: Float64Array): { size: number; perDay: number } {
  let bipower = 0;
  for (let i = 1; i < returns.length; i++) bipower += (Math.PI / 2) * Math.abs(returns[i]! * returns[i - 1]!);
  const sigma = Math.sqrt(bipower / (returns.length - 1));
  const above = (limit: number): number => returns.filter((r) => Math.abs(r) > limit * sigma).length;
  const tail = (limit: number, size: number): number => 2 * normalCdf(-limit / Math.sqrt(1 + size * size));
  let [low, high] = [1, 100];
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (tail(10, middle) / tail(5, middle) < above(10) / above(5)) low = middle;
    else high = middle;
  }
  return { size: low, perDay: (above(5) / returns.length / tail(5, low)) * 1440 };
}

test('jumps: exceedances over a jump-robust volatility recover their size and their number a day', () => {
  const fits = overSeeds((seed) => fitJumps(returnsOf(market(seed, 150, { jumpsPerDay: 4, jumpSize: 12 }))));
  assertRecovered(
    'size',
    12,
    2,
    fits.map(({ size }) => size),
  );
  assertRecovered(
    'jumps a day',
    4,
    0.5,
    fits.map(({ perDay }) => perDay),
  );
});

test('regimes: an hour-by-hour threshold on realised volatility recovers the mean stay in the volatile one', () => {
  const stays = overSeeds((seed) => {
    const returns = returnsOf(market(seed, 400, { regimeContrast: 1, regimeMinutes: 2880 }));
    const calm = 0.6 / Math.sqrt(365 * 1440);
    let [hours, entries, was] = [0, 0, true];
    for (let h = 0; h + 60 <= returns.length; h += 60) {
      const realised = Math.sqrt(mean(returns.subarray(h, h + 60).map((r) => r * r)));
      const is = realised > Math.sqrt(1.15 * 2.2) * calm;
      if (is) hours++;
      if (is && !was) entries++;
      was = is;
    }
    return (hours / entries) * 60;
  });
  assertRecovered('minutes in VOLATILE', 2880, 1000, stays);
});

test('regimes: runs of the true states are as long as stated, and each state is as frequent as the others', () => {
  const made = overSeeds((seed) => market(seed, 120, { regimeMinutes: 240 }).regime);
  const changes = made.map((regime) => regime.reduce((sum, state, m) => sum + (m > 0 && state !== regime[m - 1] ? 1 : 0), 0));
  assertRecovered(
    'stay',
    240,
    30,
    made.map((regime, i) => regime.length / changes[i]!),
  );
  for (let state = 0; state < 4; state++)
    assertRecovered(
      `share of state ${state}`,
      0.25,
      0.12,
      made.map((regime) => regime.filter((value) => value === state).length / regime.length),
    );
});

test('volatility: the spread of the logarithm of hourly realised variance recovers that of the slow process', () => {
  const spreads = overSeeds((seed) => {
    const returns = returnsOf(market(seed, 60, { volatilitySpread: 0.5 }));
    const logs: number[] = [];
    for (let h = 0; h + 60 <= returns.length; h += 60) logs.push(Math.log(mean(returns.subarray(h, h + 60).map((r) => r * r))));
    // Variance of the logarithm of chi-squared / 60: trigamma(30) = 0.033898 (Abramowitz and Stegun 6.4.12).
    return Math.sqrt(variance(logs) - 0.033898) / 2;
  });
  assertRecovered('spread', 0.5, 0.06, spreads);
});

test('the planted signal keeps its stated strength under GARCH, jumps, a strong day and persistent signs', () => {
  const skeleton = market(9, 730, {
    signalStrength: 0.35,
    garchAlpha: 0.08,
    garchBeta: 0.9,
    jumpsPerDay: 3,
    diurnalAmplitude: 0.6,
    signPersistence: 0.5,
    regimeContrast: 1,
  });
  const { signal, logPrice } = skeleton;
  const blocks = signal.length - 2;
  const up = Float64Array.from({ length: blocks }, (_, b) => (logPrice[(b + 2) * 15]! > logPrice[(b + 1) * 15]! ? 1 : 0));
  assert.ok(Math.abs(areaUnderCurve(up, signal.subarray(0, blocks)) - plantedAuc(0.35, 1)) < 0.015);
});

test('GARCH that is not stationary is refused with its values', () => {
  assert.throws(() => market(1, 1, { garchAlpha: 0.3, garchBeta: 0.7 }), /sum below 1, found 0.3 and 0.7/);
});
