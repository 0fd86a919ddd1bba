/** Features across assets on planted series: correlation, its break, a lead, a rotation. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '../../../core/data/bars.js';
import { makeBars } from '../../../core/data/make-bars.js';
import { correlationBreakout } from '../../../core/features/cross-pair/correlation-breakout.js';
import { leadLag } from '../../../core/features/cross-pair/lead-lag.js';
import { pairBeta, pairCorrelation, pairSpreadScore, residualMomentum } from '../../../core/features/cross-pair/pair-correlation.js';
import { referenceClose } from '../../../core/features/cross-pair/reference-asset.js';
import { relativeStrength, strengthRank } from '../../../core/features/cross-pair/rotation.js';
import { rollingMean } from '../../../core/features/rolling/rolling-sum.js';
import { makeRandom } from '../../../core/stats/random.js';

/** Bars whose closes follow the log returns, and those of the other assets. */
function priceBars(own: ArrayLike<number>, others: Readonly<Record<string, ArrayLike<number>>>): Bars {
  const bars = makeBars(
    own.length,
    Object.keys(others).map((symbol) => `close:${symbol}`),
  );
  const fill = (out: Float64Array, returns: ArrayLike<number>): void => {
    let log = 0;
    for (let t = 0; t < out.length; t++) {
      log += returns[t]!;
      out[t] = 100 * Math.exp(log);
    }
  };
  fill(bars.close, own);
  for (const [symbol, returns] of Object.entries(others)) fill(bars.extras[`close:${symbol}`]!, returns);
  return bars;
}

const noise = (count: number, seed: number, scale = 0.001): Float64Array => {
  const random = makeRandom(seed);
  return Float64Array.from({ length: count }, () => scale * random.normal());
};

test('a planted correlation of 0.7 and beta of 1.4 are recovered within three standard errors (D12)', () => {
  const count = 4001;
  const reference = noise(count, 1);
  const rest = noise(count, 2);
  // Deviations: 0.002 of the asset, 0.001 of the reference, so beta = 0.7 x 2.
  const own = reference.map((value, t) => 2 * (0.7 * value + Math.sqrt(1 - 0.49) * rest[t]!));
  const bars = priceBars(own, { BTCUSDT: reference });
  const error = 1 / Math.sqrt(4000);
  assert.ok(Math.abs(pairCorrelation(bars, 4000)[4000]! - 0.7) < 3 * (1 - 0.49) * error);
  assert.ok(Math.abs(pairBeta(bars, 4000)[4000]! - 1.4) < 3 * 2 * Math.sqrt(1 - 0.49) * error);
  const windows = pairCorrelation(bars, 96).subarray(96);
  assert.ok(Math.abs(windows.reduce((a, b) => a + b, 0) / windows.length - 0.7) < 0.03);
});

test('unrelated assets have a correlation near zero: within 1.96 standard errors in 95 of 100 pairs, give or take 7 (D12)', () => {
  let inside = 0;
  for (let seed = 0; seed < 100; seed++) {
    const value = pairCorrelation(priceBars(noise(501, 1000 + seed), { A: noise(501, 5000 + seed) }), 500)[500]!;
    if (Math.abs(value) < 1.96 / Math.sqrt(500)) inside++;
  }
  assert.ok(inside >= 88, `${inside} of 100`);
});

test('an asset that is its reference has correlation 1, beta 1 and no residual', () => {
  const returns = noise(300, 4);
  const bars = priceBars(returns, { A: returns });
  assert.ok(Math.abs(pairCorrelation(bars, 96)[299]! - 1) < 1e-12);
  assert.ok(Math.abs(pairBeta(bars, 96)[299]! - 1) < 1e-12);
  assert.ok(Math.abs(residualMomentum(bars, 32, 96)[299]!) < 1e-12);
});

test('the spread of two prices is scored against its own window', () => {
  const own = Float64Array.of(0, 0.01, 0, 0.03);
  const bars = priceBars(own, { A: new Float64Array(4) });
  // Log spreads 0, 0.01, 0.01, 0.04: mean 0.015, deviation sqrt(0.0009 / 3).
  assert.ok(Math.abs(pairSpreadScore(bars, 4)[3]! - 0.025 / Math.sqrt(0.0003)) < 1e-9);
});

/** Bars from one planted correlation to another at `breakAt`. */
function breaking(count: number, breakAt: number, [before, after]: readonly [number, number], tails = 0): Bars {
  const random = makeRandom(breakAt + 11);
  const reference = new Float64Array(count);
  const own = new Float64Array(count);
  for (let t = 0; t < count; t++) {
    const rho = t < breakAt ? before : after;
    const scale = 0.001 * Math.exp(tails * random.normal());
    const [x, y] = [random.normal(), random.normal()];
    reference[t] = scale * x;
    own[t] = scale * (rho * x + Math.sqrt(1 - rho * rho) * y);
  }
  return priceBars(own, { BTCUSDT: reference });
}

const ALARM = 5;

/** Bars at which |z| goes beyond ALARM after at least `short` bars within it. */
function alarms(scores: Float64Array, short: number): readonly number[] {
  const out: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (let t = 0; t < scores.length; t++) {
    if (!(Math.abs(scores[t]!) > ALARM)) continue;
    if (t - last > short) out.push(t);
    last = t;
  }
  return out;
}

