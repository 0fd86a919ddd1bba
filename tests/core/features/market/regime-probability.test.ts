import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTable } from '../../../../core/data/table.js';
import { FEATURES } from '../../../../core/features/features.js';
import { regimeProbabilities } from '../../../../core/features/market/regime-probability.js';
import { walkBars } from '../../../support/synthetic-bars.js';

test('each regime column holds the table of that regime, whatever the order of the table', () => {
  const table = makeTable({
    VOLATILE: Float64Array.of(0.1, 0.4, 0.7),
    SIDEWAYS: Float64Array.of(0.2, 0.3, 0.1),
    BEAR: Float64Array.of(0.3, 0.2, 0.1),
    BULL: Float64Array.of(0.4, 0.1, 0.1),
  });
  const context = { regimes: regimeProbabilities(table), funding: null };
  for (const name of ['bull', 'bear', 'sideways', 'volatile']) {
    const feature = FEATURES.find((entry) => entry.name === `regime_${name}`)!;
    assert.deepEqual(feature.compute(walkBars(3, 1), context), table.columns[name.toUpperCase()]);
  }
});

test('more bars than regimes are refused', () => {
  const table = makeTable(Object.fromEntries(['BULL', 'BEAR', 'SIDEWAYS', 'VOLATILE'].map((name) => [name, Float64Array.of(0.25)])));
  assert.throws(() => regimeProbabilities(table, 2), /expected regimes of 2 bars, found 1/);
});
