import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { tensorflowAddonPath } from '../../../adapters/local-paths.js';
import { encodeModel, modelHeader } from '../../../core/models/model-bytes.js';
import { compressNetwork } from '../../../core/nn/compress-network.js';
import { lstm } from '../../../core/nn/lstm.js';
import { mlp } from '../../../core/nn/mlp.js';
import type { NetworkState } from '../../../core/nn/network-classifier.js';
import { networkFamily } from '../../../core/nn/network-family.js';
import type { Network } from '../../../core/nn/network.js';
import { NETWORKS } from '../../../core/nn/networks.js';
import { transformer } from '../../../core/nn/transformer.js';
import { fitOnReal, measureCompressed, realExamples } from '../../support/compressed-networks.js';
import { noiseRows, scatteredWeights, smallSize } from '../../support/small-networks.js';
import { testData } from '../../support/test-data.js';

const noBackend = async () => Promise.reject(new Error('a saved network needs no backend'));
const skip = (testData === null && 'no real data') || (!existsSync(tensorflowAddonPath()) && 'the TensorFlow addon is not built: npm start');
const ROWS = 40;

function savedNetwork(network: Network): Uint8Array {
  const size = smallSize(network, { quantiles: 0 });
  return encodeModel<NetworkState>(network.id, ['a', 'b', 'c'], {
    ...{ size, means: [0, 0, 0], deviations: [1, 1, 1], importance: [1, 2, 3], valueScale: null, epochs: 1, validationLoss: [0.5] },
    weights: Array.from(scatteredWeights(network, size, 5)),
    backend: { name: 'cpu', device: 'cpu' },
  });
}

function predictions(network: Network, bytes: Uint8Array): Float64Array {
  const { values } = noiseRows(ROWS, 6);
  const features = { rowCount: ROWS, columnCount: 3, values: Float64Array.from(values) };
  return networkFamily(network, noBackend)
    .load(bytes)
    .predictProba(
      features,
      Int32Array.from({ length: ROWS }, (_, i) => i),
    );
}

test('every network compressed is read by its own family, predicts nearly the same, and is saved again byte for byte', () => {
  for (const network of NETWORKS) {
    const bytes = savedNetwork(network);
    const compressed = compressNetwork(network, bytes);
    assert.deepEqual(modelHeader(compressed), modelHeader(bytes));
    assert.deepEqual(networkFamily(network, noBackend).load(compressed).save(), compressed, network.id);
    const [before, after] = [predictions(network, bytes), predictions(network, compressed)];
    before.forEach((p, i) => assert.ok(Math.abs(p - after[i]!) < 0.02, `${network.id}: ${p} became ${after[i]}`));
    assert.notDeepEqual(after, before, network.id);
  }
});

test('a compressed model is not compressed again, and another network is refused', () => {
  const compressed = compressNetwork(mlp, savedNetwork(mlp), { keepShare: 0.5 });
  assert.throws(() => compressNetwork(mlp, compressed), { name: 'InvalidData', message: /not compressed, found one in int8-per-column/ });
  assert.throws(() => compressNetwork(lstm, savedNetwork(mlp)), { name: 'InvalidData', message: /family lstm, found mlp/ });
});

test('fitted on the real ETHUSDT bars, eight bits take less than a quarter of the bytes and move no probability by 0.02', { skip }, async (t) => {
  const examples = realExamples(testData!);
  for (const network of [mlp, lstm, transformer]) {
    const bytes = await fitOnReal(network, examples, 6);
    const [before, eightBits, half] = measureCompressed(network, examples, { bytes, keepShares: [1, 0.5] });
    t.diagnostic(`${network.id}: ${JSON.stringify({ before, eightBits, half })}`);
    assert.ok(eightBits!.bytes < before!.bytes / 4, `${network.id}: ${eightBits!.bytes} of ${before!.bytes}`);
    assert.ok(eightBits!.largestShift > 0 && eightBits!.largestShift < 0.02, `${network.id}: ${eightBits!.largestShift}`);
    assert.ok(Math.abs(eightBits!.logLoss - before!.logLoss) < 0.002, `${network.id}: ${eightBits!.logLoss} after ${before!.logLoss}`);
    assert.ok(half!.bytes < eightBits!.bytes && half!.largestShift > eightBits!.largestShift);
  }
});
