/** Predictions of a fitted network in plain arithmetic: no backend is needed, and memory stays bounded whatever the number of rows. */
import type { SequenceInput } from './attention-inference.js';
import type { Network, NetworkOutput, NetworkSize } from './network.js';
import { entriesOf } from './network.js';
import { PLAIN_OPS } from './plain-ops.js';
import type { PlainTensor } from './plain-tensor.js';
import { gatherSequences } from './sequence-batch.js';

/** Rows predicted at a time. */
const PREDICTION_BATCH = 64;

/** A network with its weights. */
export interface FittedNetwork {
  readonly network: Network;
  readonly size: NetworkSize;
  readonly weights: Readonly<Record<string, PlainTensor>>;
}

/** All parameters by name, out of one flat vector. @throws RangeError when its length is another. */
export function splitParameters(network: Network, size: NetworkSize, flat: ArrayLike<number>): Readonly<Record<string, PlainTensor>> {
  const specs = network.parameters(size);
  const total = specs.reduce((sum, { shape }) => sum + entriesOf(shape), 0);
  if (flat.length !== total) throw new RangeError(`expected ${total} weights of the network ${network.id}, found ${flat.length}`);
  const values = Float64Array.from(flat);
  let from = 0;
  const named = specs.map(({ name, shape }) => {
    const part = { shape, values: values.subarray(from, from + entriesOf(shape)) };
    from += entriesOf(shape);
    return [name, part] as const;
  });
  return Object.fromEntries(named);
}

/** Everything that the network gives out for the given rows, each of which looks back over its window. */
export function forwardPlain({ network, size, weights }: FittedNetwork, input: SequenceInput, rows: Int32Array): NetworkOutput<PlainTensor> {
  const { x, absent } = gatherSequences(input, rows, size.window);
  const batch = {
    x: { shape: [size.window, rows.length, size.features], values: Float64Array.from(x) },
    absent: absent === null ? null : { shape: [size.window, rows.length, 1], values: Float64Array.from(absent) },
  };
  return network.forward(PLAIN_OPS, (name) => weights[name], { ...batch, size });
}

/** `part` of the outputs for the given rows, one after the other. */
export function predictPlain(
  fitted: FittedNetwork,
  { input, rows }: { readonly input: SequenceInput; readonly rows: Int32Array },
  part: (output: NetworkOutput<PlainTensor>) => PlainTensor = ({ output }) => output,
): Float64Array {
  let out = new Float64Array(0);
  for (let from = 0; from < rows.length; from += PREDICTION_BATCH) {
    const { shape, values } = part(forwardPlain(fitted, input, rows.subarray(from, from + PREDICTION_BATCH)));
    const width = values.length / shape[0];
    if (from === 0) out = new Float64Array(rows.length * width);
    out.set(values, from * width);
  }
  return out;
}
