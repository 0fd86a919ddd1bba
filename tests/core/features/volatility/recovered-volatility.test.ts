/** Volatility features recover the volatility that a series was drawn with (D6). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '../../../../core/data/bars.js';
import { makeBars } from '../../../../core/data/make-bars.js';
import { garmanKlassVolatility, parkinsonVolatility, rogersSatchellVolatility } from '../../../../core/features/volatility/range-volatility.js';
import { realizedVolatility } from '../../../../core/features/volatility/realized-volatility.js';
import { exponentialVolatility } from '../../../../core/features/volatility/volatility-dynamics.js';
import { yangZhangVolatility } from '../../../../core/features/volatility/yang-zhang-volatility.js';
import { downsideShare } from '../../../../core/features/volatility/downside-share.js';
import { makeRandom } from '../../../../core/stats/random.js';

const STEPS = 2000;

/** Bars of a driftless Brownian motion of standard deviation `sigma` a bar, seen at STEPS points each. */
function brownianBars(count: number, sigma: number): Bars {
  const random = makeRandom(21);
  const bars = makeBars(count);
  let level = Math.log(2000);
  for (let t = 0; t < count; t++) {
    let [highest, lowest] = [level, level];
    bars.open[t] = Math.exp(level);
    for (let k = 0; k < STEPS; k++) {
      level += (sigma / Math.sqrt(STEPS)) * random.normal();
      if (level > highest) highest = level;
      else if (level < lowest) lowest = level;
    }
    bars.close[t] = Math.exp(level);
    bars.high[t] = Math.exp(highest);
    bars.low[t] = Math.exp(lowest);
  }
  return bars;
}

test('each estimator recovers the sigma of a simulated series within four standard errors and the bias of seeing the path at points', () => {
  const [count, sigma] = [1000, 0.004];
  const bars = brownianBars(count, sigma);
  // Relative variances of one bar's squared estimate: close to close 2, Parkinson 0.41, Garman-Klass 0.27, Rogers-Satchell 0.33 (efficiencies 4.9, 7.4, 6).
  const cases = {
    realized: [realizedVolatility(bars.close, count - 1), 2],
    parkinson: [parkinsonVolatility(bars, count), 0.41],
    garmanKlass: [garmanKlassVolatility(bars, count), 0.27],
    rogersSatchell: [rogersSatchellVolatility(bars, count), 0.33],
    yangZhang: [yangZhangVolatility(bars, count - 1), 0.4],
  } as const;
  // A path seen at n points has its range cut by about 0.58 sigma / sqrt(n) at either end (Broadie, Glasserman and Kou 1997), of a range of 1.6 sigma.
  const cut = (2 * 0.58) / Math.sqrt(STEPS) / 1.6;
  for (const [name, [column, relativeVariance]] of Object.entries(cases)) {
    const error = Math.abs(column[count - 1]! / sigma - 1);
    assert.ok(error < 4 * Math.sqrt(relativeVariance / count / 4) + 1.5 * cut, `${name}: ${column[count - 1]} against ${sigma}`);
  }
});

test('the exponential volatility of returns of one size is that size, and follows a change at 0.94 a bar', () => {
  const close = new Float64Array(200);
  let level = 0;
  for (let t = 0; t < 200; t++) {
    level += (t % 2 === 0 ? 1 : -1) * (t < 150 ? 0.001 : 0.002);
    close[t] = Math.exp(level);
  }
  const volatility = exponentialVolatility(close);
  assert.ok(Number.isNaN(volatility[19]) && Math.abs(volatility[149]! - 0.001) < 1e-12);
  assert.ok(Math.abs(volatility[151]! ** 2 - (1e-6 * 0.94 ** 2 + 4e-6 * (1 - 0.94 ** 2))) < 1e-12);
});

test('the downside share is 1 when the price only falls, 0 when it only rises, and 0.8 when falls are twice the rises', () => {
  const path = (step: (t: number) => number): Float64Array => {
    let level = 0;
    return Float64Array.from({ length: 40 }, (_, t) => {
      level += step(t);
      return Math.exp(level);
    });
  };
  assert.equal(
    downsideShare(
      path(() => -0.01),
      32,
    )[39],
    1,
  );
  assert.equal(
    downsideShare(
      path(() => 0.01),
      32,
    )[39],
    0,
  );
  assert.ok(
    Math.abs(
      downsideShare(
        path((t) => (t % 2 === 0 ? -0.02 : 0.01)),
        32,
      )[39]! - 0.8,
    ) < 1e-12,
  );
});
