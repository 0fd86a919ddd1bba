import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attentionByLag, showsAttention, variableWeights } from '../../../core/explanations/attention-profile.js';
import { linearFamily } from '../../../core/models/linear.js';
import type { NetworkClassifier } from '../../../core/nn/network-classifier.js';
import { makeNetworkClassifier } from '../../../core/nn/network-classifier.js';
import { NETWORKS } from '../../../core/nn/networks.js';
import { noiseRows, scatteredWeights, smallSize } from '../../support/small-networks.js';

const ROWS = Int32Array.of(6, 9, 12);

function classifierOf(id: string): NetworkClassifier {
  const network = NETWORKS.find((candidate) => candidate.id === id)!;
  const size = smallSize(network);
  const weights = Array.from(scatteredWeights(network, size, 3));
  const flat = { importance: [0, 0, 0], valueScale: null, backend: { name: 'cpu', device: 'cpu' }, epochs: 1, validationLoss: [] } as const;
  return makeNetworkClassifier(network, ['a', 'b', 'c'], { size, weights, means: [0, 0, 0], deviations: [1, 1, 1], ...flat });
}

const features = { rowCount: 20, columnCount: 3, values: Float64Array.from(noiseRows(20, 4).values) };

test('weights by lag are the mean over rows of the weights by place, the predicted row first, and sum to 1', () => {
  for (const id of ['gru-attention', 'transformer', 'temporal-fusion']) {
    const classifier = classifierOf(id);
    assert.ok(showsAttention(classifier));
    const byLag = attentionByLag(classifier, features, ROWS)!;
    const byPlace = classifier.attention(features, ROWS)!;
    assert.equal(byLag.length, 5);
    byLag.forEach((weight, lag) => {
      const mean = ROWS.reduce((sum, _, i) => sum + byPlace[i * 5 + 4 - lag]!, 0) / ROWS.length;
      assert.ok(Math.abs(weight - mean) < 1e-12, `${id}, lag ${lag}`);
    });
    assert.ok(Math.abs(byLag.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-9);
  }
});

test('a network without attention or selected variables says null, and a linear model is no network', async () => {
  assert.equal(attentionByLag(classifierOf('lstm'), features, ROWS), null);
  assert.equal(variableWeights(classifierOf('transformer'), features, ROWS), null);
  const selected = variableWeights(classifierOf('temporal-fusion'), features, ROWS)!;
  assert.equal(selected.length, 3);
  assert.ok(Math.abs(selected.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-9);
  const rows = Int32Array.from({ length: 20 }, (_, row) => row);
  const y = Float64Array.from(rows, (row) => row % 2);
  const fit = { features, featureNames: ['a', 'b', 'c'], rows, y, weights: new Float64Array(20).fill(1) };
  assert.ok(!showsAttention(await linearFamily.fit(fit, { seed: 1, threads: 1, parameters: {} })));
});
