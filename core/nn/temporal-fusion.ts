/**
 * Temporal fusion transformer (Lim, Arik, Loeff and Pfister 2021) for inputs known up to the example's own row: variable selection
 * (an embedding and a gated residual network for each variable), LSTM encoder, interpretable attention (one value projection for
 * all heads), gated residual networks, ordered quantile outputs. Static covariates stay out, for a run has one symbol and nothing
 * that tells series apart; inputs known ahead stay out with the decoder that would read them, for the prediction is of the
 * example's own row and has no horizon of later ones.
 */
import { gateSpecs, gatedResidual, gatedSkip, residualSpecs } from './gated-residual.js';
import { applyDense, applyLstm, denseSpecs, lastPosition, lstmSpecs } from './layers.js';
import { causalWeights } from './multi-head-attention.js';
import type { NetworkOps } from './network-ops.js';
import { rateSetting, wholeSetting } from './network.js';
import type { Network } from './network.js';
import { selectVariables, selectionSpecs } from './variable-selection.js';

/** Levels of the quantile outputs, in order. */
export const QUANTILE_LEVELS: readonly number[] = Object.freeze([0.1, 0.5, 0.9]);

/** The network `temporal-fusion`. With `quantiles` 1 the columns behind the logits are the quantiles at QUANTILE_LEVELS, never crossing. */
export const temporalFusion: Network = {
  id: 'temporal-fusion',
  shows: ['attention', 'variables'],
  defaults: { window: 16, width: 16, heads: 2, quantiles: 0, dropout: 0.1 },
  levels: (settings) => (settings['quantiles'] === 0 ? [] : QUANTILE_LEVELS),
  parameters: ({ features, outputs, settings }) => {
    const [width, heads] = [wholeSetting(settings, 'width'), wholeSetting(settings, 'heads')];
    if (width % heads !== 0) throw new RangeError(`expected parameter width to be a multiple of heads (${heads}), found ${width}`);
    return [
      ...selectionSpecs(features, width),
      ...lstmSpecs('encoder', width, width),
      ...gateSpecs('encoder.gate', width),
      ...residualSpecs('enrichment', width),
      ...denseSpecs('queries', width, width),
      ...denseSpecs('keys', width, width),
      ...denseSpecs('values', width, width / heads),
      ...denseSpecs('attended', width / heads, width),
      ...gateSpecs('attended.gate', width),
      ...residualSpecs('forward', width),
      ...gateSpecs('decoder.gate', width),
      ...denseSpecs('readout', width, outputs),
      ...(wholeSetting(settings, 'quantiles', 0) === 0 ? [] : denseSpecs('quantiles', width, QUANTILE_LEVELS.length)),
    ];
  },
  forward: (ops, weights, { x, absent, size: { window, settings } }) => {
    const part = { rate: rateSetting(settings, 'dropout') };
    const [, examples, features] = ops.shape(x);
    const { selected, variables } = selectVariables(ops, weights, { ...part, x, width: wholeSetting(settings, 'width') });
    const encoded = applyLstm(ops, weights, { name: 'encoder', x: selected, absent });
    const temporal = gatedSkip(ops, weights, { ...part, name: 'encoder.gate', x: encoded, skip: selected });
    const enriched = gatedResidual(ops, weights, { ...part, name: 'enrichment', x: temporal });
    const { context, attention } = attendInterpretably(ops, weights, { enriched, absent, heads: wholeSetting(settings, 'heads') });
    const attended = gatedSkip(ops, weights, { ...part, name: 'attended.gate', x: context, skip: enriched });
    const forward = gatedResidual(ops, weights, { ...part, name: 'forward', x: attended });
    const states = gatedSkip(ops, weights, { ...part, name: 'decoder.gate', x: forward, skip: temporal });
    const last = lastPosition(ops, states);
    const logits = applyDense(ops, weights, { name: 'readout', x: last });
    const output =
      settings['quantiles'] === 0 ? logits : ops.concat([logits, orderedQuantiles(ops, applyDense(ops, weights, { name: 'quantiles', x: last }))], 1);
    return {
      output,
      states,
      attention: ops.reshape(ops.slice(attention, [0, window - 1, 0], [examples, 1, window]), [examples, window]),
      variables: ops.reshape(ops.slice(variables, [window - 1, 0, 0], [1, examples, features]), [examples, features]),
    };
  },
};

interface Enriched<T> {
  readonly enriched: T;
  readonly absent: T | null;
  readonly heads: number;
}

/** Context [window x examples x width], and the mean of the heads' weights [examples x window x window]. */
function attendInterpretably<T>(ops: NetworkOps<T>, weights: (name: string) => T, { enriched, absent, heads }: Enriched<T>): { context: T; attention: T } {
  const [query, key, value] = ['queries', 'keys', 'values'].map((name) => applyDense(ops, weights, { name, x: enriched }));
  const attention = ops.scale(ops.sum(causalWeights(ops, { query, key, absent, heads }), 1), 1 / heads);
  const context = ops.transpose(ops.matMul(attention, ops.transpose(value, [1, 0, 2]), false), [1, 0, 2]);
  return { context: applyDense(ops, weights, { name: 'attended', x: context }), attention };
}

/** The first column, then each column a softplus above the one before. */
function orderedQuantiles<T>(ops: NetworkOps<T>, raw: T): T {
  const [examples, levels] = ops.shape(raw);
  const lowest = ops.slice(raw, [0, 0], [examples, 1]);
  const steps = ops.softplus(ops.slice(raw, [0, 1], [examples, levels - 1]));
  const upTo = Float32Array.from({ length: (levels - 1) * levels }, (_, i) => (i % levels > Math.floor(i / levels) ? 1 : 0));
  return ops.add(ops.matMul(steps, ops.constant(upTo, [levels - 1, levels]), false), lowest);
}
