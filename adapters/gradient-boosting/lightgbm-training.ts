/** The training loop over LightGBM's booster: round after round, watched on a validation set where there is one. */
import type { BestRound } from '../../core/models/best-round.js';
import { makeBestRound } from '../../core/models/best-round.js';
import type { BoosterData } from '../../core/models/gradient-boosting.js';
import { createDataset, createValidationDataset } from './lightgbm-dataset.js';
import type { LightgbmLibrary, NativeHandle } from './lightgbm-library.js';
import { handleOf } from './lightgbm-library.js';
import type { Parameters } from './lightgbm-parameters.js';
import { isLargerBetter, isRoundCuttable, parameterText } from './lightgbm-parameters.js';

/** Index of the watched set among a booster's data; 0 is the training set. */
const VALIDATION = 1;

export interface Training {
  readonly parameters: Parameters;
  readonly rounds: number;
  readonly iteration: ((round: number) => boolean) | undefined;
}

/** A native booster, which the caller frees, and how many of its rounds are to be used. */
export interface TrainedBooster {
  readonly handle: NativeHandle;
  readonly rounds: number;
}

/** Datasets are freed whatever happens, the booster too when the training does not come to its end. */
export function trainBooster(library: LightgbmLibrary, data: BoosterData, training: Training): TrainedBooster {
  const { parameters } = training;
  const { categorical = [], validation } = data;
  if (validation !== undefined && !isRoundCuttable(parameters)) {
    throw new RangeError('expected no validation set with boosting dart, whose later rounds rescale earlier ones: a best round cannot be cut out');
  }
  const best = validation && makeBestRound(validation.patience, isLargerBetter(parameters));
  const text = parameterText(categorical.length > 0 ? { ...parameters, categorical_feature: categorical.join(',') } : parameters);
  const owned: NativeHandle[] = [];
  try {
    const dataset = createDataset(library, data, text);
    owned.push(dataset);
    const watched = validation && createValidationDataset(library, validation.examples, { parameters: text, reference: dataset });
    if (watched !== undefined) owned.push(watched);
    const out: [NativeHandle | null] = [null];
    library.call('LGBM_BoosterCreate', dataset, text, out);
    return runRounds(library, handleOf(out), { ...training, watched, best });
  } finally {
    for (const handle of owned) library.call('LGBM_DatasetFree', handle);
  }
}

interface Watched extends Training {
  readonly watched: NativeHandle | undefined;
  readonly best: BestRound | undefined;
}

function runRounds(library: LightgbmLibrary, handle: NativeHandle, { watched, best, rounds, iteration }: Watched): TrainedBooster {
  try {
    if (watched !== undefined) library.call('LGBM_BoosterAddValidData', handle, watched);
    const finished = new Int32Array(1);
    for (let round = 0; round < rounds; round++) {
      library.call('LGBM_BoosterUpdateOneIter', handle, finished);
      if (finished[0] === 1 || best?.see(validationScore(library, handle)) === false || iteration?.(round) === false) break;
    }
    const trained = new Int32Array(1);
    library.call('LGBM_BoosterGetCurrentIteration', handle, trained);
    return { handle, rounds: best === undefined || best.rounds === 0 ? (trained[0] ?? 0) : best.rounds };
  } catch (error) {
    library.call('LGBM_BoosterFree', handle);
    throw error;
  }
}

/** The first metric on the watched set. */
function validationScore(library: LightgbmLibrary, handle: NativeHandle): number {
  const count = new Int32Array(1);
  library.call('LGBM_BoosterGetEvalCounts', handle, count);
  const scores = new Float64Array(count[0] ?? 0);
  library.call('LGBM_BoosterGetEval', handle, VALIDATION, count, scores);
  const [score] = scores;
  if (score === undefined) throw new RangeError('expected a metric to watch the validation set by, found metric none');
  return score;
}
