/** The training loop over XGBoost's booster: round after round, watched on a validation set where there is one. */
import type { BestRound } from '../../core/models/best-round.js';
import { makeBestRound } from '../../core/models/best-round.js';
import type { BoosterData } from '../../core/models/gradient-boosting.js';
import type { NativeHandle, XgboostLibrary } from './xgboost-library.js';
import { handleOf } from './xgboost-library.js';
import type { MatrixNames } from './xgboost-matrix.js';
import { createExamples } from './xgboost-matrix.js';

export type Parameters = Readonly<Record<string, number | string | boolean>>;

export interface Training {
  /** With nthread. */
  readonly parameters: Parameters;
  readonly rounds: number;
  readonly iteration: ((round: number) => boolean) | undefined;
}

/** Metrics of which more is better (doc/parameter.rst of XGBoost 3.2.0, eval_metric). */
const LARGER_IS_BETTER = /^(auc|aucpr|pre|ndcg|map)\b/;

/** A booster, which the caller frees. Matrices are freed whatever happens, the booster too when the training does not come to its end. */
export function trainBooster(library: XgboostLibrary, data: BoosterData, training: Training): NativeHandle {
  const { validation, categorical } = data;
  if (validation !== undefined && training.parameters['booster'] === 'dart') {
    throw new RangeError('expected no validation set with booster dart, whose later rounds rescale earlier ones: a best round cannot be cut out');
  }
  const isCategorical = new Set(categorical);
  const featureTypes = isCategorical.size === 0 ? null : data.featureNames.map((_, column) => (isCategorical.has(column) ? 'c' : 'float'));
  const made = { names: { featureNames: data.featureNames, featureTypes }, threads: Number(training.parameters['nthread']) };
  const owned: NativeHandle[] = [];
  try {
    const matrix = createExamples(library, data, made);
    owned.push(matrix);
    const watched = validation && createExamples(library, validation.examples, made);
    if (watched !== undefined) owned.push(watched);
    const booster = createBooster(library, owned, training.parameters);
    return ownedUntilDone(library, booster, () => {
      nameFeatures(library, booster, made.names);
      const watch = watched === undefined || validation === undefined ? null : { matrix: watched, patience: validation.patience };
      return runRounds(library, booster, { ...training, matrix, watch });
    });
  } finally {
    for (const handle of owned) library.call('XGDMatrixFree', handle);
  }
}

/** A booster with its parameters set; the caller frees it. */
export function createBooster(library: XgboostLibrary, matrices: readonly NativeHandle[], parameters: Parameters): NativeHandle {
  const out: [NativeHandle | null] = [null];
  library.call('XGBoosterCreate', matrices, matrices.length, out);
  const booster = handleOf(out);
  return ownedUntilDone(library, booster, () => {
    for (const [name, value] of Object.entries(parameters)) library.call('XGBoosterSetParam', booster, name, String(value));
    return booster;
  });
}

/** What `use` returns; a booster on which it fails is freed. */
export function ownedUntilDone<T>(library: XgboostLibrary, booster: NativeHandle, use: () => T): T {
  try {
    return use();
  } catch (error) {
    library.call('XGBoosterFree', booster);
    throw error;
  }
}

function nameFeatures(library: XgboostLibrary, booster: NativeHandle, { featureNames, featureTypes }: MatrixNames): void {
  library.call('XGBoosterSetStrFeatureInfo', booster, 'feature_name', featureNames, featureNames.length);
  if (featureTypes !== null) library.call('XGBoosterSetStrFeatureInfo', booster, 'feature_type', featureTypes, featureTypes.length);
}

interface Watch {
  readonly matrix: NativeHandle;
  readonly patience: number;
}

/** The same booster, or, where rounds after the best one were trained, a shorter one in its place. */
function runRounds(library: XgboostLibrary, booster: NativeHandle, training: Training & { matrix: NativeHandle; watch: Watch | null }): NativeHandle {
  const { rounds, iteration, matrix, watch } = training;
  let best: BestRound | null = null;
  let trained = 0;
  while (trained < rounds) {
    library.call('XGBoosterUpdateOneIter', booster, trained, matrix);
    trained += 1;
    if (watch !== null) {
      const { isLargerBetter, value } = validationScore(library, booster, { round: trained - 1, matrix: watch.matrix });
      best ??= makeBestRound(watch.patience, isLargerBetter);
      if (!best.see(value)) break;
    }
    if (iteration?.(trained - 1) === false) break;
  }
  if (best === null || best.rounds === 0 || best.rounds === trained) return booster;
  const out: [NativeHandle | null] = [null];
  library.call('XGBoosterSlice', booster, 0, best.rounds, 1, out);
  library.call('XGBoosterFree', booster);
  return handleOf(out);
}

/** The first metric on the watched set, out of a line such as `[0]\tvalidation-logloss:0.693`. */
function validationScore(
  library: XgboostLibrary,
  booster: NativeHandle,
  { round, matrix }: { round: number; matrix: NativeHandle },
): { isLargerBetter: boolean; value: number } {
  const out: [string | null] = [null];
  library.call('XGBoosterEvalOneIter', booster, round, [matrix], ['validation'], 1, out);
  const [, metric, value] = /\tvalidation-([^\t]+):(\S+)/.exec(out[0] ?? '') ?? [];
  if (metric === undefined) throw new RangeError(`expected a metric to watch the validation set by, found ${String(out[0])}`);
  return { isLargerBetter: LARGER_IS_BETTER.test(metric), value: Number(value) };
}
