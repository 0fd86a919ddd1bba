/**
 * Transformer encoder (Vaswani et al. 2017) with a causal mask and normalisation before each part (Xiong et al. 2020): learnt
 * positions counted back from the example, read out at the example's own row.
 */
import { applyDense, applyNorm, denseSpecs, lastPosition, normSpecs } from './layers.js';
import { attendCausally } from './multi-head-attention.js';
import type { NetworkOps } from './network-ops.js';
import { rateSetting, wholeSetting } from './network.js';
import type { Network, NetworkSettings } from './network.js';

/** The network `transformer`: `layers` layers of `width` (a multiple of `heads`), feed-forward width `hidden`. */
export const transformer: Network = {
  id: 'transformer',
  shows: ['attention'],
  defaults: { window: 16, width: 16, heads: 2, layers: 2, hidden: 32, dropout: 0.1 },
  parameters: ({ features, window, outputs, settings }) => {
    const [width, heads, layers, hidden] = ['width', 'heads', 'layers', 'hidden'].map((name) => wholeSetting(settings, name));
    if (width % heads !== 0) throw new RangeError(`expected parameter width to be a multiple of heads (${heads}), found ${width}`);
    const perLayer = Array.from({ length: layers }, (_, i) => [
      ...normSpecs(`layer.${i}.norm.attention`, width),
      ...denseSpecs(`layer.${i}.projections`, width, 3 * width),
      ...denseSpecs(`layer.${i}.output`, width, width),
      ...normSpecs(`layer.${i}.norm.forward`, width),
      ...denseSpecs(`layer.${i}.widen`, width, hidden),
      ...denseSpecs(`layer.${i}.narrow`, hidden, width),
    ]);
    return [
      ...denseSpecs('embedding', features, width),
      { name: 'position', shape: [window, 1, width], initial: 'position' },
      ...perLayer.flat(),
      ...normSpecs('norm', width),
      ...denseSpecs('readout', width, outputs),
    ];
  },
  forward: (ops, weights, { x, absent, size: { window, settings } }) => {
    let states = ops.add(applyDense(ops, weights, { name: 'embedding', x }), weights('position'));
    let attention = states;
    for (let i = 0; i < wholeSetting(settings, 'layers'); i++) {
      const layer = applyLayer(ops, weights, { i, states, absent, settings });
      states = layer.states;
      attention = layer.attention;
    }
    const last = applyNorm(ops, weights, { name: 'norm', x: lastPosition(ops, states) });
    const [examples, heads] = ops.shape(attention);
    const newest = ops.reshape(ops.slice(attention, [0, 0, window - 1, 0], [examples, heads, 1, window]), [examples, heads, window]);
    return { output: applyDense(ops, weights, { name: 'readout', x: last }), states, attention: ops.scale(ops.sum(newest, 1), 1 / heads) };
  },
};

interface Layer<T> {
  readonly i: number;
  readonly states: T;
  readonly absent: T | null;
  readonly settings: NetworkSettings;
}

function applyLayer<T>(ops: NetworkOps<T>, weights: (name: string) => T, { i, states, absent, settings }: Layer<T>): { states: T; attention: T } {
  const [heads, width] = [wholeSetting(settings, 'heads'), wholeSetting(settings, 'width')];
  const rate = rateSetting(settings, 'dropout');
  const [window, examples] = ops.shape(states);
  const normed = applyNorm(ops, weights, { name: `layer.${i}.norm.attention`, x: states });
  const projected = applyDense(ops, weights, { name: `layer.${i}.projections`, x: normed });
  const part = (j: number): T => ops.slice(projected, [0, 0, j * width], [window, examples, width]);
  const attended = attendCausally(ops, { query: part(0), key: part(1), value: part(2), absent, heads });
  const mixed = applyDense(ops, weights, { name: `layer.${i}.output`, x: attended.context });
  const between = ops.add(states, ops.dropout(mixed, rate));
  const widened = applyDense(ops, weights, {
    name: `layer.${i}.widen`,
    x: applyNorm(ops, weights, { name: `layer.${i}.norm.forward`, x: between }),
    activation: 'relu',
  });
  const narrowed = applyDense(ops, weights, { name: `layer.${i}.narrow`, x: widened });
  return { states: ops.add(between, ops.dropout(narrowed, rate)), attention: attended.weights };
}
