/** A small causal attention network over the last rows of features, as a model family. */
import { makeRandom } from '../stats/random.js';
import { checkColumnCount, checkFitData, numberParameter } from '../models/check-fit-data.js';
import type { Classifier, FitData, FitOptions, Matrix, ModelFamily } from '../models/model.js';
import { decodeModel, encodeModel } from '../models/model-bytes.js';
import type { StateKeeper } from '../parts.js';
import type { SequenceInput } from './attention-inference.js';
import { inferAttention } from './attention-inference.js';
import type { AttentionShape } from './attention-shape.js';
import type { SequenceExamples, TrainingState } from './attention-training.js';
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

/** With fewer validation examples than this, or one class of them, training runs FIXED_EPOCHS epochs on all examples. */
const MINIMUM_VALIDATION = 20;
const FIXED_EPOCHS = 8;
/** Standardised values are cut off here, so that one wild bar cannot dominate. */
const CLIP = 5;

interface AttentionState {
  readonly shape: AttentionShape;
  readonly means: readonly number[];
  /** 0 = constant or never seen: the feature reads 0. */
  readonly deviations: readonly number[];
  readonly weights: readonly number[];
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
      await backend();
      return fitAttention(data, options);
    },
    load: (bytes) => {
      const { featureNames, shape, means, deviations, weights, epochs, validationLoss } = decodeModel<AttentionState>(bytes, ['attention']);
      return makeClassifier(featureNames, { shape, means, deviations, weights, epochs, validationLoss });
    },
  };
}

async function fitAttention(data: FitData, options: FitOptions): Promise<Classifier> {
  const parameters = { ...ATTENTION_DEFAULTS, ...options.parameters };
  const number = (name: keyof typeof ATTENTION_DEFAULTS): number => numberParameter(parameters, name);
  const shape: AttentionShape = {
    features: data.featureNames.length,
    window: number('window'),
    width: number('width'),
    heads: number('heads'),
    hidden: number('hidden'),
  };
  const { means, deviations } = measureRows(data.features, data.rows);
  const { fit, validation } = splitExamples(data, number('validationShare'), number('purgeRows'));
  const epochs = validation === null ? FIXED_EPOCHS : number('epochs');
  const { trainAttention } = await import('./attention-training.js');
  const result = await trainAttention({
    shape,
    input: standardiseRows(data.features, means, deviations),
    fit,
    validation,
    epochs,
    batch: number('batch'),
    learningRate: number('learningRate'),
    weightDecay: number('weightDecay'),
    patience: number('patience'),
    random: makeRandom(options.seed),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.state === undefined ? {} : { state: options.state as StateKeeper<TrainingState> }),
    onEpoch: (epoch) => options.progress?.(epoch / epochs, `epoch ${epoch} of at most ${epochs}`),
  });
  return makeClassifier(data.featureNames, {
    shape,
    means,
    deviations,
    weights: Array.from(result.weights),
    epochs: result.epochs,
    validationLoss: result.validationLoss,
  });
}

/** Examples to fit on, and later ones that stop the training, a purge apart; null where those are too few to tell. */
function splitExamples({ rows, y, weights }: FitData, share: number, purgeRows: number): { fit: SequenceExamples; validation: SequenceExamples | null } {
  const cut = rows.length - Math.floor(rows.length * share);
  const all = { rows, y, weights };
  const until = cut < rows.length ? rows.findIndex((row) => row > rows[cut] - 1 - purgeRows) : -1;
  const ones = y.subarray(cut).reduce((sum, value) => sum + value, 0);
  const held = rows.length - cut;
  if (held < MINIMUM_VALIDATION || ones === 0 || ones === held || until < MINIMUM_VALIDATION) return { fit: all, validation: null };
  const part = (from: number, to: number): SequenceExamples => ({
    rows: rows.subarray(from, to),
    y: y.subarray(from, to),
    weights: weights.subarray(from, to),
  });
  return { fit: part(0, until), validation: part(cut, rows.length) };
}

/** Mean and standard deviation of each feature over the given rows, missing values left out. */
function measureRows({ columnCount, values }: Matrix, rows: Int32Array): { means: number[]; deviations: number[] } {
  const means = new Array<number>(columnCount).fill(0);
  const deviations = new Array<number>(columnCount).fill(0);
  for (let j = 0; j < columnCount; j++) {
    let count = 0;
    let mean = 0;
    let squares = 0;
    for (const row of rows) {
      const value = values[row * columnCount + j];
      if (Number.isNaN(value)) continue;
      count += 1;
      const delta = value - mean;
      mean += delta / count;
      squares += delta * (value - mean);
    }
    if (count === 0) continue;
    const deviation = Math.sqrt(squares / count);
    means[j] = mean;
    deviations[j] = deviation > 1e-12 * Math.abs(mean) ? deviation : 0;
  }
  return { means, deviations };
}

function standardiseRows({ rowCount, columnCount, values }: Matrix, means: readonly number[], deviations: readonly number[]): SequenceInput {
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const j = i % columnCount;
    if (deviations[j] === 0 || Number.isNaN(values[i])) continue;
    out[i] = Math.min(CLIP, Math.max(-CLIP, (values[i] - means[j]) / deviations[j]));
  }
  return { values: out, rowCount };
}

function makeClassifier(featureNames: readonly string[], state: AttentionState): Classifier {
  const flat = Float32Array.from(state.weights);
  return {
    family: 'attention',
    featureNames,
    predictProba: (features, rows) => {
      checkColumnCount(features, featureNames);
      return inferAttention({ flat, shape: state.shape }, standardiseRows(features, state.means, state.deviations), rows);
    },
    featureImportance: () => null,
    save: () => encodeModel<AttentionState>('attention', featureNames, state),
    dispose: () => undefined,
  };
}
