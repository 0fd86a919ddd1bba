/** Values of the indicators: the methodology's known answers, and TA-Lib 0.8.2, pandas and scipy on a series any language can repeat. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeatureContext } from '../../../core/features/feature.js';
import { aroon } from '../../../core/features/technical/aroon.js';
import { averageTrueRange } from '../../../core/features/technical/average-true-range.js';
import { commodityChannelIndex } from '../../../core/features/technical/commodity-channel-index.js';
import { corwinSchultzSpread } from '../../../core/features/microstructure/corwin-schultz-spread.js';
import { averageDirectionalIndex, directionalDifference } from '../../../core/features/technical/directional-movement.js';
import { ulcerIndex } from '../../../core/features/market/drawdown.js';
import { spanAverage } from '../../../core/features/rolling/exponential-average.js';
import { FEATURES } from '../../../core/features/features.js';
import { lastFundingRate } from '../../../core/features/market/funding-rate.js';
import { moneyFlowIndex } from '../../../core/features/technical/money-flow-index.js';
import { movingAverageConvergence } from '../../../core/features/technical/moving-average-convergence.js';
import { garmanKlassVolatility, parkinsonVolatility, rogersSatchellVolatility } from '../../../core/features/volatility/range-volatility.js';
import { relativeStrengthIndex } from '../../../core/features/technical/relative-strength-index.js';
import { stochasticOscillator } from '../../../core/features/technical/stochastic-oscillator.js';
import { takerImbalance } from '../../../core/features/microstructure/taker-imbalance.js';
import { trueStrengthIndex } from '../../../core/features/technical/true-strength-index.js';
import { yangZhangVolatility } from '../../../core/features/volatility/yang-zhang-volatility.js';
import { rollSpread } from '../../../core/features/market/autocorrelation.js';
import { fourBars, integerBars, walkBars } from '../../support/synthetic-bars.js';

const bars = integerBars();
const NONE: FeatureContext = { regimes: null, funding: null };

function close(actual: number | undefined, expected: number, tolerance = 1e-9): void {
  assert.ok(Math.abs(actual! - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${actual} against ${expected}`);
}

function column(name: string): Float64Array {
  return FEATURES.find((feature) => feature.name === name)!.compute(bars, NONE);
}

test('the reference series is the one that the references were computed on', () => {
  close(
    bars.close.reduce((a, b) => a + b),
    29617.89,
  );
  close(
    bars.volume.reduce((a, b) => a + b),
    157342,
  );
});

test('rsi gives the published example of 14 bars, from bar 14 on (M3.2.17)', () => {
  const closes = Float64Array.from([
    44.34, 44.09, 44.15, 43.61, 44.33, 44.83, 45.1, 45.42, 45.84, 46.08, 45.89, 46.03, 45.61, 46.28, 46.28, 46.0, 46.03, 46.41, 46.22, 45.64,
  ]);
  const rsi = relativeStrengthIndex(closes, 14);
  assert.ok(Number.isNaN(rsi[13]));
  [70.464135, 66.249619, 66.480942, 69.346853, 66.294713, 57.915021].forEach((value, i) => close(rsi[14 + i], value, 1e-8));
});

test('rsi of a constant series is 50 and of a rising one 100', () => {
  assert.equal(relativeStrengthIndex(new Float64Array(30).fill(7), 14)[29], 50);
  assert.equal(
    relativeStrengthIndex(
      Float64Array.from({ length: 30 }, (_, t) => 1 + t),
      14,
    )[29],
    100,
  );
});

test('range volatilities give the known answers on four bars (M3.2.13)', () => {
  close(parkinsonVolatility(fourBars(), 4)[3], 0.02002078, 1e-7);
  close(garmanKlassVolatility(fourBars(), 4)[3], 0.02214522, 1e-7);
  close(rogersSatchellVolatility(fourBars(), 4)[3], 0.02202197, 1e-7);
});

test('indicators whose start does not matter equal TA-Lib exactly', () => {
  close(spanAverage(bars.close, 21)[100], 100.82989924940102);
  close(relativeStrengthIndex(bars.close, 14)[100], 35.53183728963511);
  close(averageTrueRange(bars, 14)[14], 0.5164285714285717);
  close(averageTrueRange(bars, 14)[100], 0.5358418727096932);
  close(commodityChannelIndex(bars, 20)[100], -208.12182741116314, 1e-8);
  close(stochasticOscillator(bars, 14)[100], 0.6097560975604208, 1e-8);
  close(column('stochastic_d_14')[100], 16.35494253730579, 1e-8);
  close(column('williams_r_14')[100], -99.39024390243958, 1e-8);
  close(aroon(bars, 25, { ofUp: 0, ofDown: 1 })[100], 100);
  close(aroon(bars, 25, { ofUp: 1, ofDown: 0 })[100], 12);
  close(aroon(bars, 25, { ofUp: 1, ofDown: 0 })[25], 68);
  close(moneyFlowIndex(bars, 14)[100], 19.727934974311747);
  close(moneyFlowIndex(bars, 14)[299], 52.228253439976434);
  close(column('rate_of_change_10')[100], -0.01186826228859661);
});

test('indicators that TA-Lib begins otherwise equal it once the start is forgotten', () => {
  close(movingAverageConvergence(bars.close, 'line')[299]! * bars.close[299]!, 0.2061640477388238, 1e-7);
  close(movingAverageConvergence(bars.close, 'signal')[299]! * bars.close[299]!, 0.14203368505937444, 1e-7);
  close(movingAverageConvergence(bars.close, 'histogram')[299]! * bars.close[299]!, 0.06413036267944935, 1e-7);
  close(directionalDifference(bars, 14)[299], 19.957089652906646 - 17.7312742820674, 1e-7);
  close(averageDirectionalIndex(bars, 14)[299], 16.599176078915086, 1e-6);
});

test("bollinger position and width equal TA-Lib's bands", () => {
  const [upper, lower, middle] = [101.62025161906166, 100.11474838093827, 100.86749999999996];
  close(column('bollinger_position_20')[100], (bars.close[100]! - middle) / (upper - middle), 1e-8);
  close(column('bollinger_width_20')[100], (upper - lower) / middle, 1e-8);
});

test('statistics of windows equal pandas, scipy and numpy', () => {
  close(column('skewness_32')[100], 0.25763828332143707, 1e-8);
  close(column('kurtosis_32')[299], -1.3872972506598031, 1e-8);
  close(column('autocorrelation_32')[33], -0.07817439036823699, 1e-8);
  close(column('autocorrelation_32')[299], 0.0898656004660958, 1e-8);
  close(column('volume_score_32')[31], -1.4256843743221008, 1e-8);
  close(column('volume_score_32')[299], -1.0536816770045816, 1e-8);
  close(yangZhangVolatility(bars, 20)[20], 0.003279917670192847, 1e-8);
  close(yangZhangVolatility(bars, 20)[299], 0.0033601469151136308, 1e-8);
  close(trueStrengthIndex(bars.close, 25, 13)[100], -7.606121539880599, 1e-8);
  close(column('obv_20')[299], -0.17578974849882517, 1e-8);
  close(column('vwap_distance_32')[100], -0.011778734171170258, 1e-8);
  close(ulcerIndex(bars.close, 14)[299], 0.004684969438458952, 1e-8);
});

test('roll spread of prices that bounce between bid and ask is the spread', () => {
  const bounce = Float64Array.from({ length: 200 }, (_, t) => (t % 2 === 0 ? 100 : 100 * Math.exp(0.001)));
  // Neighbouring returns are +s and -s in turn: their covariance is -s^2, so the estimate is 2 s.
  close(rollSpread(bounce, 32)[199], 0.002, 1e-6);
});

test("corwin-schultz of two equal bars around one price follows the paper's formula by hand", () => {
  const two = walkBars(2, 1);
  for (const [name, value] of [
    ['open', 100],
    ['high', 101],
    ['low', 99],
    ['close', 100],
  ] as const)
    two[name].fill(value);
  const log = Math.log(101 / 99);
  const alpha = (Math.sqrt(4 * log * log) - Math.sqrt(2 * log * log)) / (3 - 2 * Math.SQRT2) - Math.sqrt((log * log) / (3 - 2 * Math.SQRT2));
  // Equal beta terms make alpha the log range itself: the whole range is spread.
  close(alpha, log, 1e-12);
  close(corwinSchultzSpread(two, 1)[1], (2 * (Math.exp(log) - 1)) / (1 + Math.exp(log)), 1e-12);
});

test('taker imbalance is 1 when takers only buy, 0 in a bar without volume and NaN without a source', () => {
  const three = walkBars(3, 1);
  three.volume.set([4, 0, 4]);
  three.takerBuyVolume.set([4, 0, Number.NaN]);
  assert.deepEqual([...takerImbalance(three)], [1, 0, Number.NaN]);
});

test('a funding rate joins once stamped, and no longer than a day', () => {
  const hours = walkBars(30, 1, 3_600_000);
  const stamp = hours.closeTimeMs[1]! + 17;
  const rate = lastFundingRate(hours, { timeMs: Float64Array.of(stamp), rate: Float64Array.of(0.0001) }, 1);
  assert.ok(Number.isNaN(rate[1]));
  assert.equal(rate[2], 0.0001);
  assert.equal(rate[25], 0.0001);
  assert.ok(Number.isNaN(rate[26]));
});
