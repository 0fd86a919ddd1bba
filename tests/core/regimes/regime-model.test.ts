import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Bars } from '../../../core/data/bars.js';
import { barCount, sliceBars } from '../../../core/data/bars.js';
import { concatBars } from '../../../core/data/concat-bars.js';
import { makeBars } from '../../../core/data/make-bars.js';
import { resampleBars } from '../../../core/data/resample-bars.js';
import { tradesToBars } from '../../../core/data/trades-to-bars.js';
import { InsufficientData } from '../../../core/errors.js';
import { REGIME_LOOKBACK_BARS, regimeFeatures } from '../../../core/regimes/regime-features.js';
import type { HmmRegimeModel } from '../../../core/regimes/regime-model.js';
import { filterRegimes, fitRegimeModel, likeliestRegimes } from '../../../core/regimes/regime-model.js';
import type { StateMoments } from '../../../core/regimes/regime-naming.js';
import { nameStates } from '../../../core/regimes/regime-naming.js';
import { summariseRegimes } from '../../../core/regimes/regime-summary.js';
import { makeMarketSkeleton } from '../../../core/simulation/market.js';
import { simulateDayTrades } from '../../../core/simulation/market-trades.js';
import { makeRandom } from '../../../core/stats/random.js';

const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(2024, 0, 1);

function simulatedBars(): Bars {
  const skeleton = makeMarketSkeleton({
    fromMs: FROM_MS,
    toMs: FROM_MS + 7 * DAY_MS,
    seed: 7,
    symbol: 'ETHUSDT',
    blockMs: 900_000,
    tradesPerMinute: 10,
    startPrice: 2000,
    signalStrength: 0.35,
    annualVolatility: 0.6,
  });
  return resampleBars(concatBars(Array.from({ length: 7 }, (_, d) => tradesToBars(simulateDayTrades(skeleton, FROM_MS + d * DAY_MS), 60_000))), 900_000);
}

/** Bars along given closes; range is a fraction of the price. */
function barsAlong(closes: readonly number[], range: (t: number) => number = () => 0.01): Bars {
  const bars = makeBars(closes.length);
  for (const [t, close] of closes.entries()) {
    const open = t === 0 ? close : closes[t - 1]!;
    bars.openTimeMs[t] = t * 900_000;
    bars.closeTimeMs[t] = (t + 1) * 900_000;
    bars.open[t] = open;
    bars.close[t] = close;
    bars.high[t] = Math.max(open, close) * (1 + range(t));
    bars.low[t] = Math.min(open, close) / (1 + range(t));
  }
  return bars;
}

const bars = simulatedBars();
const trainToMs = FROM_MS + 3.5 * DAY_MS;
const model = await fitRegimeModel(bars, trainToMs, { seed: 1 });

test('features of three bars, worked by hand', () => {
  const [a, b, c, d, e, f] = regimeFeatures(barsAlong([100, 110, 99], () => 0));
  // Without a wider range high and low are open and close, so Parkinson's variance is the squared return over 4 ln 2.
  const r1 = Math.log(1.1);
  const r2 = Math.log(0.9);
  const near = (found: number, expected: number): void => assert.ok(Math.abs(found - expected) < 1e-12, `${found} against ${expected}`);
  near(a!, 0);
  near(b!, 0.5 * Math.log(1e-12));
  near(c!, r1 / 2);
  near(d!, 0.5 * Math.log((r1 * r1) / (4 * Math.LN2) / 2));
  near(e!, (r1 + r2) / 3);
  near(f!, 0.5 * Math.log((r1 * r1 + r2 * r2) / (4 * Math.LN2) / 3));
});

test('features look back over 8 bars and no further', () => {
  const changed = sliceBars(bars, 0, barCount(bars));
  const shifted = regimeFeatures(barsAlong([50, ...Array.from(bars.close.slice(1))]));
  const plain = regimeFeatures(barsAlong([...bars.close]));
  assert.equal(REGIME_LOOKBACK_BARS, 8);
  assert.equal(barCount(changed), bars.close.length);
  assert.notEqual(shifted[2 * 8], plain[2 * 8]);
  assert.deepEqual(shifted.slice(2 * 9), plain.slice(2 * 9));
});

test('probabilities sum to 1 and use all four regimes on simulated bars', () => {
  const probabilities = filterRegimes(model, bars);
  assert.equal(probabilities.length, 4 * barCount(bars));
  for (let t = 0; t < barCount(bars); t++) assert.ok(Math.abs(probabilities.slice(4 * t, 4 * t + 4).reduce((a, b) => a + b, 0) - 1) < 1e-9);
  assert.equal(model.reduced, null);
  assert.deepEqual([...new Set(likeliestRegimes(probabilities))].sort(), [0, 1, 2, 3]);
});

test('filtered probabilities are truncation invariant at 200 random cuts, to the bit', () => {
  const whole = filterRegimes(model, bars);
  const random = makeRandom(50);
  for (let i = 0; i < 200; i++) {
    const cut = 1 + random.below(barCount(bars));
    assert.deepEqual(filterRegimes(model, sliceBars(bars, 0, cut)), whole.slice(0, 4 * cut));
  }
});

