/** Each scenario's stated numbers, estimated from the stressed series (C14). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '../../../core/data/bars.js';
import { makeBars } from '../../../core/data/make-bars.js';
import type { Table } from '../../../core/data/table.js';
import { float64Column } from '../../../core/data/table.js';
import type { StressId } from '../../../core/simulation/stress-ids.js';
import { stressBars } from '../../../core/simulation/stress-bars.js';
import { stressScenario } from '../../../core/simulation/stress-scenarios.js';
import { makeMarketSkeleton } from '../../../core/simulation/market.js';
import { simulateDayTrades } from '../../../core/simulation/market-trades.js';
import { mean } from '../../../core/stats/moments.js';
import { makeRandom } from '../../../core/stats/random.js';

const MINUTE = 60_000;
const COUNT = 6000;
const SIGMA = 0.0005;

/** A steady walk of 10 units volume a minute with extras of known size. */
function makeWalk(seed: number): Bars {
  const random = makeRandom(seed);
  const bars = makeBars(COUNT, [
    'realizedVariance',
    'flowReturn',
    'flowSquare',
    'bid',
    'ask',
    'quotedSpread',
    'bidDepth',
    'medianSize',
    'fearGreed',
    'close:BTCUSDT',
  ]);
  let price = 100;
  for (let i = 0; i < COUNT; i++) {
    bars.openTimeMs[i] = i * MINUTE;
    bars.closeTimeMs[i] = (i + 1) * MINUTE;
    bars.open[i] = price;
    price *= Math.exp(SIGMA * random.normal());
    bars.close[i] = price;
    bars.high[i] = Math.max(bars.open[i]!, price) * 1.0001;
    bars.low[i] = Math.min(bars.open[i]!, price) * 0.9999;
    bars.volume[i] = 10;
    bars.quoteVolume[i] = 10 * price;
    bars.tradeCount[i] = 100;
    bars.takerBuyVolume[i] = 5;
    bars.extras['realizedVariance']![i] = SIGMA ** 2;
    bars.extras['flowReturn']![i] = 0.002;
    bars.extras['flowSquare']![i] = 4;
    bars.extras['bid']![i] = price * 0.9999;
    bars.extras['ask']![i] = price * 1.0001;
    bars.extras['quotedSpread']![i] = 0.0002;
    bars.extras['bidDepth']![i] = i % 7 === 0 ? Number.NaN : 50;
    bars.extras['medianSize']![i] = 0.1;
    bars.extras['fearGreed']![i] = 40;
    bars.extras['close:BTCUSDT']![i] = 60_000;
  }
  return bars;
}

const stressed = (id: StressId, seed: number): { before: Bars; after: Bars; halfSpread: number } => {
  const before = makeWalk(seed);
  const shock = stressScenario(id).draw(COUNT, makeRandom(seed));
  return { before, after: stressBars(before, 0, shock), halfSpread: shock.halfSpread };
};
const parametersOf = (id: StressId): Readonly<Record<string, number>> => stressScenario(id).parameters;
const moves = (bars: Bars): Float64Array => Float64Array.from({ length: COUNT - 1 }, (_, i) => Math.log(bars.close[i + 1]! / bars.close[i]!));
const near = (found: number, expected: number, share: number): void =>
  assert.ok(Math.abs(found / expected - 1) <= share, `expected ${expected} within ${share * 100} %, found ${found}`);

/** First and last bar whose volume is not the walk's 10, and the volume there. */
function episode(bars: Bars): { from: number; to: number; volume: number } {
  const from = bars.volume.findIndex((value) => Math.abs(value - 10) > 1e-9);
  const to = bars.volume.findLastIndex((value) => Math.abs(value - 10) > 1e-9) + 1;
  return { from, to, volume: mean(bars.volume.subarray(from, to)) };
}

const rootMeanSquare = (values: Float64Array): number => Math.sqrt(mean(values.map((value) => value * value)));

test('market crash: fall, length, scale and volume are read off the series; nothing recovers after it', () => {
  const { fall, bars: length, returnScale, volumeFactor } = parametersOf('market-crash');
  const falls = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => {
    const { after } = stressed('market-crash', seed);
    const { from, to, volume } = episode(after);
    assert.equal(to - from, length);
    near(volume / 10, volumeFactor!, 1e-9);
    const inside = moves(after).subarray(from, to - 1);
    near(rootMeanSquare(inside.map((move) => move - mean(inside))) / SIGMA, returnScale!, 0.1);
    return Math.log(after.close[to - 1]! / after.open[from]!);
  });
  // Sum of 1440 doubled moves: spread 0.038 a path, 0.0134 of the mean of eight; three of them.
  assert.ok(Math.abs(mean(falls) - Math.log(1 - fall!)) < 0.041, `mean fall ${mean(falls)}`);
});

