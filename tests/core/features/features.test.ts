/** What holds for every registered feature: causality, warm-up, range, units. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '../../../core/data/bars.js';
import type { FeatureContext } from '../../../core/features/feature.js';
import { BAR_COLUMNS, barCount, sliceBars } from '../../../core/data/bars.js';
import { computeFeatures, featuresOf } from '../../../core/features/compute-features.js';
import { FEATURES } from '../../../core/features/features.js';
import { rollingDeviation } from '../../../core/features/rolling-moments.js';
import { makeRandom } from '../../../core/stats/random.js';
import { walkBars } from '../../support/synthetic-bars.js';

const PERIOD_MS = 15 * 60_000;

function contextOf(bars: Bars): FeatureContext {
  const random = makeRandom(5);
  const rows = barCount(bars);
  const regimes = new Float64Array(rows * 4);
  for (let t = 0; t < rows; t++) {
    const draws = [0, 1, 2, 3].map(() => random.uniform());
    const sum = draws.reduce((a, b) => a + b, 0);
    draws.forEach((draw, state) => {
      regimes[t * 4 + state] = draw / sum;
    });
  }
  const stamps = Math.ceil((rows * PERIOD_MS) / (8 * 3_600_000));
  // Stamps with the exchange's jitter of a few ms.
  const timeMs = Float64Array.from({ length: stamps }, (_, i) => bars.openTimeMs[0] + i * 8 * 3_600_000 + (i % 3) * 8);
  return { regimes, funding: { timeMs, rate: timeMs.map(() => 1e-4 * random.normal()) } };
}

function upTo(context: FeatureContext, rows: number): FeatureContext {
  return { ...context, regimes: context.regimes!.slice(0, rows * 4) };
}

test('the registry has at least 45 features with unique names, 15 to 20 minimal and about 40 basic', () => {
  assert.ok(FEATURES.length >= 45, `found ${FEATURES.length}`);
  assert.equal(new Set(FEATURES.map(({ name }) => name)).size, FEATURES.length);
  const sizes = (['minimal', 'basic', 'all'] as const).map((set) => featuresOf(set, contextOf(walkBars(4, 1, PERIOD_MS))).length);
  assert.ok(sizes[0]! >= 15 && sizes[0]! <= 20, `minimal has ${sizes[0]}`);
  assert.ok(sizes[1]! >= 38 && sizes[1]! <= 52, `basic has ${sizes[1]}`);
  assert.equal(sizes[2], FEATURES.length);
});

test('the minimal set holds the taker imbalance', () => {
  const names = featuresOf('minimal', { regimes: null, funding: null }).map(({ name }) => name);
  assert.ok(names.includes('taker_imbalance'));
});

test('features that read regimes or funding are left out where there are none', () => {
  const names = featuresOf('all', { regimes: null, funding: null }).map(({ name }) => name);
  assert.deepEqual(
    names.filter((name) => name.startsWith('regime_') || name.startsWith('funding_')),
    [],
  );
});

test('regimes of another length are refused', () => {
  assert.throws(() => computeFeatures(walkBars(10, 1), { regimes: new Float64Array(8), funding: null }, 'minimal'), RangeError);
});

test('every feature passes truncation invariance at 50 random cuts, to the bit (M3.1.1)', () => {
  const bars = walkBars(900, 11, PERIOD_MS);
  const context = contextOf(bars);
  const full = computeFeatures(bars, context, 'all');
  const random = makeRandom(3);
  for (let i = 0; i < 50; i++) {
    const rows = 1 + random.below(900);
    const cut = computeFeatures(sliceBars(bars, 0, rows), upTo(context, rows), 'all');
    cut.columns.forEach((column, j) => {
      for (const t of [rows - 1, random.below(rows)]) {
        assert.ok(Object.is(column[t], full.columns[j]![t]), `${full.names[j]} at bar ${t} of ${rows}: ${column[t]} against ${full.columns[j]![t]}`);
      }
    });
  }
});

test('every feature forgets where its series began after its warm-up: error below 1e-6 against 5,000 bars (M3.1.2)', () => {
  const bars = walkBars(5000, 12, PERIOD_MS);
  const context = contextOf(bars);
  for (const feature of FEATURES) {
    const baseline = feature.compute(bars, context);
    const scale = Math.sqrt(variance(baseline));
    for (const end of [3000, 3777, 4321, 4999]) {
      const from = end - feature.warmUp;
      const regimes = context.regimes!.slice(from * 4, (end + 1) * 4);
      const value = feature.compute(sliceBars(bars, from, end + 1), { ...context, regimes })[end - from]!;
      const expected = baseline[end]!;
      const error = Math.abs(value - expected) / Math.max(Math.abs(expected), scale);
      assert.ok(error < 1e-6, `${feature.name}: ${value} after ${feature.warmUp} bars against ${expected}`);
    }
  }
});

test('every feature is NaN in its warm-up only', () => {
  const bars = walkBars(900, 13, PERIOD_MS);
  const context = contextOf(bars);
  for (const feature of FEATURES) {
    // The mean of three funding payments waits for the third, whatever the bars.
    if (feature.name === 'funding_rate_mean_3') continue;
    const column = feature.compute(bars, context);
    for (let t = feature.warmUp; t < 900; t++) assert.ok(Number.isFinite(column[t]), `${feature.name} is ${column[t]} at bar ${t}`);
  }
});

test('every feature stays in its range, on a walk and on prices that never move', () => {
  const still = walkBars(700, 14, PERIOD_MS);
  for (const name of ['open', 'high', 'low', 'close'] as const) still[name].fill(2000);
  for (const bars of [walkBars(2000, 14, PERIOD_MS), still]) {
    const context = contextOf(bars);
    // The mean of three funding payments waits for the third, whatever the bars.
    for (const feature of FEATURES.filter(({ name }) => name !== 'funding_rate_mean_3')) {
      const [low, high] = feature.range;
      const column = feature.compute(bars, context).subarray(feature.warmUp);
      const outside = column.findIndex((value) => !Number.isFinite(value) || value < (low ?? -Infinity) - 1e-9 || value > (high ?? Infinity) + 1e-9);
      assert.equal(outside, -1, `${feature.name} is ${column[outside]} at bar ${outside + feature.warmUp}`);
    }
  }
});

test('price and volume units do not matter, save where the source defines it so', () => {
  const bars = walkBars(700, 15, PERIOD_MS);
  const scaled = Object.fromEntries(BAR_COLUMNS.map((name) => [name, bars[name].slice()])) as unknown as Bars;
  for (const name of ['open', 'high', 'low', 'close'] as const)
    scaled[name].forEach((value, t) => {
      scaled[name][t] = value * 8;
    });
  for (const name of ['volume', 'takerBuyVolume'] as const)
    scaled[name].forEach((value, t) => {
      scaled[name][t] = value * 4;
    });
  const context = contextOf(bars);
  // Log of 1 + volume, price move per quote currency, and the level of the log price carry units.
  const withUnits = new Set(['volume_score_32', 'trade_size_score_32', 'amihud_32', 'fractional_difference_04']);
  for (const feature of FEATURES.filter(({ name }) => !withUnits.has(name))) {
    const expected = feature.compute(bars, context);
    feature.compute(scaled, context).forEach((value, t) => {
      if (Number.isNaN(expected[t]!) && Number.isNaN(value)) return;
      assert.ok(Math.abs(value - expected[t]!) <= 1e-9 * Math.max(1, Math.abs(expected[t]!)), `${feature.name} at ${t}: ${value} against ${expected[t]}`);
    });
  }
});

test('a source without taker volume has NaN in the columns of takers and numbers in all others', () => {
  const bars = walkBars(700, 16, PERIOD_MS);
  bars.takerBuyVolume.fill(Number.NaN);
  const context = contextOf(bars);
  for (const feature of FEATURES.filter(({ name }) => name !== 'funding_rate_mean_3')) {
    assert.equal(Number.isNaN(feature.compute(bars, context)[699]), feature.inputs.includes('takerBuyVolume'), feature.name);
  }
});

test('all features of 43,200 one-minute bars take well under two seconds', () => {
  const bars = walkBars(43_200, 17);
  const start = performance.now();
  const { columns } = computeFeatures(bars, { regimes: null, funding: null }, 'all');
  const seconds = (performance.now() - start) / 1000;
  assert.ok(columns.length >= 45);
  assert.ok(seconds < 2, `took ${seconds} s`);
});

function variance(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return rollingDeviation(known, known.length)[known.length - 1]! ** 2;
}
