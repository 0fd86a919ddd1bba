/**
 * Gated recurrent unit (Cho et al. 2014) whose states are weighed by additive attention (Bahdanau et al. 2015): the query is the
 * newest state, the context of all states goes beside it into the readout.
 */
import { applyDense, denseSpecs, gruSpecs, lastPosition } from './layers.js';
import { SCORE_MASKED } from './network-ops.js';
import type { NetworkOps } from './network-ops.js';
import { rateSetting, wholeSetting } from './network.js';
import type { Network } from './network.js';

/** The network `gru-attention`. With `attention` 0 it is the GRU alone, read out at the newest state. */
export const gruAttention: Network = {
  id: 'gru-attention',
  shows: ['attention'],
  defaults: { window: 16, units: 16, attention: 1, dropout: 0.1 },
  parameters: ({ features, outputs, settings }) => {
    const units = wholeSetting(settings, 'units');
    if (wholeSetting(settings, 'attention', 0) === 0) return [...gruSpecs('gru', features, units), ...denseSpecs('readout', units, outputs)];
    return [
      ...gruSpecs('gru', features, units),
      ...denseSpecs('keys', units, units),
      { name: 'query', shape: [units, units], initial: 'fan' },
      { name: 'score', shape: [units, 1], initial: 'fan' },
      ...denseSpecs('readout', 2 * units, outputs),
    ];
  },
  forward: (ops, weights, { x, absent, size: { settings } }) => {
    const rate = rateSetting(settings, 'dropout');
    const [gates, gatesBias, candidate, candidateBias] = ['gates', 'gatesBias', 'candidate', 'candidateBias'].map((name) => weights(`gru.${name}`));
    const states = ops.gru(x, absent, { gates, gatesBias, candidate, candidateBias });
    const last = lastPosition(ops, states);
    if (settings['attention'] === 0) return { output: applyDense(ops, weights, { name: 'readout', x: ops.dropout(last, rate) }), states };
    const attention = attend(ops, weights, { states, last, absent });
    const [window, examples] = ops.shape(states);
    const context = ops.sum(ops.multiply(states, ops.reshape(ops.transpose(attention, [1, 0]), [window, examples, 1])), 0);
    const read = ops.dropout(ops.concat([last, context], 1), rate);
    return { output: applyDense(ops, weights, { name: 'readout', x: read }), states, attention };
  },
};

/** [examples x window], rows sum to 1, 0 at absent positions. */
function attend<T>(ops: NetworkOps<T>, weights: (name: string) => T, { states, last, absent }: { states: T; last: T; absent: T | null }): T {
  const [window, examples, units] = ops.shape(states);
  const keys = applyDense(ops, weights, { name: 'keys', x: states });
  const query = ops.matMul(last, weights('query'), false);
  const hidden = ops.activate(ops.add(keys, query), 'tanh');
  const scores = ops.reshape(ops.matMul(ops.reshape(hidden, [window * examples, units]), weights('score'), false), [window, examples]);
  const seen = absent === null ? scores : ops.add(scores, ops.scale(ops.reshape(absent, [window, examples]), SCORE_MASKED));
  return ops.softmax(ops.transpose(seen, [1, 0]));
}
