import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeGradientBoosting } from '../../../adapters/gradient-boosting/index.js';
import { lightgbmFamily } from '../../../core/models/lightgbm.js';
import { makeRandom } from '../../../core/stats/random.js';

const family = lightgbmFamily('lightgbm', makeGradientBoosting());

function noisySign(rowCount: number) {
  const random = makeRandom(2);
  const values = Float64Array.from({ length: rowCount * 3 }, () => random.normal());
  const rows = Int32Array.from({ length: rowCount }, (_, i) => i);
  const y = Float64Array.from(rows, (row) => (values[row * 3 + 1]! + 0.5 * random.normal() > 0 ? 1 : 0));
  return { features: { rowCount, columnCount: 3, values }, featureNames: ['a', 'signal', 'b'], rows, y, weights: new Float64Array(rowCount).fill(1) };
}

test('the feature that carries the label has nearly all the gain', async () => {
  const model = await family.fit(noisySign(600), { seed: 1, threads: 1, parameters: {} });
  const importance = model.featureImportance()!;
  assert.ok(importance[1]! > 0.85 * (importance[0]! + importance[1]! + importance[2]!), importance.join());
  model.dispose();
});

test('the seed draws rows and columns: another seed, another model', async () => {
  const [one, other] = await Promise.all([1, 2].map((seed) => family.fit(noisySign(300), { seed, threads: 1, parameters: { rounds: 10 } })));
  assert.notDeepEqual(one!.save(), other!.save());
  one!.dispose();
  other!.dispose();
});

test('a seed beyond 31 bits is taken', async () => {
  const model = await family.fit(noisySign(100), { seed: 0xffffffff, threads: 1, parameters: { rounds: 2 } });
  model.dispose();
});

test('an abort between trees stops the fit', async () => {
  let trees = 0;
  const signal = {
    aborted: false,
    throwIfAborted: () => {
      if (++trees > 3) throw new Error('stop');
    },
  };
  await assert.rejects(family.fit(noisySign(400), { seed: 1, threads: 1, parameters: {}, signal }), /stop/);
  assert.equal(trees, 4);
});
