/** Multi-layer perceptron over the rows of the window side by side: dense layers with ReLU and dropout, then a linear readout. */
import { applyDense, denseSpecs, withoutAbsent } from './layers.js';
import { rateSetting, wholeSetting } from './network.js';
import type { Network, NetworkSize } from './network.js';

function widths({ features, window, outputs, settings }: NetworkSize): readonly number[] {
  const hidden = ['first', 'second'].map((name) => wholeSetting(settings, name));
  return [features * window, ...hidden, outputs];
}

/** The network `mlp`: two hidden layers of `first` and `second` units. An absent row reads 0. */
export const mlp: Network = {
  id: 'mlp',
  defaults: { window: 1, first: 32, second: 16, dropout: 0.1 },
  parameters: (size) => {
    const at = widths(size);
    return at.slice(1).flatMap((outputs, i) => denseSpecs(`dense.${i}`, at[i], outputs));
  },
  forward: (ops, weights, { x, absent, size }) => {
    const { features, window, settings } = size;
    const examples = ops.shape(x)[1];
    const seen = withoutAbsent(ops, x, absent);
    const rate = rateSetting(settings, 'dropout');
    let hidden = ops.reshape(window === 1 ? seen : ops.transpose(seen, [1, 0, 2]), [examples, window * features]);
    for (const i of [0, 1]) hidden = ops.dropout(applyDense(ops, weights, { name: `dense.${i}`, x: hidden, activation: 'relu' }), rate);
    return { output: applyDense(ops, weights, { name: 'dense.2', x: hidden }) };
  },
};
