/** Masks of dropout: 0 at the rate, else what keeps the mean. They are drawn outside of the networks, so that a step is a function of tensors alone. */
import * as tf from '@tensorflow/tfjs-core';
import type { Random } from '../stats/random.js';
import { entriesOf } from './network.js';

export interface MaskSpec {
  readonly shape: readonly number[];
  /** In (0, 1). */
  readonly rate: number;
}

/** The next mask of a forward pass. */
export type MaskSource = (mask: MaskSpec) => tf.Tensor;

/** Row-major entries, 0 with the rate's probability, else 1 / (1 - rate). */
export function drawMask({ shape, rate }: MaskSpec, random: Random): tf.Tensor {
  const kept = new Float32Array(entriesOf(shape));
  const factor = 1 / (1 - rate);
  for (let i = 0; i < kept.length; i++) kept[i] = random.uniform() < rate ? 0 : factor;
  return tf.tensor(kept, [...shape]);
}

/** Given masks, in the order of the forward pass. */
export function givenMasks(masks: readonly tf.Tensor[]): MaskSource {
  let at = 0;
  return () => masks[at++];
}

/** The masks that a forward pass asks for, in its order. */
export function listMasks(forward: (masks: MaskSource) => unknown): readonly MaskSpec[] {
  const specs: MaskSpec[] = [];
  tf.tidy(() => {
    forward((spec) => {
      specs.push(spec);
      return tf.ones([...spec.shape]);
    });
  });
  return specs;
}
