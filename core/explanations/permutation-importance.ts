/** What a model's log loss owes to each feature: its rise when the feature's values change places (Breiman 2001; Fisher, Rudin and Dominici 2019). */
import type { Abort } from '../abort.js';
import { logLoss } from '../metrics/classification.js';
import type { Classifier, Matrix } from '../models/model.js';
import { deriveSeed, makeRandom } from '../stats/random.js';

export interface PermutationData {
  readonly features: Matrix;
  /** Rows scored, best ones that the model was not fitted on. A sequence model is judged by contiguous rows: what it looks back on beyond them stays. */
  readonly rows: Int32Array;
  readonly y: Float64Array;
  readonly weights: Float64Array;
}

export interface PermutationImportance {
  /** Mean rise of the weighted log loss, nats, one a column; at or below 0 where the model does not use it, NaN where it was not shuffled. */
  readonly rise: Float64Array;
  /** Standard deviation of the rise over the shuffles (ddof 1), one a column. */
  readonly deviation: Float64Array;
  /** Log loss as it is. */
  readonly logLoss: number;
}

export interface PermutationOptions {
  readonly seed: number;
  /** Default 5. */
  readonly shuffles?: number;
  /** Columns to shuffle, default all; the others have NaN. A column's shuffles do not depend on which others are shuffled. */
  readonly columns?: ArrayLike<number>;
  readonly signal?: Abort;
}

/** Shuffles each column a number of times among the given rows. @throws RangeError on fewer than 2 shuffles. */
export function permutationImportance(
  model: Pick<Classifier, 'predictProba'>,
  { features, rows, y, weights }: PermutationData,
  options: PermutationOptions,
): PermutationImportance {
  const { columnCount, rowCount } = features;
  const shuffles = options.shuffles ?? 5;
  if (!(shuffles >= 2)) throw new RangeError(`expected at least 2 shuffles, found ${shuffles}`);
  const asIs = logLoss(y, model.predictProba(features, rows), weights);
  const values = features.values.slice();
  const rise = new Float64Array(columnCount).fill(Number.NaN);
  const deviation = new Float64Array(columnCount).fill(Number.NaN);
  for (const j of Array.from(options.columns ?? rise.keys())) {
    const random = makeRandom(deriveSeed(options.seed, 'permutation', j));
    const rises = Float64Array.from({ length: shuffles }, () => {
      options.signal?.throwIfAborted();
      for (let i = rows.length - 1; i > 0; i--) {
        const [a, b] = [rows[i] * columnCount + j, rows[random.below(i + 1)] * columnCount + j];
        [values[a], values[b]] = [values[b], values[a]];
      }
      return logLoss(y, model.predictProba({ rowCount, columnCount, values }, rows), weights) - asIs;
    });
    rise[j] = rises.reduce((sum, value) => sum + value, 0) / shuffles;
    deviation[j] = Math.sqrt(rises.reduce((sum, value) => sum + (value - rise[j]) ** 2, 0) / (shuffles - 1));
    for (const row of rows) values[row * columnCount + j] = features.values[row * columnCount + j];
  }
  return { rise, deviation, logLoss: asIs };
}