test('volatility spike: scale, share of the span and volume', () => {
  const { returnScale, shareOfSpan, volumeFactor } = parametersOf('volatility-spike');
  const { before, after } = stressed('volatility-spike', 11);
  const { from, to, volume } = episode(after);
  assert.equal((to - from) / COUNT, shareOfSpan);
  near(volume / 10, volumeFactor!, 1e-9);
  const [inside, outside] = [moves(after).subarray(from, to - 1), [...moves(after).subarray(0, Math.max(0, from - 1)), ...moves(after).subarray(to)]];
  near(rootMeanSquare(inside) / rootMeanSquare(Float64Array.from(outside)), returnScale!, 0.06);
  near(rootMeanSquare(inside) / rootMeanSquare(moves(before).subarray(from, to - 1)), returnScale!, 1e-9);
});

test('liquidity crisis: volume, bounce and the stated range of the half-spread', () => {
  const { volumeFactor, bounceBps, halfSpreadFactorLow, halfSpreadFactorHigh } = parametersOf('liquidity-crisis');
  const factors = Array.from({ length: 40 }, (_, seed) => stressed('liquidity-crisis', seed));
  for (const { after, halfSpread } of factors) {
    near(mean(after.volume) / 10, volumeFactor!, 1e-9);
    // The spread of the shocked quotes over that of the walk's.
    near((after.extras['ask']![500]! - after.extras['bid']![500]!) / after.close[500]! / 0.0002, halfSpread, 1e-6);
    assert.ok(halfSpread >= halfSpreadFactorLow! && halfSpread <= halfSpreadFactorHigh!);
    // A displaced close comes back: the covariance of neighbouring moves is minus the bounce's variance (Roll 1984).
    const move = moves(after);
    const covariance = mean(Float64Array.from({ length: move.length - 1 }, (_, i) => move[i + 1]! * move[i]!));
    near(Math.sqrt(-covariance) * 1e4, bounceBps!, 0.25);
  }
  // Log-uniform between the limits: the mean logarithm is the middle of theirs.
  near(mean(factors.map(({ halfSpread }) => Math.log(halfSpread))), (Math.log(halfSpreadFactorLow!) + Math.log(halfSpreadFactorHigh!)) / 2, 0.12);
});

test('black swan: one gap between two bars within its limits, the stated share of them upwards, and agitation after it', () => {
  const { gapLow, gapHigh, shareUp, agitatedBars, returnScale, volumeFactor } = parametersOf('black-swan');
  let ups = 0;
  const runs = 60;
  for (let seed = 0; seed < runs; seed++) {
    const { after } = stressed('black-swan', seed);
    const { from, to, volume } = episode(after);
    near(volume / 10, volumeFactor!, 1e-9);
    assert.ok(to - from === agitatedBars || to === COUNT);
    const gaps = Float64Array.from({ length: COUNT - 1 }, (_, i) => Math.abs(Math.log(after.open[i + 1]! / after.close[i]!)));
    const at = gaps.indexOf(Math.max(...gaps)) + 1;
    if (from === 0) continue;
    assert.equal(at, from);
    const jump = after.open[at]! / after.close[at - 1]! - 1;
    if (jump > 0) ups++;
    assert.ok(Math.abs(jump) >= gapLow! - 1e-9 && Math.abs(jump) <= gapHigh! + 1e-9, `gap ${jump}`);
    if (to - from === agitatedBars) near(rootMeanSquare(moves(after).subarray(from, to - 1)) / SIGMA, returnScale!, 0.2);
  }
  // Binomial(60, 0.3): four standard deviations are 0.24.
  assert.ok(Math.abs(ups / runs - shareUp!) < 0.24);
});

