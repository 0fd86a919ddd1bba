/** A small causal attention network over the last rows of features, as a model family. */
import { makeRandom } from '../stats/random.js';
import { checkColumnCount, checkFitData, numberParameter } from '../models/check-fit-data.js';
import type { Classifier, FitData, FitOptions, ModelFamily } from '../models/model.js';
import { decodeModel, encodeModel } from '../models/model-bytes.js';
import type { StateKeeper } from '../parts.js';
import { inferAttention } from './attention-inference.js';
import type { AttentionShape } from './attention-shape.js';
import type { SequenceExamples } from './attention-training.js';
import type { TrainingState } from './fit-weights.js';
import { measureRows, standardiseRows, standardiseWindows } from './scale-rows.js';
import { splitForStopping } from './stopping-examples.js';
import type { TensorBackend } from './tensor-backend.js';

/**
 * `window` rows are looked at; the last `validationShare` of the examples stops the training; the examples within
 * `purgeRows` rows before them are left out (set it to the longest label in rows).
 */
export const ATTENTION_DEFAULTS = Object.freeze({
  window: 16,
  width: 16,
  heads: 2,
  hidden: 8,
  epochs: 30,
  batch: 128,
  learningRate: 0.003,
  weightDecay: 0.05,
  patience: 4,
  validationShare: 0.2,
  purgeRows: 8,
});

/** Run on all examples where too few later ones could stop the training. */
const FIXED_EPOCHS = 8;

interface AttentionState {
  readonly shape: AttentionShape;
  readonly means: readonly number[];
  /** 0 = constant or never seen: the feature reads 0. */
  readonly deviations: readonly number[];
  readonly weights: readonly number[];
  /** What the network was trained on. */
  readonly backend: Pick<TensorBackend, 'name' | 'device'>;
  /** Epoch that the weights are of. */
  readonly epochs: number;
  readonly validationLoss: readonly number[];
}

/**
 * The family `attention`. The tensor backend is asked for when a model is first fitted; loading and predicting need none.
 * Features are standardised over the rows of the examples, missing ones become 0.
 */
export function attentionFamily(backend: () => Promise<TensorBackend>): ModelFamily {
  return {
    id: 'attention',
    defaults: ATTENTION_DEFAULTS,
    fit: async (data, options) => {
      checkFitData(data);
      return fitAttention(data, options, await backend());
    },
    load: (bytes) => {
      const { featureNames, shape, means, deviations, weights, backend, epochs, validationLoss } = decodeModel<AttentionState>(bytes, ['attention']);
      return makeClassifier(featureNames, { shape, means, deviations, weights, backend, epochs, validationLoss });
    },
  };
}

async function fitAttention(data: FitData, options: FitOptions, { name, device, memoryLimitBytes, compile }: TensorBackend): Promise<Classifier> {
  const parameters = { ...ATTENTION_DEFAULTS, ...options.parameters };
  const number = (name: keyof typeof ATTENTION_DEFAULTS): number => numberParameter(parameters, name);
  const shape: AttentionShape = {
    features: data.featureNames.length,
    window: number('window'),
    width: number('width'),
    heads: number('heads'),
    hidden: number('hidden'),
  };
  const scale = measureRows(data.features, data.rows);
  const { fit, validation } = splitExamples(data, number('validationShare'), number('purgeRows'));
  const epochs = validation === null ? FIXED_EPOCHS : number('epochs');
  const { trainAttention } = await import('./attention-training.js');
  const result = await trainAttention({
    shape,
    input: standardiseRows(data.features, scale),
    fit,
    validation,
    settings: {
      ...{ epochs, batch: number('batch'), learningRate: number('learningRate'), weightDecay: number('weightDecay'), patience: number('patience') },
      ...{ schedule: 'constant', warmUpSteps: 0, clip: 0 },
    },
    random: makeRandom(options.seed),
    ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
    ...(compile === undefined ? {} : { compile }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.state === undefined ? {} : { state: options.state as StateKeeper<TrainingState> }),
    onEpoch: (epoch) => options.progress?.(epoch / epochs, `epoch ${epoch} of at most ${epochs}`),
  });
  return makeClassifier(data.featureNames, {
    shape,
    ...scale,
    weights: Array.from(result.weights),
    backend: { name, device },
    epochs: result.epochs,
    validationLoss: result.validationLoss,
  });
}

/** Examples to fit on, and later ones that stop the training; null where those are too few to tell. */
function splitExamples({ rows, y, weights }: FitData, share: number, purgeRows: number): { fit: SequenceExamples; validation: SequenceExamples | null } {
  const split = splitForStopping({ rows, y, weights }, share, purgeRows);
  if (split === null) return { fit: { rows, y, weights }, validation: null };
  const part = (from: number, to: number): SequenceExamples => ({
    rows: rows.subarray(from, to),
    y: y.subarray(from, to),
    weights: weights.subarray(from, to),
  });
  return { fit: part(0, split.until), validation: part(split.from, rows.length) };
}

function makeClassifier(featureNames: readonly string[], state: AttentionState): Classifier {
  const flat = Float32Array.from(state.weights);
  return {
    family: 'attention',
    featureNames,
    predictProba: (features, rows) => {
      checkColumnCount(features, featureNames);
      const seen = standardiseWindows(features, { rows, window: state.shape.window }, state);
      return inferAttention({ flat, shape: state.shape }, seen.input, seen.rows);
    },
    featureImportance: () => null,
    save: () => encodeModel<AttentionState>('attention', featureNames, state),
    dispose: () => undefined,
  };
}
