import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { tensorflowAddonPath } from '../../../adapters/local-paths.js';
import { openTensorBackend } from '../../../adapters/tensor-backend/index.js';
import { mlp } from '../../../core/nn/mlp.js';
import { ensembleFamily } from '../../../core/nn/network-ensemble.js';
import { networkFamily } from '../../../core/nn/network-family.js';
import type { NetworkFitData } from '../../../core/nn/network-family.js';
import { temporalFusion } from '../../../core/nn/temporal-fusion.js';
import { deriveSeed, makeRandom } from '../../../core/stats/random.js';

const skip = existsSync(tensorflowAddonPath()) ? false : 'the TensorFlow addon is not built: npm start';
const backend = () => openTensorBackend();

/** Noise; a fifth of the rows are of class 1. Values for quantiles are a sine. */
function noise(rowCount: number, seed: number): Required<NetworkFitData> {
  const random = makeRandom(seed);
  const rows = Int32Array.from({ length: rowCount }, (_, row) => row);
  const features = { rowCount, columnCount: 3, values: Float64Array.from({ length: rowCount * 3 }, () => random.normal()) };
  const y = Float64Array.from(rows, () => (random.uniform() < 0.2 ? 1 : 0));
  return { features, featureNames: ['a', 'b', 'c'], rows, y, weights: new Float64Array(rowCount).fill(1), values: Float64Array.from(rows, Math.sin) };
}

test('members of an ensemble differ; its score, stored beside theirs, is no worse than their mean; it is read back and goes on to the same bytes', {
  skip,
}, async () => {
  const data = noise(300, 40);
  const family = ensembleFamily(networkFamily(mlp, backend), 3);
  const options = { seed: 5, threads: 1, parameters: { epochs: 3, batch: 64, first: 8, second: 4 } };
  const kept: unknown[] = [];
  const model = await family.fit(data, { ...options, state: { latest: async () => null, keep: async (state) => void kept.push(structuredClone(state)) } });
  const { rows, members, ensemble } = model.scores!;
  // The last fifth of 300 examples stops the training.
  assert.equal(rows, 60);
  assert.equal(new Set(members).size, 3);
  // Jensen: the log loss of the mean probability is at most the mean of the log losses.
  assert.ok(ensemble <= members.reduce((sum, loss) => sum + loss, 0) / 3);
  const each = model.memberProbabilities(data.features, data.rows);
  model.predictProba(data.features, data.rows).forEach((p, i) => {
    const [a, b, c] = each.map((values) => values[i]!) as [number, number, number];
    assert.ok(a !== b && b !== c && Math.abs(p - (a + b + c) / 3) < 1e-15, `${p} of ${a}, ${b}, ${c}`);
  });
  const last = data.rows.subarray(240);
  const lossOf = (p: Float64Array): number => p.reduce((sum, q, i) => sum - Math.log(data.y[240 + i] === 1 ? q : 1 - q), 0) / 60;
  model.memberProbabilities(data.features, last).forEach((p, k) => assert.ok(Math.abs(lossOf(p) - members[k]!) < 1e-12));
  const copy = family.load(model.save());
  assert.deepEqual(copy.scores, model.scores);
  assert.deepEqual(copy.predictProba(data.features, data.rows), model.predictProba(data.features, data.rows));
  // Three epochs a member: within one, at the end of one, at the end.
  assert.equal(kept.length, 9);
  for (const state of [kept[1], kept[2], kept[4], kept[8]]) {
    const resumed = await family.fit(data, { ...options, state: { latest: async () => state, keep: async () => undefined } });
    assert.deepEqual(resumed.save(), model.save());
  }
  assert.throws(() => ensembleFamily(networkFamily(mlp, backend), 1), RangeError);
});

test('an ensemble shows the mean of what its members show, is cancelled between members, and has no scores where all examples are fitted', {
  skip,
}, async () => {
  const base = networkFamily(temporalFusion, backend);
  const data = noise(200, 60);
  const parameters = { epochs: 2, batch: 64, window: 3, width: 4, quantiles: 1 };
  const model = await ensembleFamily(base, 2).fit(data, { seed: 6, threads: 1, parameters });
  const members = await Promise.all([0, 1].map((i) => base.fit(data, { seed: deriveSeed(6, 'member', i), threads: 1, parameters })));
  const rows = Int32Array.of(50, 120);
  for (const shown of ['attention', 'variables', 'quantiles'] as const) {
    const [a, b] = members.map((member) => member[shown](data.features, rows)!) as [Float64Array, Float64Array];
    assert.deepEqual(
      model[shown](data.features, rows),
      a.map((value, i) => (value + b[i]!) / 2),
    );
  }
  assert.deepEqual(model.levels, [0.1, 0.5, 0.9]);
  const cancel = new AbortController();
  const reason = new Error('cancelled between members');
  const seen: number[] = [];
  const progress = (fraction: number, message: string): void => {
    seen.push(fraction);
    if (message.startsWith('member 1 of 2: epoch 2')) cancel.abort(reason);
  };
  await assert.rejects(ensembleFamily(base, 2).fit(data, { seed: 6, threads: 1, parameters, signal: cancel.signal, progress }), (error) => error === reason);
  assert.deepEqual(seen, [0.25, 0.5]);
  const few = {
    ...data,
    rows: data.rows.subarray(0, 60),
    y: data.y.subarray(0, 60),
    weights: data.weights.subarray(0, 60),
    values: data.values.subarray(0, 60),
  };
  assert.equal((await ensembleFamily(base, 2).fit(few, { seed: 6, threads: 1, parameters })).scores, null);
});
