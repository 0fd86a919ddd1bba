import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { barsToTable } from '../../../core/data/bars.js';
import { concatBars } from '../../../core/data/concat-bars.js';
import { resampleBars } from '../../../core/data/resample-bars.js';
import type { Table } from '../../../core/data/table.js';
import { float64Column, sliceTable, takeRows } from '../../../core/data/table.js';
import { tradesToBars } from '../../../core/data/trades-to-bars.js';
import { makeMarketSkeleton } from '../../../core/simulation/market.js';
import type { MarketSkeleton } from '../../../core/simulation/market.js';
import { simulateFunding } from '../../../core/simulation/market-funding.js';
import type { MarketParameters } from '../../../core/simulation/market-parameters.js';
import { MARKET_SHAPE } from '../../../core/simulation/market-parameters.js';
import { simulatePairBars } from '../../../core/simulation/market-pair.js';
import { plantedAuc } from '../../../core/simulation/market-signal.js';
import { simulateDayTrades } from '../../../core/simulation/market-trades.js';
import { STRESS_IDS } from '../../../core/simulation/stress-ids.js';

const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(2024, 0, 1);
const base: MarketParameters = {
  fromMs: FROM_MS,
  toMs: FROM_MS + 3 * DAY_MS,
  seed: 7,
  symbol: 'ETHUSDT',
  blockMs: 900_000,
  tradesPerMinute: 20,
  startPrice: 2000,
  signalStrength: 0.35,
  annualVolatility: 0.6,
};

function allDays(skeleton: MarketSkeleton): readonly Table[] {
  const { fromMs, toMs } = skeleton.parameters;
  const days: Table[] = [];
  for (let day = Math.floor(fromMs / DAY_MS) * DAY_MS; day < toMs; day += DAY_MS) days.push(simulateDayTrades(skeleton, day));
  return days;
}

function hashOf(table: Table): string {
  const hash = createHash('sha256');
  for (const column of Object.values(table.columns)) hash.update(column as Float64Array);
  return hash.digest('hex');
}

function areaUnderCurve(score: readonly number[], isUp: readonly boolean[]): number {
  const order = score.map((_, i) => i).sort((a, b) => score[a]! - score[b]!);
  const ups = isUp.filter(Boolean).length;
  const rankSum = order.reduce((sum, i, rank) => sum + (isUp[i] ? rank + 1 : 0), 0);
  return (rankSum - (ups * (ups + 1)) / 2) / (ups * (score.length - ups));
}

test('ids rise by one over all days, times never go back, prices and quantities lie on their steps', () => {
  let id = 0;
  let time = FROM_MS;
  for (const day of allDays(makeMarketSkeleton(base))) {
    const { timeMs, price, quantity } = day.columns as Record<string, Float64Array>;
    assert.ok(day.rowCount > 10_000);
    for (let i = 0; i < day.rowCount; i++) {
      if (float64Column(day, 'id')[i] !== ++id) assert.fail(`id ${float64Column(day, 'id')[i]} instead of ${id}`);
      if (!(timeMs![i]! >= time && timeMs![i]! < base.toMs)) assert.fail(`time ${timeMs![i]} after ${time}`);
      time = timeMs![i]!;
      if (Math.round(price![i]! * 100) / 100 !== price![i] || !(price![i]! > 0)) assert.fail(`price ${price![i]}`);
      if (Math.round(quantity![i]! * 1000) / 1000 !== quantity![i] || !(quantity![i]! > 0)) assert.fail(`quantity ${quantity![i]}`);
    }
  }
});

test('a total of trades is met exactly, and a rate on average', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40_000 }), fc.integer({ min: 0, max: 999 }), (totalTrades, seed) => {
      const { firstTrade, minuteCount } = makeMarketSkeleton({ ...base, seed, totalTrades });
      assert.equal(firstTrade[minuteCount], totalTrades);
      for (let m = 0; m < minuteCount; m++) if (firstTrade[m + 1]! < firstTrade[m]!) assert.fail('counts fall');
    }),
    { numRuns: 30 },
  );
  const long = makeMarketSkeleton({ ...base, toMs: FROM_MS + 200 * DAY_MS });
  const mean = long.firstTrade[long.minuteCount]! / long.minuteCount;
  assert.ok(Math.abs(mean / base.tradesPerMinute - 1) < 0.1, `mean ${mean}`);
});

