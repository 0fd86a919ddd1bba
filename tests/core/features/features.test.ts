/** What holds for every registered feature: causality, warm-up, range, units. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '../../../core/data/bars.js';
import type { Feature, FeatureContext } from '../../../core/features/feature.js';
import { sliceBars } from '../../../core/data/bars.js';
import { computeFeatures, featuresOf } from '../../../core/features/compute-features.js';
import { FEATURES } from '../../../core/features/features.js';
import { rollingDeviation } from '../../../core/features/rolling/rolling-variance.js';
import { warmUpBars } from '../../../core/features/warm-up.js';
import { makeRandom } from '../../../core/stats/random.js';
import { featureBars, featureContext, mapColumns } from '../../support/feature-bars.js';
import { walkBars } from '../../support/synthetic-bars.js';

const PERIOD_MS = 30 * 60_000;
const NONE: FeatureContext = { regimes: null, funding: null };
/** More than the longest warm-up, in bars of PERIOD_MS. */
const LONG = 6000;

/** Regimes of bars [from, to); funding is looked up by time. */
function part(context: FeatureContext, from: number, to: number): FeatureContext {
  return { ...context, regimes: context.regimes!.subarray(from * 4, to * 4) };
}

function bars(feature: Feature): number {
  return warmUpBars(feature, PERIOD_MS);
}

test('the registry has at least 150 features with unique names, 15 to 20 minimal and 45 to 80 basic', () => {
  const few = featureBars(4, 1, PERIOD_MS);
  assert.ok(FEATURES.length >= 150, `found ${FEATURES.length}`);
  assert.equal(new Set(FEATURES.map(({ name }) => name)).size, FEATURES.length);
  const [minimal, basic, all] = (['minimal', 'basic', 'all'] as const).map((set) => featuresOf(set, few, featureContext(few)).length);
  assert.ok(minimal! >= 15 && minimal! <= 20, `minimal has ${minimal}`);
  assert.ok(basic! >= 45 && basic! <= 80, `basic has ${basic}`);
  assert.equal(all, FEATURES.length);
});

