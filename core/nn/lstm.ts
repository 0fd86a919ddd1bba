/** Long short-term memory (Hochreiter and Schmidhuber 1997; forget gates of Gers et al. 2000) over the window, read out at the example's own row. */
import { applyDense, applyLstm, denseSpecs, lastPosition, lstmSpecs } from './layers.js';
import { rateSetting, wholeSetting } from './network.js';
import type { Network } from './network.js';

/** The network `lstm`: `layers` layers of `units` each, dropout between them and before the readout. */
export const lstm: Network = {
  id: 'lstm',
  defaults: { window: 16, units: 16, layers: 1, dropout: 0.1 },
  parameters: ({ features, outputs, settings }) => {
    const units = wholeSetting(settings, 'units');
    const layers = Array.from({ length: wholeSetting(settings, 'layers') }, (_, i) => lstmSpecs(`lstm.${i}`, i === 0 ? features : units, units));
    return [...layers.flat(), ...denseSpecs('readout', units, outputs)];
  },
  forward: (ops, weights, { x, absent, size: { settings } }) => {
    const rate = rateSetting(settings, 'dropout');
    let states = x;
    for (let i = 0; i < wholeSetting(settings, 'layers'); i++) {
      states = applyLstm(ops, weights, { name: `lstm.${i}`, x: i === 0 ? states : ops.dropout(states, rate), absent });
    }
    const last = ops.dropout(lastPosition(ops, states), rate);
    return { output: applyDense(ops, weights, { name: 'readout', x: last }), states };
  },
};