test('a planted break of the correlation is found within the short window, with its sign, in 20 of 20 series (D16)', () => {
  for (let i = 0; i < 20; i++) {
    const at = 900 + 37 * i;
    const falling = correlationBreakout(breaking(2500, at, [0.8, -0.2]), 96, 384);
    const [first] = alarms(falling, 96);
    assert.ok(first !== undefined && first >= at && first <= at + 96, `break at ${at}, alarm at ${first}`);
    assert.ok(falling[first]! < 0);
    const rising = correlationBreakout(breaking(2500, at, [-0.2, 0.8]), 96, 384);
    assert.ok(rising[alarms(rising, 96)[0]!]! > 0);
  }
});

test('without a break the alarm at 5 is raised less than once in ten years of hours, and about once a year with heavy tails (D16)', (t) => {
  const years = 20;
  for (const [short, long] of [
    [32, 192],
    [96, 384],
  ] as const) {
    for (const [tails, most] of [
      [0, 0.1],
      [0.7, 1.5],
    ] as const) {
      const found = alarms(correlationBreakout(breaking(years * 8760, years * 8760, [0.6, 0.6], tails), short, long), short).length / years;
      t.diagnostic(
        `correlation_breakout_${short}_${long} beyond ${ALARM}, ${tails === 0 ? 'Gaussian' : 'log-normal volatility, sigma 0.7'}: ${found} false alarms a year`,
      );
      assert.ok(found <= most, `${found} a year`);
    }
  }
});

test('a planted lead is recovered with its direction, length and sign (D17)', () => {
  const count = 600;
  for (const lag of [1, 2, 3, 4]) {
    for (const sign of [1, -1]) {
      const driver = noise(count, 40 + lag);
      const rest = noise(count, 60 + lag);
      const follower = driver.map((_, t) => (t < lag ? 0 : 0.6 * sign * driver[t - lag]!) + 0.8 * rest[t]!);
      const led = leadLag(priceBars(follower, { BTCUSDT: driver }), 192, 4);
      const leading = leadLag(priceBars(driver, { BTCUSDT: follower }), 192, 4);
      for (let t = 300; t < count; t++) {
        assert.deepEqual([led.lag[t], leading.lag[t]], [lag, -lag]);
        assert.ok(Math.sign(led.correlation[t]!) === sign && Math.sign(led.leading[t]!) === sign);
        assert.ok(led.asymmetry[t]! > 0.3 && leading.asymmetry[t]! < -0.3);
      }
    }
  }
});

test('assets that move at once have lag 0', () => {
  const driver = noise(500, 71);
  const rest = noise(500, 72);
  const { lag } = leadLag(
    priceBars(
      driver.map((value, t) => 0.6 * value + 0.8 * rest[t]!),
      { A: driver },
    ),
    192,
    4,
  );
  assert.ok(lag.subarray(196).every((value) => value === 0));
  assert.ok(lag.subarray(0, 196).every(Number.isNaN));
});

test('a close that is missing leaves no lead while it is in a window', () => {
  const bars = priceBars(noise(700, 73), { A: noise(700, 74) });
  bars.extras['close:A']![300] = Number.NaN;
  const { lag, correlation, leading, asymmetry } = leadLag(bars, 192, 4);
  for (const column of [lag, correlation, leading, asymmetry]) {
    assert.ok(Number.isFinite(column[299]) && Number.isFinite(column[500]));
    for (let t = 300; t < 300 + 192; t++) assert.ok(Number.isNaN(column[t]), `at ${t}`);
  }
});

test('a planted rotation ranks four sectors by their drift, before and after it turns (D18)', () => {
  const count = 1200;
  const drifts = [3, 1, -1, -3];
  const returns = drifts.map((drift, k) => noise(count, 80 + k).map((value, t) => value + 0.0003 * (t < 600 ? drift : -drift)));
  const ranks = returns.map((own, k) => {
    const others = Object.fromEntries(returns.flatMap((each, j) => (j === k ? [] : [[`S${j}`, each]])));
    return strengthRank(priceBars(own, others), 96);
  });
  const mean = (rank: Float64Array, from: number, to: number): number => rollingMean(rank.subarray(from, to), to - from)[to - from - 1]!;
  const before = ranks.map((rank) => mean(rank, 200, 590));
  const after = ranks.map((rank) => mean(rank, 800, 1190));
  // Places 3, 2, 1, 0 of three others beaten.
  before.forEach((value, k) => assert.ok(Math.abs(value - (3 - k) / 3) < 0.12, `sector ${k}: ${value}`));
  after.forEach((value, k) => assert.ok(Math.abs(value - k / 3) < 0.12, `sector ${k}: ${value}`));
  for (let t = 96; t < count; t++) assert.ok(Math.abs(ranks.reduce((sum, rank) => sum + rank[t]!, 0) - 2) < 1e-12);
});

test('relative strength is the own return less the mean of the others, and ties share their places', () => {
  const bars = priceBars([0, 0.04], { A: [0, 0.01], B: [0, 0.04], C: [0, 0.07] });
  assert.ok(Math.abs(relativeStrength(bars, 1)[1]! - (0.04 - 0.04)) < 1e-12);
  bars.extras['close:B']!.set(bars.close);
  assert.equal(strengthRank(bars, 1)[1], 0.5);
  bars.extras['close:C']![1] = Number.NaN;
  assert.ok(Number.isNaN(strengthRank(bars, 1)[1]));
});

test('the reference asset is the first pair; bars without one are refused', () => {
  const bars = priceBars([0, 0], { ZZZ: [0, 0.5], AAA: [0, 0] });
  assert.equal(referenceClose(bars), bars.extras['close:ZZZ']);
  assert.throws(() => referenceClose(makeBars(3)), /expected bars with a column close:SYMBOL, found no extras/);
});