test('extras follow by their meaning: variances with the square, amounts with volume, quotes with price and spread, the rest not at all', () => {
  const { before, after } = stressed('volatility-spike', 3);
  const { from, to } = episode(after);
  const ratio = (name: string): number => after.extras[name]![from + 10]! / before.extras[name]![from + 10]!;
  near(ratio('realizedVariance'), 9, 1e-12);
  near(ratio('flowSquare'), 2, 1e-12);
  near(ratio('flowReturn'), 3, 1e-12);
  near(ratio('bid'), after.close[from + 10]! / before.close[from + 10]!, 1e-12);
  near(ratio('quotedSpread'), 1, 1e-12);
  for (const name of ['medianSize', 'fearGreed', 'close:BTCUSDT']) assert.deepEqual(after.extras[name], before.extras[name]);
  for (let i = 0; i < COUNT; i++) {
    const isMissing = i % 7 === 0;
    assert.equal(Number.isNaN(after.extras['bidDepth']![i]), isMissing);
    if (!isMissing) assert.equal(after.extras['bidDepth']![i], i >= from && i < to ? 100 : 50);
  }
  const crisis = stressed('liquidity-crisis', 3);
  assert.ok(crisis.after.extras['ask']!.every((ask, i) => ask > crisis.after.extras['bid']![i]!));
  // Impact for a given flow, flowReturn over flowSquare, rises as volume dries up.
  near(crisis.after.extras['flowReturn']![5]! / crisis.after.extras['flowSquare']![5]!, (0.002 / 4) * 10, 1e-9);
});

test('a column that is not known is refused by name', () => {
  const bars = makeWalk(1);
  assert.throws(
    () => stressBars({ ...bars, extras: { vega: new Float64Array(COUNT) } }, 0, stressScenario('black-swan').draw(COUNT, makeRandom(1))),
    /found vega/,
  );
});

/** Trades of three days whose second and third lie in the scenario's span. */
function tradesUnder(stress: StressId | 'none'): Table[] {
  const skeleton = makeMarketSkeleton({
    fromMs: 0,
    toMs: 3 * 86_400_000,
    seed: 5,
    symbol: 'ETHUSDT',
    blockMs: 900_000,
    tradesPerMinute: 30,
    startPrice: 2000,
    signalStrength: 0,
    annualVolatility: 0.6,
    regimeContrast: 0,
    volatilitySpread: 0,
    jumpsPerDay: 0,
    diurnalAmplitude: 0,
    stress,
  });
  return [0, 1, 2].map((day) => simulateDayTrades(skeleton, day * 86_400_000));
}
const quiet = tradesUnder('none');
const prices = (days: readonly Table[], from: number, to: number): Float64Array =>
  Float64Array.from(days.slice(from, to).flatMap((day) => [...float64Column(day, 'price')]));

for (const [id, check] of [
  [
    'market-crash',
    (days: readonly Table[]) => {
      const after = prices(days, 1, 3);
      const calm = prices(quiet, 1, 3);
      // The drift is the scenario's; the doubled moves differ from the calm ones by 960 minutes' noise.
      assert.ok(Math.abs(Math.log(after[after.length - 1]! / after[0]!) - Math.log(calm[calm.length - 1]! / calm[0]!) - Math.log(0.65)) < 0.1);
      near(after.length / calm.length, 1 + (2 * 960) / 2880, 0.03);
    },
  ],
  ['volatility-spike', (days: readonly Table[]) => near(prices(days, 1, 3).length / prices(quiet, 1, 3).length, 1.5, 0.03)],
  [
    'liquidity-crisis',
    (days: readonly Table[]) => {
      near(prices(days, 1, 3).length / prices(quiet, 1, 3).length, 0.1, 0.03);
      const ticks = spreadTicks(days[1]!);
      assert.ok(ticks > 4 && ticks < 21, `half-spread of ${ticks} ticks`);
      near(spreadTicks(quiet[1]!), 1, 0.3);
    },
  ],
  [
    'black-swan',
    (days: readonly Table[]) => {
      const path = prices(days, 0, 3);
      let largest = 0;
      for (let i = 1; i < path.length; i++) largest = Math.max(largest, Math.abs(path[i]! / path[i - 1]! - 1));
      assert.ok(largest > 0.14 && largest < 0.31, `largest step ${largest}`);
    },
  ],
] as const) {
  test(`a simulated market passes through ${id}: its trades show it, and the day before the span is untouched`, () => {
    const days = tradesUnder(id);
    assert.deepEqual(days[0]!.columns, quiet[0]!.columns);
    check(days);
  });
}

/** Half the mean distance of a taker's buy from the sell just before it, in ticks of 0.01: the moves between average out. */
function spreadTicks(day: Table): number {
  const price = float64Column(day, 'price');
  const maker = day.columns['buyerIsMaker'] as Uint8Array;
  const steps: number[] = [];
  for (let i = 1; i < price.length; i++) if (maker[i] !== maker[i - 1]) steps.push((maker[i] === 0 ? 1 : -1) * (price[i]! - price[i - 1]!) * 100);
  return mean(steps) / 2;
}
