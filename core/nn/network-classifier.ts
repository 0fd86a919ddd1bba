/** A fitted network as a classifier, served in plain arithmetic, with what it looked at and its quantiles beside the probability. */
import { checkColumnCount } from '../models/check-fit-data.js';
import type { Classifier, Matrix } from '../models/model.js';
import { encodeModel } from '../models/model-bytes.js';
import { levelsOf } from './network.js';
import type { Network, NetworkOutput, NetworkSize } from './network.js';
import { sigmoid } from './plain-dense.js';
import type { PlainTensor } from './plain-tensor.js';
import { predictPlain, splitParameters } from './predict-network.js';
import { expandWeights } from './quantised-weights.js';
import type { QuantisedWeights } from './quantised-weights.js';
import type { RowScale } from './scale-rows.js';
import { standardiseWindows } from './scale-rows.js';
import type { TensorBackend } from './tensor-backend.js';

/** What is saved of a fitted network. */
export interface NetworkState extends RowScale {
  readonly size: NetworkSize;
  /** All parameters one after the other, or compressed (`compress-network`), and then kept so when saved again. */
  readonly weights: readonly number[] | QuantisedWeights;
  readonly importance: readonly number[];
  /** Mean and deviation of the values that the quantiles are of; null without quantiles. */
  readonly valueScale: { readonly mean: number; readonly deviation: number } | null;
  /** What the network was trained on. */
  readonly backend: Pick<TensorBackend, 'name' | 'device'>;
  /** Epoch that the weights are of. */
  readonly epochs: number;
  readonly validationLoss: readonly number[];
}

/** A classifier that shows what it looked at. All results are row-major, one row an example, and use rows up to the example's own. */
export interface NetworkClassifier extends Classifier {
  /** Weights of the window's positions, oldest first [rows x window], summing to 1; null where the network has no attention. */
  attention(features: Matrix, rows: Int32Array): Float64Array | null;
  /** Weights of the features [rows x features], summing to 1; null where the network selects no variables. */
  variables(features: Matrix, rows: Int32Array): Float64Array | null;
  /** Quantiles of the fitted values [rows x levels], ascending in each row, in the values' own unit; null where none were fitted. */
  quantiles(features: Matrix, rows: Int32Array): Float64Array | null;
  /** Levels of the quantiles, ascending. */
  readonly levels: readonly number[];
}

/** The classifier of saved or newly fitted weights. @throws RangeError when their number is not the network's. */
export function makeNetworkClassifier(network: Network, featureNames: readonly string[], state: NetworkState): NetworkClassifier {
  const { size, valueScale } = state;
  const flat = 'encoding' in state.weights ? expandWeights(network.parameters(size), state.weights) : state.weights;
  const fitted = { network, size, weights: splitParameters(network, size, flat) };
  const levels = levelsOf(network, size);
  const predict = (features: Matrix, rows: Int32Array, part: (output: NetworkOutput<PlainTensor>) => PlainTensor): Float64Array => {
    checkColumnCount(features, featureNames);
    return predictPlain(fitted, standardiseWindows(features, { rows, window: size.window }, state), part);
  };
  return {
    family: network.id,
    featureNames,
    levels,
    predictProba: (features, rows) => predict(features, rows, ({ output }) => columnsOf(output, 0, 1)).map(sigmoid),
    attention: (features, rows) =>
      network.shows?.includes('attention') === true ? predict(features, rows, ({ attention }) => attention as PlainTensor) : null,
    variables: (features, rows) =>
      network.shows?.includes('variables') === true ? predict(features, rows, ({ variables }) => variables as PlainTensor) : null,
    quantiles: (features, rows) => {
      if (valueScale === null) return null;
      return predict(features, rows, ({ output }) => columnsOf(output, 1, levels.length)).map((value) => valueScale.mean + valueScale.deviation * value);
    },
    featureImportance: () => Float64Array.from(state.importance),
    save: () => encodeModel<NetworkState>(network.id, featureNames, state),
    dispose: () => undefined,
  };
}

function columnsOf({ shape, values }: PlainTensor, first: number, count: number): PlainTensor {
  const [rows, columns] = shape;
  if (columns === count) return { shape, values };
  return { shape: [rows, count], values: Float64Array.from({ length: rows * count }, (_, i) => values[Math.floor(i / count) * columns + first + (i % count)]) };
}
