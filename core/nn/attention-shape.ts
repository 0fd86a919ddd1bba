/**
 * The attention classifier's layers and where their weights lie in one flat vector. Scaled dot-product attention with
 * several heads (Vaswani et al. 2017, Attention Is All You Need); the query is the example's own, last position, so
 * nothing after it can be seen.
 *
 * With X [window x features] the standardised rows that end at the example:
 * H = relu(X E + P); keys and values H K, H V; query h_last Q; context = softmax over positions, per head;
 * z = h_last + context O; logit = relu(z D + d) r + r0.
 */

export interface AttentionShape {
  readonly features: number;
  /** Rows looked at, the example's own included. */
  readonly window: number;
  /** Width of the embedding; a multiple of `heads`. */
  readonly width: number;
  readonly heads: number;
  /** Width of the dense layer. */
  readonly hidden: number;
}

/** Names of the weight blocks in the order they lie in the flat vector. */
export const WEIGHT_BLOCKS = ['embed', 'position', 'query', 'key', 'value', 'output', 'dense', 'denseBias', 'readout', 'readoutBias'] as const;
export type WeightBlock = (typeof WEIGHT_BLOCKS)[number];

/** [rows, columns] of each block, row-major. @throws RangeError on a shape that cannot be built. */
export function blockShapes(shape: AttentionShape): Readonly<Record<WeightBlock, readonly [number, number]>> {
  const { features, window, width, heads, hidden } = shape;
  for (const [name, value] of Object.entries(shape)) {
    if (!Number.isInteger(value) || value < 1) throw new RangeError(`expected ${name} of the attention network to be a whole number above 0, found ${value}`);
  }
  if (width % heads !== 0) throw new RangeError(`expected width to be a multiple of heads (${heads}), found ${width}`);
  return {
    embed: [features, width],
    position: [window, width],
    query: [width, width],
    key: [width, width],
    value: [width, width],
    output: [width, width],
    dense: [width, hidden],
    denseBias: [1, hidden],
    readout: [hidden, 1],
    readoutBias: [1, 1],
  };
}

/** Length of each block, in order. */
export function blockLengths(shape: AttentionShape): readonly number[] {
  const shapes = blockShapes(shape);
  return WEIGHT_BLOCKS.map((block) => shapes[block][0] * shapes[block][1]);
}

/** Views of the blocks in a flat vector. @throws RangeError when its length is another. */
export function splitWeights(flat: Float32Array, shape: AttentionShape): Readonly<Record<WeightBlock, Float32Array>> {
  const lengths = blockLengths(shape);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (flat.length !== total) throw new RangeError(`expected ${total} weights, found ${flat.length}`);
  let from = 0;
  return Object.fromEntries(
    WEIGHT_BLOCKS.map((block, i) => {
      const view = flat.subarray(from, from + lengths[i]);
      from += lengths[i];
      return [block, view];
    }),
  ) as Record<WeightBlock, Float32Array>;
}