test('names are lower snake case, and every feature states where it comes from', () => {
  for (const { name, source, inputs } of FEATURES) {
    assert.match(name, /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
    assert.ok(source.length > 5, name);
    assert.ok(inputs.length > 0, name);
  }
});

test('the minimal set holds the taker imbalance', () => {
  const names = featuresOf('minimal', walkBars(4, 1, PERIOD_MS), NONE).map(({ name }) => name);
  assert.ok(names.includes('taker_imbalance'));
});

test('features are left out where the bars lack one of their inputs, and nothing else is', () => {
  const plain = walkBars(4, 1, PERIOD_MS);
  const names = new Set(featuresOf('all', plain, NONE).map(({ name }) => name));
  for (const { name, inputs } of FEATURES) {
    assert.equal(
      names.has(name),
      inputs.every((input) => input in plain && input !== ('extras' as string)),
      name,
    );
  }
});

test('regimes of another length are refused', () => {
  assert.throws(() => computeFeatures(walkBars(10, 1), { regimes: new Float64Array(8), funding: null }, 'minimal'), RangeError);
});

test('a feature reads the inputs it names and no others', () => {
  const all = featureBars(400, 8, PERIOD_MS);
  const context = featureContext(all);
  const times = new Set(['openTimeMs', 'closeTimeMs']);
  for (const feature of FEATURES) {
    const named = new Set<string>(feature.inputs);
    const hidden = mapColumns(all, (name, column) => {
      const isNamed = named.has(name) || (named.has('pairs') && name.includes(':')) || times.has(name);
      return isNamed ? column : new Float64Array(column.length).fill(Number.NaN);
    });
    const expected = feature.compute(all, context);
    assert.deepEqual(feature.compute(hidden, context), expected, feature.name);
  }
});

test('every feature passes truncation invariance at 200 random cuts, to the bit (M3.1.1)', () => {
  const count = 1600;
  const all = featureBars(count, 11, PERIOD_MS);
  const context = featureContext(all);
  const full = computeFeatures(all, context, 'all');
  const random = makeRandom(3);
  for (let i = 0; i < 200; i++) {
    const rows = 1 + random.below(count);
    const cut = computeFeatures(sliceBars(all, 0, rows), part(context, 0, rows), 'all');
    cut.columns.forEach((column, j) => {
      // The last row is what a server that takes bars one by one would have got.
      for (const t of [rows - 1, random.below(rows), random.below(rows)]) {
        assert.ok(Object.is(column[t], full.columns[j]![t]), `${full.names[j]} at bar ${t} of ${rows}: ${column[t]} against ${full.columns[j]![t]}`);
      }
    });
  }
});

test('every feature forgets where its series began after its warm-up: error below 1e-6 against the whole series (M3.1.2)', () => {
  const all = featureBars(LONG, 12, PERIOD_MS);
  const context = featureContext(all);
  for (const feature of FEATURES) {
    const baseline = feature.compute(all, context);
    const scale = deviation(baseline);
    const warmUp = bars(feature);
    assert.ok(warmUp < 5000, `${feature.name} needs ${warmUp} bars`);
    for (const end of [5001, 5377, 5721, 5999]) {
      const from = end - warmUp;
      const value = feature.compute(sliceBars(all, from, end + 1), part(context, from, end + 1))[end - from]!;
      const expected = baseline[end]!;
      const error = value === expected ? 0 : Math.abs(value - expected) / Math.max(Math.abs(expected), scale);
      assert.ok(value === expected || error < 1e-6, `${feature.name}: ${value} after ${warmUp} bars against ${expected}`);
    }
  }
});

test('every feature is NaN in its warm-up only', () => {
  const all = featureBars(LONG, 13, PERIOD_MS);
  const context = featureContext(all);
  for (const feature of FEATURES) {
    const column = feature.compute(all, context);
    for (let t = bars(feature); t < LONG; t++) assert.ok(Number.isFinite(column[t]), `${feature.name} is ${column[t]} at bar ${t}`);
  }
});

test('every feature stays in its range, on a walk, on prices that never move, and without volume', () => {
  const prices = new Set(['open', 'high', 'low', 'close', 'bid', 'ask', 'markPrice', 'close:BTCUSDT', 'close:SOLUSDT']);
  const amounts = new Set(['volume', 'quoteVolume', 'tradeCount', 'takerBuyVolume', 'takerBuyCount', 'volume:BTCUSDT', 'volume:SOLUSDT']);
  const walk = featureBars(LONG, 14, PERIOD_MS);
  const still = mapColumns(walk, (name, column) => (prices.has(name) ? new Float64Array(column.length).fill(2000) : column));
  const idle = mapColumns(walk, (name, column) => (amounts.has(name) ? new Float64Array(column.length) : column));
  const faults = Object.entries({ walk, still, idle }).flatMap(([kind, data]) => {
    const context = featureContext(data);
    return FEATURES.flatMap((feature) => rangeFault(feature, data, context).map((fault) => `${kind}: ${fault}`));
  });
  assert.deepEqual(faults, []);
});

function rangeFault(feature: Feature, data: Bars, context: FeatureContext): readonly string[] {
  const [low, high] = feature.range;
  const column = feature.compute(data, context).subarray(bars(feature));
  const outside = column.findIndex((value) => !Number.isFinite(value) || value < (low ?? -Infinity) - 1e-9 || value > (high ?? Infinity) + 1e-9);
  return outside === -1 ? [] : [`${feature.name} is ${column[outside]} at bar ${outside + bars(feature)}`];
}

test('price and volume units do not matter, save where the source defines it so', () => {
  const all = featureBars(1400, 15, PERIOD_MS);
  const prices = new Set(['open', 'high', 'low', 'close', 'bid', 'ask', 'markPrice']);
  const baseAmounts = new Set(['volume', 'takerBuyVolume', 'medianSize', 'upperSize', 'largestSize', 'bucketImbalance', 'openInterest']);
  const bookAmounts = ['bidQuantity', 'askQuantity', 'bidDepth', 'askDepth', 'orderFlowImbalance', 'flowReturn'];
  for (const name of bookAmounts) baseAmounts.add(name);
  const scaled = mapColumns(all, (name, column) => {
    if (prices.has(name)) return column.map((value) => value * 8);
    if (name === 'quoteVolume') return column.map((value) => value * 32);
    if (name === 'flowSquare') return column.map((value) => value * 16);
    return baseAmounts.has(name) ? column.map((value) => value * 4) : column;
  });
  const context = featureContext(all);
  for (const feature of FEATURES.filter(({ name }) => !WITH_UNITS.has(name))) {
    const expected = feature.compute(all, context);
    feature.compute(scaled, context).forEach((value, t) => {
      if (Number.isNaN(expected[t]!) && Number.isNaN(value)) return;
      assert.ok(Math.abs(value - expected[t]!) <= 1e-9 * Math.max(1, Math.abs(expected[t]!)), `${feature.name} at ${t}: ${value} against ${expected[t]}`);
    });
  }
});

/** Log of 1 + volume, price move per quote currency, and the level of the log price carry units. */
const WITH_UNITS = new Set([
  'volume_score_32',
  'trade_size_score_32',
  'amihud_32',
  'fractional_difference_02',
  'fractional_difference_04',
  'fractional_difference_06',
  'fractional_difference_08',
]);

test('a source without taker volume has NaN in the columns of takers and numbers in all others', () => {
  const all = featureBars(LONG, 16, PERIOD_MS);
  const without = mapColumns(all, (name, column) => (name === 'takerBuyVolume' ? new Float64Array(column.length).fill(Number.NaN) : column));
  const context = featureContext(all);
  for (const feature of FEATURES) {
    assert.equal(Number.isNaN(feature.compute(without, context)[LONG - 1]), feature.inputs.includes('takerBuyVolume'), feature.name);
  }
});

test('time grows with the number of bars: ten times the bars take under 25 times as long', () => {
  const seconds = (count: number): number => {
    const all = featureBars(count, 17, 60_000);
    const context = featureContext(all);
    const runs = [0, 1, 2].map(() => {
      // Of the processor, not of the wall: what else the machine does must not count.
      const start = process.cpuUsage();
      computeFeatures(all, context, 'all');
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1e6;
    });
    return Math.min(...runs);
  };
  const [few, many] = [seconds(2000), seconds(20_000)];
  assert.ok(many < 25 * few, `${few} s for 2,000 bars and ${many} s for 20,000`);
});

function deviation(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return rollingDeviation(known, known.length)[known.length - 1]!;
}