test('days made in any order, or from a skeleton made anew, are the same bytes; another seed or symbol is not', () => {
  const skeleton = makeMarketSkeleton(base);
  const inOrder = allDays(skeleton).map(hashOf);
  const backwards = [2, 1, 0].map((d) => hashOf(simulateDayTrades(makeMarketSkeleton(base), FROM_MS + d * DAY_MS))).reverse();
  assert.deepEqual(backwards, inOrder);
  for (const change of [{ seed: 8 }, { symbol: 'BTCUSDT' }]) {
    assert.notEqual(hashOf(simulateDayTrades(makeMarketSkeleton({ ...base, ...change }), FROM_MS)), inOrder[0]);
  }
});

test('an earlier end of the window changes no earlier trade, at 50 cuts', () => {
  const whole = allDays(makeMarketSkeleton(base));
  for (let i = 1; i <= 50; i++) {
    const toMs = FROM_MS + i * 85 * 60_000;
    for (const [d, day] of allDays(makeMarketSkeleton({ ...base, toMs })).entries()) {
      assert.equal(
        hashOf(day),
        hashOf(
          takeRows(
            whole[d]!,
            Int32Array.from({ length: day.rowCount }, (_, row) => row),
          ),
        ),
      );
      if (FROM_MS + (d + 1) * DAY_MS <= toMs) assert.equal(day.rowCount, whole[d]!.rowCount);
    }
  }
});

test('with GARCH, jumps, persistent signs and each stress scenario, an earlier end changes no earlier trade and no earlier bar of the other asset, at 200 random cuts', () => {
  for (const [i, stress] of STRESS_IDS.entries()) {
    const parameters = {
      ...base,
      garchAlpha: 0.08,
      garchBeta: 0.9,
      jumpsPerDay: 50,
      signPersistence: 0.5,
      stress,
      stressAfterDays: 0.5,
      stressDays: 1,
      tradesPerMinute: 2,
    };
    const pair = { symbol: 'BTCUSDT', correlation: 0.6, lagMinutes: i % 2 === 0 ? -5 : 5, strength: 0.3 };
    const whole = makeMarketSkeleton(parameters);
    const days = allDays(whole);
    const other = barsToTable(simulatePairBars(whole, pair));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 * 1440 }), (minutes) => {
        const short = makeMarketSkeleton({ ...parameters, toMs: FROM_MS + minutes * 60_000 });
        for (const [d, day] of allDays(short).entries()) assert.equal(hashOf(day), hashOf(sliceTable(days[d]!, 0, day.rowCount)));
        const bars = barsToTable(simulatePairBars(short, pair));
        assert.equal(hashOf(bars), hashOf(sliceTable(other, 0, bars.rowCount)));
      }),
      { numRuns: 50 },
    );
  }
});

test('what a market leaves out of its shape has the stated default', () => {
  const full = makeMarketSkeleton({ ...base, ...MARKET_SHAPE });
  assert.deepEqual(allDays(makeMarketSkeleton(base)).map(hashOf), allDays(full).map(hashOf));
  for (const [name, value] of Object.entries({
    volatilitySpread: 0,
    garchAlpha: 0.1,
    jumpsPerDay: 20,
    diurnalAmplitude: 0,
    signPersistence: 0.4,
    regimeContrast: 0,
  })) {
    assert.notEqual(hashOf(simulateDayTrades(makeMarketSkeleton({ ...base, [name]: value }), FROM_MS)), hashOf(simulateDayTrades(full, FROM_MS)), name);
  }
});

test('an earlier end changes no price even where a total fixes the number of trades', () => {
  const long = makeMarketSkeleton({ ...base, totalTrades: 9999 });
  const short = makeMarketSkeleton({ ...base, totalTrades: 9999, toMs: FROM_MS + DAY_MS });
  assert.deepEqual(short.logPrice, long.logPrice.slice(0, 1441));
});

test("the last trade of a minute lies one tick beside the skeleton's price", () => {
  const skeleton = makeMarketSkeleton(base);
  const bars = tradesToBars(simulateDayTrades(skeleton, FROM_MS), 60_000);
  for (let i = 0; i < bars.close.length; i++) {
    const minute = (bars.closeTimeMs[i]! - FROM_MS) / 60_000;
    assert.ok(Math.abs(bars.close[i]! - Math.exp(skeleton.logPrice[minute]!)) <= 0.015 + 1e-9);
  }
});

test('the taker-buy share of a block follows its signal', () => {
  const skeleton = makeMarketSkeleton({ ...base, tradesPerMinute: 60 });
  const bars = resampleBars(concatBars(allDays(skeleton).map((day) => tradesToBars(day, 60_000))), base.blockMs);
  const share = bars.takerBuyVolume.map((buy, i) => buy / bars.volume[i]!);
  const expected = skeleton.signal.map((s) => 0.5 + 0.2 * Math.tanh(s));
  const error = share.map((value, i) => value - expected[i]!);
  assert.ok(Math.abs(error.reduce((a, b) => a + b, 0) / error.length) < 0.01);
  assert.ok(Math.max(...error.map(Math.abs)) < 0.2);
});

