/** Networks small enough for exhaustive checks, and sequences to feed them. */
import type { SequenceInput } from '../../core/nn/attention-inference.js';
import type { Network, NetworkSize } from '../../core/nn/network.js';
import { drawParameters } from '../../core/nn/network.js';
import { makeRandom } from '../../core/stats/random.js';

const SMALL = {
  window: 5,
  units: 4,
  width: 4,
  filters: 3,
  first: 4,
  second: 3,
  hidden: 3,
  blocks: 2,
  layers: 2,
  kernel: 2,
  heads: 2,
  dropout: 0,
  quantiles: 1,
  attention: 1,
};
type Setting = keyof typeof SMALL;

/** A network of three features and a window of five with a handful of units; `changed` overrides. */
export function smallSize(network: Network, changed: Partial<Record<Setting, number>> = {}): NetworkSize {
  const all = { ...SMALL, ...changed };
  const settings = Object.fromEntries(Object.keys(network.defaults).map((name) => [name, all[name as Setting]]));
  return { features: 3, window: all.window, outputs: 1, settings };
}

/** Weights with no entry at exactly 0 or 1, so that every gradient is looked at where it is smooth. */
export function scatteredWeights(network: Network, size: NetworkSize, seed: number): Float32Array {
  const random = makeRandom(seed);
  return drawParameters(network.parameters(size), random).map((weight) => weight + 0.2 * random.normal());
}

/** Standard normal rows of three features. */
export function noiseRows(rowCount: number, seed: number): SequenceInput {
  const random = makeRandom(seed);
  return { rowCount, values: Float32Array.from({ length: rowCount * 3 }, () => random.normal()) };
}