test('bars after train change nothing in the model, to the bit', async () => {
  const garbage = { ...bars, close: bars.close.slice(), high: bars.high.slice() };
  for (let t = 0; t < barCount(bars); t++) {
    if (bars.closeTimeMs[t]! <= trainToMs) continue;
    garbage.close[t] = 5 * bars.close[t]!;
    garbage.high[t] = 50 * bars.close[t]!;
  }
  assert.equal(JSON.stringify(await fitRegimeModel(garbage, trainToMs, { seed: 1 })), JSON.stringify(model));
  assert.notEqual(
    JSON.stringify(((await fitRegimeModel(garbage, trainToMs + DAY_MS, { seed: 1 })) as HmmRegimeModel).means),
    JSON.stringify(((await fitRegimeModel(bars, trainToMs + DAY_MS, { seed: 1 })) as HmmRegimeModel).means),
  );
});

test('a model read back from JSON filters to the same bits', () => {
  assert.deepEqual(filterRegimes(JSON.parse(JSON.stringify(model)), bars), filterRegimes(model, bars));
});

test('names follow the moments: the highest variance is VOLATILE, of the others the highest mean BULL and the lowest BEAR', () => {
  const state = (regime: string): number => model.regimeOfState.indexOf(regime as never);
  assert.equal(model.returnVariance[state('VOLATILE')], Math.max(...model.returnVariance));
  assert.ok(model.returnMean[state('BULL')]! > model.returnMean[state('SIDEWAYS')]! && model.returnMean[state('SIDEWAYS')]! > model.returnMean[state('BEAR')]!);
});

test('a wild stretch is VOLATILE and a rise is BULL where both are plain to see', async () => {
  const random = makeRandom(4);
  const stretch = (t: number): number => Math.floor(t / 100) % 4;
  const drift = [0.004, -0.004, 0, 0];
  const closes: number[] = [];
  let log = 5;
  for (let t = 0; t < 1200; t++) {
    log += drift[stretch(t)]! + (stretch(t) === 3 ? 0.02 : 0.001) * random.normal();
    closes.push(Math.exp(log));
  }
  const plain = barsAlong(closes, (t) => (stretch(t) === 3 ? 0.02 : 0.001));
  const regime = likeliestRegimes(filterRegimes(await fitRegimeModel(plain, plain.closeTimeMs[799]!, { seed: 2 }), plain));
  let hits = 0;
  // The last stretch of each kind is out of sample; 10 bars are allowed for noticing.
  for (let t = 800; t < 1200; t++) if (t % 100 >= 10 && regime[t] === stretch(t)) hits++;
  assert.ok(hits / 360 > 0.9, `${hits} of 360`);
});

test('too little variety takes fewer states and says why', async () => {
  const flat = await fitRegimeModel(
    barsAlong(new Array<number>(100).fill(10), () => 0),
    1e12,
    { seed: 1 },
  );
  assert.deepEqual(flat.regimeOfState, ['SIDEWAYS']);
  assert.match(flat.reduced ?? '', /4 states: train has 1 distinct rows; 3 states: .*; 2 states:/);
  assert.deepEqual([...filterRegimes(flat, barsAlong([10, 11]))], [0, 0, 1, 0, 0, 0, 1, 0]);
  const short = await fitRegimeModel(sliceBars(bars, 0, 25), trainToMs, { seed: 1 });
  assert.ok(short.regimeOfState.length < 4);
  assert.match(short.reduced ?? '', /effective train rows, expected 10.0/);
  await assert.rejects(fitRegimeModel(bars, FROM_MS, { seed: 1 }), InsufficientData);
});

test('names by hand, ties included', () => {
  const moments = (...pairs: readonly (readonly [number, number])[]): StateMoments[] => pairs.map(([mean, variance]) => ({ mean, variance }));
  assert.deepEqual(nameStates(moments([0, 1], [2, 1], [9, 5], [-1, 1])), ['SIDEWAYS', 'BULL', 'VOLATILE', 'BEAR']);
  assert.deepEqual(nameStates(moments([0, 1], [0, 1], [0, 1], [0, 1])), ['VOLATILE', 'BULL', 'SIDEWAYS', 'BEAR']);
  assert.deepEqual(nameStates(moments([0, 1], [1, 2], [1, 1])), ['BEAR', 'VOLATILE', 'BULL']);
  assert.deepEqual(nameStates(moments([0, 1], [1, 2])), ['SIDEWAYS', 'VOLATILE']);
  assert.throws(() => nameStates([]), RangeError);
});

test('four states always get four different names', () => {
  const number = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.record({ mean: number, variance: number }), { minLength: 4, maxLength: 4 }), (moments) => {
      assert.equal(new Set(nameStates(moments)).size, 4);
    }),
  );
});

test('counts, stays and transitions of a short sequence, worked by hand', () => {
  const summary = summariseRegimes(Int32Array.from([0, 0, 2, 2, 2, 0]));
  assert.deepEqual(
    summary.regimes.map((r) => [r.bars, r.share, r.stays, r.meanStayBars]),
    [
      [3, 0.5, 2, 1.5],
      [0, 0, 0, null],
      [3, 0.5, 1, 3],
      [0, 0, 0, null],
    ],
  );
  assert.deepEqual(summary.transitions, [[0.5, 0, 0.5, 0], null, [1 / 3, 0, 2 / 3, 0], null]);
});
