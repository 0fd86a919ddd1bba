/**
 * Trains small networks on one backend and prints a JSON line: `node train-on-backend.js BACKEND DEVICE FAMILY,... [MEMORY_LIMIT_MIB]`. A process of its
 * own, because Vulkan's loader and TensorFlow read the environment once.
 */
import * as tf from '@tensorflow/tfjs-core';
import { openTensorBackend } from '../../adapters/tensor-backend/index.js';
import type { TensorBackendName } from '../../adapters/tensor-backend/index.js';
import { attentionFamily } from '../../core/nn/attention-family.js';
import { networkFamily } from '../../core/nn/network-family.js';
import { NETWORKS } from '../../core/nn/networks.js';
import type { FitData } from '../../core/models/model.js';
import { makeRandom } from '../../core/stats/random.js';

export interface TrainedLosses {
  readonly backend: string;
  readonly version: string;
  /** Validation loss after each epoch, by family. */
  readonly losses: Readonly<Record<string, readonly number[]>>;
  readonly tensorsLeft: number;
  /** Device memory at the end; null where the backend does not tell. */
  readonly allocatedBytes: number | null;
}

const ROWS = 240;
const COLUMNS = 4;
const SMALL = { window: 6, width: 8, hidden: 4, epochs: 3, batch: 64, learningRate: 0.01, patience: 10 };

const [name, device, chosen, limit] = process.argv.slice(2) as [TensorBackendName, 'cpu' | 'gpu', string, string | undefined];
const options = { backend: name, device, ...(limit === undefined ? {} : { memoryLimitMiB: Number(limit) }) };
const backend = await openTensorBackend(options);
const families = [attentionFamily(async () => backend), ...NETWORKS.map((network) => networkFamily(network, async () => backend))];
const losses: Record<string, readonly number[]> = {};
for (const family of families.filter(({ id }) => chosen.split(',').includes(id))) {
  const model = await family.fit(planted(), { seed: 5, threads: 1, parameters: SMALL });
  const { validationLoss } = JSON.parse(new TextDecoder().decode(model.save())) as { validationLoss: readonly number[] };
  losses[family.id] = validationLoss;
}
/** WebGPU's own count: it keeps freed buffers, so it only grows. */
const allocatedBytes = (tf.memory() as { numBytesAllocatedInGPU?: number }).numBytesAllocatedInGPU ?? null;
const trained: TrainedLosses = { backend: backend.name, version: backend.version, losses, tensorsLeft: tf.memory().numTensors, allocatedBytes };
process.stdout.write(`${JSON.stringify(trained)}\n`);

/** The label is the sign of the first column summed over three rows. */
function planted(): FitData {
  const random = makeRandom(3);
  const values = Float64Array.from({ length: ROWS * COLUMNS }, () => random.normal());
  const rows = Int32Array.from({ length: ROWS - 2 }, (_, i) => i + 2);
  const y = Float64Array.from(rows, (row) => (values[row * COLUMNS]! + values[(row - 1) * COLUMNS]! + values[(row - 2) * COLUMNS]! > 0 ? 1 : 0));
  return {
    features: { rowCount: ROWS, columnCount: COLUMNS, values },
    featureNames: ['a', 'b', 'c', 'd'],
    rows,
    y,
    weights: new Float64Array(rows.length).fill(1),
  };
}
