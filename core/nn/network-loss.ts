/** The loss that networks are trained by. */
import * as tf from '@tensorflow/tfjs-core';

export interface LossTargets {
  /** [examples]: 0 or 1 with one logit, else the number of the class. */
  readonly y: tf.Tensor1D;
  /** [examples]: shares of the batch's weight. */
  readonly weights: tf.Tensor1D;
  /** [examples x 1]: what the quantile outputs are of; null = they are not trained. */
  readonly value: tf.Tensor2D | null;
}

/**
 * Weighted mean log loss in nats of the logits, plus the weighted mean pinball loss (Koenker and Bassett 1978), averaged over the
 * levels, of the quantile columns behind them.
 */
export function networkLoss(output: tf.Tensor2D, { y, weights, value }: LossTargets, levels: readonly number[]): tf.Scalar {
  const [examples, columns] = output.shape;
  const classes = columns - levels.length;
  const logits = levels.length === 0 ? output : tf.slice(output, [0, 0], [examples, classes]);
  const losses = classes === 1 ? binaryLosses(tf.reshape(logits, [examples]), y) : classLosses(logits, y, classes);
  const total = tf.sum(tf.mul(losses, weights)) as tf.Scalar;
  if (levels.length === 0 || value === null) return total;
  const error = tf.sub(value, tf.slice(output, [0, classes], [examples, levels.length]));
  const pinball = tf.mean(
    tf.maximum(
      tf.mul(error, [...levels]),
      tf.mul(
        error,
        levels.map((level) => level - 1),
      ),
    ),
    1,
  );
  return tf.add(total, tf.sum(tf.mul(pinball, weights)));
}

/** log(1 + exp(z)) - y z */
function binaryLosses(z: tf.Tensor1D, y: tf.Tensor1D): tf.Tensor {
  const operation = tf.customGrad((...all) => {
    const [logits, save] = all as unknown as [tf.Tensor1D, tf.GradSaveFunc];
    // Saved, because what the forward pass alone holds is freed before the backward pass.
    save([logits, y]);
    return {
      value: tf.sub(tf.softplus(logits), tf.mul(y, logits)),
      gradFunc: (dy: tf.Tensor, [saved, savedY]: tf.Tensor[]) => tf.mul(dy, tf.sub(tf.sigmoid(saved), savedY)),
    };
  });
  return operation(z);
}

/** log sum exp(z) - z of the class */
function classLosses(logits: tf.Tensor2D, y: tf.Tensor1D, classes: number): tf.Tensor {
  const chosen = tf.oneHot(tf.cast(y, 'int32'), classes);
  const operation = tf.customGrad((...all) => {
    const [z, save] = all as unknown as [tf.Tensor2D, tf.GradSaveFunc];
    save([z, chosen]);
    return {
      value: tf.sub(tf.logSumExp(z, 1), tf.sum(tf.mul(z, chosen), 1)),
      gradFunc: (dy: tf.Tensor, [saved, savedChosen]: tf.Tensor[]) => tf.mul(tf.reshape(dy, [-1, 1]), tf.sub(tf.softmax(saved), savedChosen)),
    };
  });
  return operation(logits);
}
