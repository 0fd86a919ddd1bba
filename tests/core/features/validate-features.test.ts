/** A poisoned feature fails its validation; the registered ones pass (D29). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '../../../core/data/bars.js';
import type { Feature, FeatureContext } from '../../../core/features/feature.js';
import { LookAheadLeak } from '../../../core/errors.js';
import { checkLeaks } from '../../../core/features/check-leaks.js';
import { computeFeatures, featuresOf } from '../../../core/features/compute-features.js';
import { validateFeatures } from '../../../core/features/validate-features.js';
import { makeRandom } from '../../../core/stats/random.js';
import { walkBars } from '../../support/synthetic-bars.js';

const NOTHING: FeatureContext = { regimes: null, funding: null };

function feature(name: string, compute: Feature['compute'], rest: Partial<Feature> = {}): Feature {
  return { name, inputs: ['close'], warmUp: 0, range: [null, null], source: 'test', set: 'all', compute, ...rest };
}

function faultsOf(of: Feature, bars: Bars = walkBars(50, 1)): readonly (readonly [string, number, number])[] {
  return validateFeatures({ names: [of.name], columns: [of.compute(bars, NOTHING)] }, [of], { bars, context: NOTHING }).map(({ fault, count, row }) => [
    fault,
    count,
    row,
  ]);
}

/** 0.5 everywhere but for what is set; the first value differs, so that the column varies. */
const column =
  (set: Readonly<Record<number, number>>): Feature['compute'] =>
  (bars) => {
    const out = new Float64Array(bars.close.length).fill(0.5);
    for (const [row, value] of Object.entries({ 0: 0.25, ...set })) out[Number(row)] = value;
    return out;
  };

test('a value outside the range, an infinite one and a missing one are found with row and count', () => {
  const unit = { range: [0, 1] } as const;
  assert.deepEqual(faultsOf(feature('whole', column({}), unit)), []);
  assert.deepEqual(faultsOf(feature('above', column({ 10: 1.1, 20: -0.1 }), unit)), [['range', 2, 10]]);
  assert.deepEqual(faultsOf(feature('rounded', column({ 10: 1 + 1e-12 }), unit)), []);
  assert.deepEqual(faultsOf(feature('infinite', column({ 30: Number.NEGATIVE_INFINITY }))), [['infinite', 1, 30]]);
  assert.deepEqual(faultsOf(feature('missing', column({ 7: Number.NaN, 8: Number.NaN }), { warmUp: 7 })), [['missing', 2, 7]]);
  assert.deepEqual(faultsOf(feature('warm-up', column({ 6: Number.NaN }), { warmUp: 7 })), []);
});

test('a column of one value is constant, one without any known value in its warm-up is not', () => {
  assert.deepEqual(faultsOf(feature('constant', (bars) => bars.close.map(() => 3))), [['constant', 50, 0]]);
  assert.deepEqual(faultsOf(feature('unknown', (bars) => bars.close.map(() => Number.NaN), { warmUp: 50 })), []);
});

test('a missing input excuses a missing value for as long as the warm-up reaches back to it', () => {
  const bars = walkBars(50, 1);
  bars.takerBuyVolume[20] = Number.NaN;
  const rest = { warmUp: 5, inputs: ['close', 'takerBuyVolume'] } as const;
  assert.deepEqual(faultsOf(feature('excused', column({ 20: Number.NaN, 25: Number.NaN }), rest), bars), []);
  assert.deepEqual(faultsOf(feature('late', column({ 26: Number.NaN }), rest), bars), [['missing', 1, 26]]);
  assert.deepEqual(faultsOf(feature('early', column({ 19: Number.NaN }), rest), bars), [['missing', 1, 19]]);
});

test('missing regimes and closes of other assets excuse what reads them', () => {
  const bars: Bars = { ...walkBars(20, 1), extras: { 'close:BTCUSDT': new Float64Array(20).fill(1), 'volume:BTCUSDT': new Float64Array(20).fill(1) } };
  bars.extras['volume:BTCUSDT']![9] = Number.NaN;
  const regimes = new Float64Array(80).fill(0.25);
  regimes[4 * 12 + 3] = Number.NaN;
  const context = { regimes, funding: null };
  const of = feature('both', column({ 9: Number.NaN, 12: Number.NaN, 13: Number.NaN }), { inputs: ['pairs', 'regimes'] });
  const faults = validateFeatures({ names: ['both'], columns: [of.compute(bars, context)] }, [of], { bars, context });
  assert.deepEqual(
    faults.map(({ fault, count, row }) => [fault, count, row]),
    [['missing', 1, 13]],
  );
});

