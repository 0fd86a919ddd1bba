/** Features over further columns equal a separate computation in numpy and pandas. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warmUpBars } from '../../../core/features/warm-up.js';
import { extraReferences, PERIOD_MS } from '../../support/compare-extra-features.js';
import { EXTRA_FEATURES } from '../../support/extra-features.js';
import { testData } from '../../support/test-data.js';

const skip = testData === null ? 'no market data: set ARES_TEST_DATA' : false;
/** Relative to the larger of the value and the column's deviation; averages that forget their start reach 1e-8 of it in the warm-up. */
const tolerance = (name: string): number => (name.includes('_ema_') ? 1e-6 : 1e-8);

test('every feature over further columns equals its formula in numpy and pandas on six weeks of bars', { skip }, async () => {
  const { bars, funding, features } = await extraReferences(testData!);
  assert.deepEqual(features.map(({ name }) => name).sort(), EXTRA_FEATURES.map(({ name }) => name).sort());
  const faults = features.flatMap(({ name, values }) => {
    const feature = EXTRA_FEATURES.find((each) => each.name === name)!;
    const found = feature.compute(bars, { regimes: null, funding });
    const from = warmUpBars(feature, PERIOD_MS);
    const scale = deviation(values.subarray(from));
    let compared = 0;
    for (let t = from; t < values.length; t++) {
      const [value, expected] = [found[t]!, values[t]!];
      if (Number.isNaN(value) && Number.isNaN(expected)) continue;
      compared++;
      if (!(Math.abs(value - expected) <= tolerance(name) * Math.max(Math.abs(expected), scale))) return [`${name} at ${t}: ${value} against ${expected}`];
    }
    return compared > 1500 ? [] : [`${name}: only ${compared} bars compared`];
  });
  assert.deepEqual(faults, []);
});

function deviation(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((a, b) => a + b, 0) / known.length;
  return Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
}
