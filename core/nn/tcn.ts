/**
 * Temporal convolutional network (Bai, Kolter and Koltun 2018): residual blocks of two causal convolutions, the dilation doubled
 * from block to block; no weight normalisation. Absent positions are zero after every layer, as if zero-padded there.
 */
import { applyDense, convolutionSpecs, denseSpecs, lastPosition, withoutAbsent } from './layers.js';
import type { NetworkOps } from './network-ops.js';
import { rateSetting, wholeSetting } from './network.js';
import type { Network, NetworkSettings } from './network.js';

/** The network `tcn`: `blocks` blocks of `filters` filters; block b has dilation 2^b. It sees 1 + 2 (kernel - 1) (2^blocks - 1) rows back at most. */
export const tcn: Network = {
  id: 'tcn',
  defaults: { window: 16, blocks: 3, filters: 16, kernel: 3, dropout: 0.1 },
  parameters: ({ features, outputs, settings }) => {
    const [kernel, filters] = [wholeSetting(settings, 'kernel'), wholeSetting(settings, 'filters')];
    const blocks = Array.from({ length: wholeSetting(settings, 'blocks') }, (_, i) => {
      const channels = i === 0 ? features : filters;
      return [
        ...convolutionSpecs(`block.${i}.first`, { kernel, channels, filters }),
        ...convolutionSpecs(`block.${i}.second`, { kernel, channels: filters, filters }),
        ...(channels === filters ? [] : denseSpecs(`block.${i}.skip`, channels, filters)),
      ];
    });
    return [...blocks.flat(), ...denseSpecs('readout', filters, outputs)];
  },
  forward: (ops, weights, { x, absent, size: { settings } }) => {
    let states = withoutAbsent(ops, x, absent);
    for (let i = 0; i < wholeSetting(settings, 'blocks'); i++) states = applyBlock(ops, weights, { i, x: states, absent, settings });
    return { output: applyDense(ops, weights, { name: 'readout', x: lastPosition(ops, states) }), states };
  },
};

interface Block<T> {
  readonly i: number;
  readonly x: T;
  readonly absent: T | null;
  readonly settings: NetworkSettings;
}

function applyBlock<T>(ops: NetworkOps<T>, weights: (name: string) => T, { i, x, absent, settings }: Block<T>): T {
  const size = { kernel: wholeSetting(settings, 'kernel'), dilation: 2 ** i };
  const rate = rateSetting(settings, 'dropout');
  const layer = (name: string, input: T): T => {
    const convolved = ops.causalConvolution(input, { kernel: weights(`block.${i}.${name}.kernel`), bias: weights(`block.${i}.${name}.bias`) }, size);
    return ops.dropout(withoutAbsent(ops, ops.activate(convolved, 'relu'), absent), rate);
  };
  const inner = layer('second', layer('first', x));
  const isWide = ops.shape(x)[2] === ops.shape(inner)[2];
  const skip = isWide ? x : applyDense(ops, weights, { name: `block.${i}.skip`, x });
  return withoutAbsent(ops, ops.activate(ops.add(inner, skip), 'relu'), absent);
}
