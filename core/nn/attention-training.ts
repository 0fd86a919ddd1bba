/** Training of the attention classifier on the tfjs backend in use. */
import * as tf from '@tensorflow/tfjs-core';
import type { Random } from '../stats/random.js';
import type { AttentionNetwork, SequenceInput } from './attention-inference.js';
import type { AttentionShape } from './attention-shape.js';
import { WEIGHT_BLOCKS, blockLengths, blockShapes } from './attention-shape.js';
import type { BatchLoss, ChosenExamples } from './batch-loss.js';
import { fillUp, sharesOf } from './batch-loss.js';
import type { FitCourse, WeightFit } from './fit-weights.js';
import { fitWeights } from './fit-weights.js';

/** Examples: row numbers of the input, with label and weight each. */
export interface SequenceExamples {
  readonly rows: Int32Array;
  readonly y: Float64Array;
  readonly weights: Float64Array;
}

export interface AttentionTraining extends FitCourse {
  readonly shape: AttentionShape;
  readonly input: SequenceInput;
  readonly fit: SequenceExamples;
  /** Later examples that stop the training; null = all epochs are run. */
  readonly validation: SequenceExamples | null;
}

const MASKED = -1e9;

/**
 * Weights fitted by weighted log loss (in nats); initial weights and the order of examples come from `random` alone.
 * @throws NumericalError when the loss leaves the finite numbers.
 */
export async function trainAttention({ fit, validation, ...training }: AttentionTraining): Promise<WeightFit> {
  return fitWeights({
    ...training,
    name: 'the attention network',
    initial: (random) => drawWeights(training.shape, random),
    fit: attentionBatchLoss(training, fit),
    validation: validation === null ? null : attentionBatchLoss(training, validation),
  });
}

/** The logits of examples on the backend in use, for comparison with attention-inference. */
export function attentionLogits({ flat, shape }: AttentionNetwork, input: SequenceInput, rows: Int32Array): Float32Array {
  const examples = { rows, y: new Float64Array(rows.length), weights: new Float64Array(rows.length).fill(1) };
  const chosen = Int32Array.from(rows, (_, i) => i);
  return tf.tidy(() => {
    const [x, , , mask] = feedAttention({ shape, input }, examples, { chosen, count: chosen.length, total: 1 });
    return logits(tf.tensor1d(flat), { x, mask }, shape).dataSync() as Float32Array;
  });
}

type Sequences = Pick<AttentionTraining, 'shape' | 'input'>;

/** Batches of the classifier's examples; the loss is the weighted mean of log(1 + exp(z)) - y z. */
function attentionBatchLoss(sequences: Sequences, examples: SequenceExamples): BatchLoss {
  return {
    size: examples.rows.length,
    weightOf: (chosen) => chosen.reduce((sum, example) => sum + examples.weights[example], 0),
    feed: (batch) => feedAttention(sequences, examples, batch),
    loss: (flat, [x, y, weights, mask]) => {
      const z = logits(flat, { x, mask }, sequences.shape);
      const losses = tf.sub(tf.softplus(z), tf.mul(y, z));
      return tf.sum(tf.mul(losses, weights)) as tf.Scalar;
    },
  };
}

/** [examples x window x features], labels, shares of the weight, and the mask [examples x 1 x window]: 0, or a large negative number before the first row. */
function feedAttention({ shape, input }: Sequences, examples: SequenceExamples, batch: ChosenExamples): tf.Tensor[] {
  const { window, features } = shape;
  const { count } = batch;
  const filled = fillUp(batch.chosen, count);
  const x = new Float32Array(count * window * features);
  const mask = new Float32Array(count * window);
  for (let i = 0; i < count; i++) {
    const row = examples.rows[filled[i]];
    const missing = Math.max(0, window - 1 - row);
    x.set(input.values.subarray((row - window + 1 + missing) * features, (row + 1) * features), (i * window + missing) * features);
    mask.fill(MASKED, i * window, i * window + missing);
  }
  const y = Float32Array.from(filled, (example) => examples.y[example]);
  return [
    ...[tf.tensor3d(x, [count, window, features]), tf.tensor1d(y), tf.tensor1d(sharesOf(examples.weights, batch))],
    tf.tensor3d(mask, [count, 1, window]),
  ];
}

function logits(flat: tf.Tensor1D, batch: { readonly x: tf.Tensor; readonly mask: tf.Tensor }, shape: AttentionShape): tf.Tensor1D {
  const { window, width, heads, features } = shape;
  const count = batch.x.shape[0];
  const shapes = blockShapes(shape);
  const parts = tf.split(flat, [...blockLengths(shape)]);
  const block = Object.fromEntries(WEIGHT_BLOCKS.map((name, i) => [name, tf.reshape(parts[i], [...shapes[name]])])) as Record<
    (typeof WEIGHT_BLOCKS)[number],
    tf.Tensor2D
  >;
  const embedded = tf.reshape(tf.matMul(tf.reshape(batch.x, [count * window, features]), block.embed), [count, window, width]);
  const hidden = tf.relu(tf.add(embedded, block.position));
  const flatHidden = tf.reshape(hidden, [count * window, width]);
  const perHead = (weights: tf.Tensor2D): tf.Tensor4D =>
    tf.transpose(tf.reshape(tf.matMul(flatHidden, weights), [count, window, heads, width / heads]), [0, 2, 1, 3]);
  const last = tf.reshape(tf.slice(hidden, [0, window - 1, 0], [count, 1, width]), [count, width]);
  const query = tf.reshape(tf.matMul(last, block.query), [count, heads, 1, width / heads]);
  const scores = tf.mul(tf.matMul(query, perHead(block.key), false, true), 1 / Math.sqrt(width / heads));
  const attention = tf.softmax(tf.add(scores, tf.reshape(batch.mask, [count, 1, 1, window])));
  const context = tf.reshape(tf.matMul(attention, perHead(block.value)), [count, width]);
  const z = tf.add(last, tf.matMul(context, block.output));
  const dense = tf.relu(tf.add(tf.matMul(z, block.dense), block.denseBias));
  return tf.reshape(tf.add(tf.matMul(dense, block.readout), block.readoutBias), [count]);
}

/** Normal weights of variance 1 / rows (He-like for the embedding), biases 0. */
function drawWeights(shape: AttentionShape, random: Random): Float32Array {
  const shapes = blockShapes(shape);
  return Float32Array.from(
    WEIGHT_BLOCKS.flatMap((name) => {
      const [rows, columns] = shapes[name];
      const scale = name.endsWith('Bias') ? 0 : name === 'position' ? 0.1 : Math.sqrt(1 / rows);
      return Array.from({ length: rows * columns }, () => scale * random.normal());
    }),
  );
}
