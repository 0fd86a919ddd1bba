/** A network as a model family: trained on the tensor backend, served in plain arithmetic. */
import { checkFitData, numberParameter } from '../models/check-fit-data.js';
import type { FitData, FitOptions, ModelFamily } from '../models/model.js';
import { decodeModel } from '../models/model-bytes.js';
import type { StateKeeper } from '../parts.js';
import { makeRandom } from '../stats/random.js';
import type { TrainingExamples } from './batch-loss.js';
import type { TrainingSettings, TrainingState } from './fit-weights.js';
import { checkSchedule } from './learning-rate.js';
import { makeNetworkClassifier } from './network-classifier.js';
import type { NetworkClassifier, NetworkState } from './network-classifier.js';
import { levelsOf, wholeSetting } from './network.js';
import type { Network, NetworkSettings, NetworkSize } from './network.js';
import { measureRows, standardiseRows } from './scale-rows.js';
import { splitForStopping } from './stopping-examples.js';
import type { TensorBackend } from './tensor-backend.js';

/**
 * How every network is trained. The last `validationShare` of the examples stops the training; the examples within `purgeRows`
 * rows before them are left out (set it to the longest label in rows). `balance` 1 gives both classes the same total weight.
 */
export const TRAINING_DEFAULTS = Object.freeze({
  epochs: 40,
  batch: 128,
  learningRate: 0.003,
  schedule: 'constant',
  warmUpSteps: 0,
  weightDecay: 0.01,
  clip: 1,
  patience: 10,
  balance: 0,
  validationShare: 0.2,
  purgeRows: 8,
});

/** Run on all examples where too few later ones could stop the training. */
const FIXED_EPOCHS = 8;

/** Examples with, for networks with quantile outputs, what those are of (such as the return until the label ends), one a row. */
export interface NetworkFitData extends FitData {
  readonly values?: Float64Array;
}

/** The family of a network; its classifiers show what they looked at. */
export interface NetworkFamily extends ModelFamily {
  fit(data: NetworkFitData, options: FitOptions): Promise<NetworkClassifier>;
  load(bytes: Uint8Array): NetworkClassifier;
}

/**
 * The family of a network, under its id. The tensor backend is asked for when a model is fitted; loading and predicting need
 * none. Features are standardised over the rows of the examples, missing ones become 0, rows before the first are masked.
 */
export function networkFamily(network: Network, backend: () => Promise<TensorBackend>): NetworkFamily {
  return {
    id: network.id,
    defaults: { ...network.defaults, ...TRAINING_DEFAULTS },
    fit: async (data, options) => {
      checkFitData(data);
      return fitNetwork({ network, backend: await backend() }, data, options);
    },
    load: (bytes) => {
      const { schema: _, version: __, family: ___, featureNames, ...state } = decodeModel<NetworkState>(bytes, [network.id]);
      return makeNetworkClassifier(network, featureNames, state);
    },
  };
}

async function fitNetwork(
  { network, backend }: { network: Network; backend: TensorBackend },
  data: NetworkFitData,
  options: FitOptions,
): Promise<NetworkClassifier> {
  const parameters = { ...network.defaults, ...TRAINING_DEFAULTS, ...options.parameters };
  const settings: NetworkSettings = Object.fromEntries(Object.keys(network.defaults).map((name) => [name, numberParameter(parameters, name)]));
  const size: NetworkSize = { features: data.featureNames.length, window: wholeSetting(settings, 'window'), outputs: 1, settings };
  const scale = measureRows(data.features, data.rows);
  const input = standardiseRows(data.features, scale);
  const valueScale = levelsOf(network, size).length === 0 ? null : measureValues(data);
  const { fit, validation } = splitExamples(data, parameters, valueScale);
  const training = trainingSettings(parameters, validation === null);
  const { trainNetwork } = await import('./train-network.js');
  const { inputImportance } = await import('./input-importance.js');
  const result = await trainNetwork({
    ...{ network, size, input, fit, validation, settings: training },
    random: makeRandom(options.seed),
    ...(backend.memoryLimitBytes === undefined ? {} : { memoryLimitBytes: backend.memoryLimitBytes }),
    ...(backend.compile === undefined ? {} : { compile: backend.compile }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.state === undefined ? {} : { state: options.state as StateKeeper<TrainingState> }),
    onEpoch: (epoch) => options.progress?.(epoch / training.epochs, `epoch ${epoch} of at most ${training.epochs}`),
  });
  const importance = await inputImportance({ network, size }, result.weights, { input, rows: fit.rows, most: result.most });
  return makeNetworkClassifier(network, data.featureNames, {
    size,
    ...scale,
    weights: Array.from(result.weights),
    importance: Array.from(importance),
    valueScale,
    backend: { name: backend.name, device: backend.device },
    epochs: result.epochs,
    validationLoss: result.validationLoss,
  });
}

function trainingSettings(parameters: FitOptions['parameters'], isFixed: boolean): TrainingSettings {
  const number = (name: string): number => numberParameter(parameters, name);
  return {
    epochs: isFixed ? FIXED_EPOCHS : number('epochs'),
    batch: number('batch'),
    learningRate: number('learningRate'),
    schedule: checkSchedule(parameters['schedule']),
    warmUpSteps: number('warmUpSteps'),
    weightDecay: number('weightDecay'),
    clip: number('clip'),
    patience: number('patience'),
  };
}

/** Examples to fit on, and later ones that stop the training; null where those are too few to tell. */
function splitExamples(
  data: NetworkFitData,
  parameters: FitOptions['parameters'],
  valueScale: NetworkState['valueScale'],
): { fit: TrainingExamples; validation: TrainingExamples | null } {
  const { rows, y } = data;
  const weights = numberParameter(parameters, 'balance') === 0 ? data.weights : balancedWeights(data);
  const split = splitForStopping(data, numberParameter(parameters, 'validationShare'), numberParameter(parameters, 'purgeRows'));
  const values = valueScale === null ? undefined : data.values?.map((value) => (value - valueScale.mean) / valueScale.deviation);
  const part = (from: number, to: number): TrainingExamples => ({
    ...(values === undefined ? {} : { values: values.subarray(from, to) }),
    rows: rows.subarray(from, to),
    y: y.subarray(from, to),
    weights: weights.subarray(from, to),
  });
  return split === null ? { fit: part(0, rows.length), validation: null } : { fit: part(0, split.until), validation: part(split.from, rows.length) };
}

/** Mean and deviation of the values that quantiles are fitted to. @throws RangeError without one finite value a row, or when all are one. */
function measureValues({ rows, values }: NetworkFitData): { mean: number; deviation: number } {
  if (values?.length !== rows.length || !values.every(Number.isFinite)) {
    throw new RangeError(
      `expected ${rows.length} finite values, one a row, for the quantile outputs, found ${values?.filter(Number.isFinite).length ?? 'none'}`,
    );
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  if (!(deviation > 0)) throw new RangeError(`expected values that differ for the quantile outputs, found ${mean} everywhere`);
  return { mean, deviation };
}

/** The weights with both classes scaled to the same total. */
function balancedWeights({ y, weights }: FitData): Float64Array {
  let [zeros, ones] = [0, 0];
  for (let i = 0; i < y.length; i++) {
    if (y[i] === 1) ones += weights[i];
    else zeros += weights[i];
  }
  const half = (zeros + ones) / 2;
  return weights.map((weight, i) => (weight * half) / (y[i] === 1 ? ones : zeros));
}