test('the signal predicts the next blocks as well as the closed form says, and not at all at strength 0', () => {
  for (const [signalStrength, horizon] of [
    [0.35, 1],
    [0.35, 4],
    [1, 1],
    [0, 4],
  ] as const) {
    const { logPrice, signal } = makeMarketSkeleton({ ...base, signalStrength, toMs: FROM_MS + 730 * DAY_MS });
    const score: number[] = [];
    const isUp: boolean[] = [];
    for (let b = 0; (b + 1 + horizon) * 15 < logPrice.length; b++) {
      score.push(signal[b]!);
      isUp.push(logPrice[(b + 1 + horizon) * 15]! > logPrice[(b + 1) * 15]!);
    }
    const found = areaUnderCurve(score, isUp);
    assert.ok(
      Math.abs(found - plantedAuc(signalStrength, horizon)) < 0.01,
      `strength ${signalStrength}, ${horizon} blocks: ${found} against ${plantedAuc(signalStrength, horizon)}`,
    );
  }
});

test('the planted AUC of one block is 1/2 + (2/pi) asin(rho / sqrt 2), worked by hand, and rises with the strength', () => {
  assert.equal(plantedAuc(0, 3), 0.5);
  // strength 1: rho = 1/sqrt(2), asin(1/2) = pi/6, so 1/2 + 1/3.
  assert.ok(Math.abs(plantedAuc(1, 1) - 5 / 6) < 1e-12);
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 4, noNaN: true }),
      fc.integer({ min: 1, max: 20 }),
      (strength, horizon) => plantedAuc(strength * 1.1, horizon) > plantedAuc(strength, horizon),
    ),
  );
});

test('volatility over the long run is that of the regimes, and it clusters', () => {
  const { logPrice } = makeMarketSkeleton({ ...base, signalStrength: 0, toMs: FROM_MS + 365 * DAY_MS });
  const move = Float64Array.from({ length: logPrice.length - 1 }, (_, m) => logPrice[m + 1]! - logPrice[m]!);
  const annual = Math.sqrt(move.reduce((sum, r) => sum + r * r, 0));
  // Mean variance of the regimes: 0.36 x (1 + 1.15^2 + 0.6^2 + 2.2^2) / 4, and 64/1440 of it again in jumps.
  const expected = 0.6 * Math.sqrt(((1 + 1.15 ** 2 + 0.36 + 2.2 ** 2) / 4) * (1 + 64 / 1440));
  assert.ok(Math.abs(annual / expected - 1) < 0.1, `${annual} against ${expected}`);
  const size = Float64Array.from({ length: 8760 }, (_, h) => move.slice(h * 60, h * 60 + 60).reduce((sum, r) => sum + Math.abs(r), 0));
  const mean = size.reduce((a, b) => a + b, 0) / size.length;
  const covariance = (lag: number): number => size.slice(lag).reduce((sum, x, i) => sum + (x - mean) * (size[i]! - mean), 0);
  assert.ok(covariance(1) / covariance(0) > 0.5);
});

test('funding is paid every 8 hours in the window, within its limits, and from the past only', () => {
  const whole = simulateFunding(makeMarketSkeleton(base));
  assert.deepEqual(
    [...float64Column(whole, 'timeMs')],
    Array.from({ length: 9 }, (_, i) => FROM_MS + (i * DAY_MS) / 3),
  );
  assert.ok(float64Column(whole, 'rate').every((rate) => Math.abs(rate) <= 0.00075));
  assert.equal(float64Column(whole, 'rate')[0], 0.0001);
  assert.equal(float64Column(whole, 'markPrice')[0], 2000);
  const short = simulateFunding(makeMarketSkeleton({ ...base, toMs: FROM_MS + DAY_MS + 60_000 }));
  assert.deepEqual(float64Column(short, 'rate'), float64Column(whole, 'rate').slice(0, 4));
});

test('a window or block that is no whole number of minutes, or an empty window, is refused with its value', () => {
  assert.throws(() => makeMarketSkeleton({ ...base, toMs: FROM_MS + 1 }), /toMs in whole minutes/);
  assert.throws(() => makeMarketSkeleton({ ...base, blockMs: 1000 }), /blockMs in whole minutes, found 1000/);
  assert.throws(() => makeMarketSkeleton({ ...base, toMs: FROM_MS }), /toMs after fromMs/);
  assert.throws(() => simulateDayTrades(makeMarketSkeleton(base), FROM_MS + 60_000), /start of a UTC day/);
});
