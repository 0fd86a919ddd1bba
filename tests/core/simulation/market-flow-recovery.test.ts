/** The parameters of activity, order flow and funding, estimated from the series alone by methods that know nothing of the simulator. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float64Column } from '../../../core/data/table.js';
import { fundingRate, simulateFunding } from '../../../core/simulation/market-funding.js';
import { PREMIUM_HALF_LIFE_MINUTES, PREMIUM_PER_RETURN, PREMIUM_SPREAD, simulatePremium } from '../../../core/simulation/market-premium.js';
import { simulateDayTrades } from '../../../core/simulation/market-trades.js';
import { mean } from '../../../core/stats/moments.js';
import { assertRecovered, FROM_MS, market, overSeeds, returnsOf } from '../../support/market-recovery.js';

/** Amplitude and peak hour of a daily cosine in values a minute, whole days from midnight. */
function fitDay(values: Float64Array): { amplitude: number; peakHour: number } {
  let [cosine, sine, sum] = [0, 0, 0];
  for (const [m, value] of values.entries()) {
    cosine += value * Math.cos((2 * Math.PI * m) / 1440);
    sine += value * Math.sin((2 * Math.PI * m) / 1440);
    sum += value;
  }
  return { amplitude: (2 * Math.hypot(cosine, sine)) / sum, peakHour: ((Math.atan2(sine, cosine) * 24) / (2 * Math.PI) + 24) % 24 };
}

test('the day: a Fourier fit of trade counts, and one of squared returns, recover amplitude and peak hour', () => {
  const made = overSeeds((seed) => market(seed, 20, { diurnalAmplitude: 0.55, diurnalPeakHour: 9.5 }));
  for (const [what, width, fits] of [
    [
      'counts',
      0.03,
      made.map(({ firstTrade, minuteCount }) => fitDay(Float64Array.from({ length: minuteCount }, (_, m) => firstTrade[m + 1]! - firstTrade[m]!))),
    ],
    ['squared returns', 0.08, made.map((skeleton) => fitDay(returnsOf(skeleton).map((r) => r * r)))],
  ] as const) {
    assertRecovered(
      `amplitude of ${what}`,
      0.55,
      width,
      fits.map(({ amplitude }) => amplitude),
    );
    assertRecovered(
      `peak hour of ${what}`,
      9.5,
      6 * width,
      fits.map(({ peakHour }) => peakHour),
    );
  }
});

test('order flow: the signs of takers are autocorrelated as stated, persistence to the power of the lag, and not at 0', () => {
  for (const signPersistence of [0, 0.6]) {
    const perSeed = overSeeds((seed) => {
      const skeleton = market(seed, 1, { signPersistence, tradesPerMinute: 60 });
      const day = simulateDayTrades(skeleton, FROM_MS);
      const sign = Float64Array.from(day.columns['buyerIsMaker'] as Uint8Array, (maker) => 1 - 2 * maker);
      const blockOf = float64Column(day, 'timeMs').map((time) => Math.floor(time / 900_000));
      return [1, 2, 3].map((lag) => blockAutocorrelation(sign, blockOf, lag));
    });
    for (const lag of [1, 2, 3])
      assertRecovered(
        `lag ${lag}`,
        signPersistence ** lag,
        0.02,
        perSeed.map((values) => values[lag - 1]!),
      );
  }
});

/** Autocorrelation of values around their block's mean: the signal's share of buys, constant in a block, is not part of it. */
function blockAutocorrelation(values: Float64Array, blockOf: Float64Array, lag: number): number {
  let [product, square] = [0, 0];
  for (let from = 0; from < values.length; ) {
    let to = from;
    while (to < values.length && blockOf[to] === blockOf[from]) to++;
    const block = values.subarray(from, to);
    const centre = mean(block);
    for (let i = lag; i < block.length; i++) product += (block[i]! - centre) * (block[i - lag]! - centre);
    for (const value of block) square += (value - centre) ** 2;
    from = to;
  }
  return product / square;
}

