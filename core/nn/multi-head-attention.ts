/** Scaled dot-product attention with several heads and a causal mask (Vaswani et al. 2017), over sequences [window x examples x width]. */
import { SCORE_MASKED } from './network-ops.js';
import type { NetworkOps } from './network-ops.js';

export interface AttentionScores<T> {
  /** [window x examples x (heads x head width)] each. */
  readonly query: T;
  readonly key: T;
  readonly absent: T | null;
  readonly heads: number;
}

/** Weights [examples x heads x window x window]; position t weighs positions up to t, which sum to 1. */
export function causalWeights<T>(ops: NetworkOps<T>, { query, key, absent, heads }: AttentionScores<T>): T {
  const [window, examples, width] = ops.shape(query);
  const scores = ops.scale(ops.matMul(perHead(ops, query, heads), perHead(ops, key, heads), true), 1 / Math.sqrt(width / heads));
  const seen = ops.add(scores, ops.constant(causalMask(window), [window, window]));
  if (absent === null) return ops.softmax(seen);
  const hidden = ops.reshape(ops.transpose(ops.reshape(absent, [window, examples]), [1, 0]), [examples, 1, 1, window]);
  return ops.softmax(ops.add(seen, ops.scale(hidden, SCORE_MASKED)));
}

/** Context [window x examples x (heads x head width)], each head with values of its own, and the weights. */
export function attendCausally<T>(
  ops: NetworkOps<T>,
  { value, ...scores }: AttentionScores<T> & { readonly value: T },
): { readonly context: T; readonly weights: T } {
  const weights = causalWeights(ops, scores);
  const context = ops.matMul(weights, perHead(ops, value, scores.heads), false);
  return { context: ops.reshape(ops.transpose(context, [2, 0, 1, 3]), ops.shape(value)), weights };
}

/** [examples x heads x window x head width] */
function perHead<T>(ops: NetworkOps<T>, x: T, heads: number): T {
  const [window, examples, width] = ops.shape(x);
  return ops.transpose(ops.reshape(x, [window, examples, heads, width / heads]), [1, 2, 0, 3]);
}

function causalMask(window: number): Float32Array {
  return Float32Array.from({ length: window * window }, (_, i) => (i % window > Math.floor(i / window) ? SCORE_MASKED : 0));
}