test('a catalog in another order is refused', () => {
  const bars = walkBars(10, 1);
  const [a, b] = [feature('a', column({})), feature('b', column({}))];
  const features = { names: ['a', 'b'], columns: [a, b].map(({ compute }) => compute(bars, NOTHING)) };
  assert.throws(() => validateFeatures(features, [b, a], { bars, context: NOTHING }), /expected feature a in row 0 of the catalog, found b/);
});

test('registered features stay finite, in range and free of look-ahead on a walk', () => {
  const bars = walkBars(3000, 2, 15 * 60_000);
  const features = computeFeatures(bars, NOTHING, 'all');
  const catalog = featuresOf('all', bars, NOTHING);
  const faults = validateFeatures(features, catalog, { bars, context: NOTHING });
  assert.deepEqual(
    faults.filter(({ fault }) => fault === 'range' || fault === 'infinite').map(({ detail }) => detail),
    [],
  );
  checkLeaks(features, catalog, { bars, context: NOTHING, cuts: 2, withinRows: 1000, random: makeRandom(1) });
});

const LEAKS: Readonly<Record<string, Feature['compute']>> = {
  'next close': (bars) => bars.close.map((_, t) => bars.close[t + 1] ?? bars.close[t]!),
  'mean of the whole series': ({ close }) => {
    const mean = close.reduce((sum, value) => sum + value, 0) / close.length;
    return close.map((value) => value / mean);
  },
  'centred median': ({ close }) => close.map((_, t) => [...close.subarray(Math.max(0, t - 2), t + 3)].sort((a, b) => a - b)[2] ?? close[t]!),
  'smoothed from behind': ({ close }) => close.map((_, t) => close.subarray(t).reduce((sum, value, k) => sum + value * 0.5 ** k, 0)),
};

for (const [name, compute] of Object.entries(LEAKS)) {
  test(`a feature that looks ahead is named: ${name}`, () => {
    const bars = walkBars(3000, 2);
    const clean = feature('clean', ({ close }) => close.map((value, t) => value / close[Math.max(0, t - 1)]!));
    const poisoned = feature('poisoned', compute);
    const features = { names: ['clean', 'poisoned'], columns: [clean, poisoned].map((of) => of.compute(bars, NOTHING)) };
    const check = { bars, context: NOTHING, cuts: 3, withinRows: 2000, random: makeRandom(3) };
    assert.throws(
      () => checkLeaks(features, [clean, poisoned], check),
      (error) => error instanceof LookAheadLeak && /feature poisoned: expected .* in row \d+ .* rests on later bars/.test(error.message),
    );
    checkLeaks({ names: ['clean'], columns: features.columns.slice(0, 1) }, [clean], check);
  });
}

test('a feature that reads funding or regimes beyond the cut is named', () => {
  const bars = walkBars(1000, 2, 3_600_000);
  const timeMs = Float64Array.from({ length: 125 }, (_, i) => bars.openTimeMs[0]! + (i + 1) * 8 * 3_600_000);
  const context: FeatureContext = { regimes: Float64Array.from({ length: 4000 }, (_, i) => (i % 7) / 7), funding: { timeMs, rate: timeMs.map((_, i) => i) } };
  const check = { bars, context, cuts: 3, withinRows: 1000, random: makeRandom(3) };
  const leaking = [
    feature('total_funding', ({ close }, { funding }) => close.map(() => funding!.rate.reduce((sum, rate) => sum + rate, 0))),
    feature('payments', ({ close }, { funding }) => close.map(() => funding!.timeMs.length)),
    feature('last_regime', ({ close }, { regimes }) => close.map(() => regimes![regimes!.length - 4]!)),
  ];
  for (const of of leaking) {
    assert.throws(() => checkLeaks({ names: [of.name], columns: [of.compute(bars, context)] }, [of], check), LookAheadLeak);
  }
});