test('persistence leaves the share of taker buys as it was', () => {
  const shares = overSeeds((seed) => {
    const skeleton = market(seed, 1, { signPersistence: 0.6, tradesPerMinute: 60 });
    const day = simulateDayTrades(skeleton, FROM_MS);
    const buys = (day.columns['buyerIsMaker'] as Uint8Array).reduce((sum, maker) => sum + 1 - maker, 0);
    let expected = 0;
    for (let m = 0; m < 1440; m++) expected += (skeleton.firstTrade[m + 1]! - skeleton.firstTrade[m]!) * skeleton.takerBuyShare[m]!;
    return buys / expected;
  });
  assertRecovered('buys over expected buys', 1, 0.02, shares);
});

test('the premium: least squares of each minute on the one before and the return recover half-life, response and noise', () => {
  const fits = overSeeds((seed) => {
    const skeleton = market(seed, 40, {});
    const [premium, returns] = [simulatePremium(skeleton), returnsOf(skeleton)];
    let [pp, pr, rr, py, ry] = [0, 0, 0, 0, 0];
    for (const [m, r] of returns.entries()) {
      const [p, y] = [premium[m]!, premium[m + 1]!];
      pp += p * p;
      pr += p * r;
      rr += r * r;
      py += p * y;
      ry += r * y;
    }
    const keep = (py * rr - ry * pr) / (pp * rr - pr * pr);
    const response = (ry * pp - py * pr) / (pp * rr - pr * pr);
    const residual = mean(returns.map((r, m) => (premium[m + 1]! - keep * premium[m]! - response * r) ** 2));
    return { halfLife: -1 / Math.log2(keep), response, spread: Math.sqrt(residual / (1 - keep * keep)) };
  });
  assertRecovered(
    'half-life',
    PREMIUM_HALF_LIFE_MINUTES,
    40,
    fits.map(({ halfLife }) => halfLife),
  );
  assertRecovered(
    'response',
    PREMIUM_PER_RETURN,
    0.001,
    fits.map(({ response }) => response),
  );
  assertRecovered(
    'spread',
    PREMIUM_SPREAD,
    0.00002,
    fits.map(({ spread }) => spread),
  );
});

test('funding: the rate is 1 basis point while the premium is near it and the premium less 5 basis points beyond, worked by hand', () => {
  assert.equal(fundingRate(0), 0.0001);
  assert.equal(fundingRate(0.0006), 0.0001);
  assert.equal(fundingRate(0.0008), 0.0003);
  assert.equal(fundingRate(-0.0007), -0.0002);
  assert.equal(fundingRate(0.01), 0.00075);
});

test('funding: payments follow the move of the 8 hours before, and outside the band the rate rises one for one with the mean premium', () => {
  const skeleton = market(5, 400, { annualVolatility: 1.2 });
  const premium = simulatePremium(skeleton);
  const rate = float64Column(simulateFunding(skeleton), 'rate');
  const [x, y]: [number[], number[]] = [[], []];
  let [up, down] = [0, 0];
  for (let i = 1; i < rate.length; i++) {
    const minute = i * 480;
    let [sum, weight] = [0, 0];
    for (let k = 1; k <= 480; k++) {
      sum += k * premium[minute - 480 + k]!;
      weight += k;
    }
    assert.equal(rate[i], fundingRate(sum / weight));
    if (skeleton.logPrice[minute]! > skeleton.logPrice[minute - 480]!) up += rate[i]!;
    else down += rate[i]!;
    if (Math.abs(rate[i]! - 0.0001) > 1e-8 && Math.abs(rate[i]!) < 0.00075) {
      x.push(Math.abs(sum / weight - 0.0001) - 0.0005);
      y.push(Math.abs(rate[i]! - 0.0001));
    }
  }
  assert.ok(x.length > 100);
  x.forEach((value, i) => assert.ok(Math.abs(value - y[i]!) < 1e-8));
  assert.ok(up > down + 0.01, `rates after rises ${up}, after falls ${down}`);
});
