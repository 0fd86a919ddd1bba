/**
 * Convolutional network that looks for shapes in the window: two causal convolutions, then the largest answer of each filter over
 * the positions (max over time; Kim 2014), so a shape counts wherever in the window it lies.
 */
import { applyDense, convolutionSpecs, denseSpecs, withoutAbsent } from './layers.js';
import { SCORE_MASKED } from './network-ops.js';
import { rateSetting, wholeSetting } from './network.js';
import type { Network } from './network.js';

/** The network `cnn`. */
export const cnn: Network = {
  id: 'cnn',
  defaults: { window: 16, filters: 16, kernel: 5, hidden: 16, dropout: 0.1 },
  parameters: ({ features, outputs, settings }) => {
    const [kernel, filters, hidden] = ['kernel', 'filters', 'hidden'].map((name) => wholeSetting(settings, name));
    return [
      ...convolutionSpecs('first', { kernel, channels: features, filters }),
      ...convolutionSpecs('second', { kernel, channels: filters, filters }),
      ...denseSpecs('hidden', filters, hidden),
      ...denseSpecs('readout', hidden, outputs),
    ];
  },
  forward: (ops, weights, { x, absent, size: { settings } }) => {
    const size = { kernel: wholeSetting(settings, 'kernel'), dilation: 1 };
    let states = withoutAbsent(ops, x, absent);
    for (const name of ['first', 'second']) {
      const convolved = ops.causalConvolution(states, { kernel: weights(`${name}.kernel`), bias: weights(`${name}.bias`) }, size);
      states = withoutAbsent(ops, ops.activate(convolved, 'relu'), absent);
    }
    const found = ops.max(absent === null ? states : ops.add(states, ops.scale(absent, SCORE_MASKED)), 0);
    const hidden = applyDense(ops, weights, { name: 'hidden', x: ops.dropout(found, rateSetting(settings, 'dropout')), activation: 'relu' });
    return { output: applyDense(ops, weights, { name: 'readout', x: hidden }), states };
  },
};
