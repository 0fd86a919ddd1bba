/** Contributions of many rows drawn together feature by feature, and the check that they add up. */
import { logistic } from '../ensembles/log-odds.js';
import { NumericalError } from '../errors.js';
import type { Explanation, Matrix } from '../models/model.js';

/** Largest distance of a probability from what its contributions add up to: single precision inside a library, or a clipped log-odds. */
export const SUM_TOLERANCE = 1e-5;

export interface ContributionSummary {
  /** Mean of the absolute contribution, one a feature. */
  readonly strength: Float64Array;
  /** Correlation of a feature's contribution with its value over the rows where it is not missing; NaN where either does not vary. */
  readonly direction: Float64Array;
}

/**
 * Strength and direction of each feature over the explained rows of `features`.
 * @throws RangeError when the contributions are not one a row and column.
 */
export function summarizeContributions(explanation: Explanation, { columnCount, values }: Matrix, rows: Int32Array): ContributionSummary {
  const { contributions } = explanation;
  if (contributions.length !== rows.length * columnCount) {
    throw new RangeError(`expected ${rows.length} x ${columnCount} contributions, found ${contributions.length}`);
  }
  const strength = new Float64Array(columnCount);
  const direction = new Float64Array(columnCount);
  for (let j = 0; j < columnCount; j++) {
    const pairs: [number, number][] = [];
    for (let i = 0; i < rows.length; i++) {
      const contribution = contributions[i * columnCount + j];
      strength[j] += Math.abs(contribution) / rows.length;
      const value = values[rows[i] * columnCount + j];
      if (!Number.isNaN(value)) pairs.push([value, contribution]);
    }
    direction[j] = correlation(pairs);
  }
  return { strength, direction };
}

/**
 * The explanation as given, once base plus contributions is the model's probability in every row.
 * @throws NumericalError naming `label`, the first row that breaks it and both numbers.
 */
export function checkAddsUp(explanation: Explanation, probabilities: Float64Array, label: string): Explanation {
  const { scale, base, contributions } = explanation;
  const width = contributions.length / probabilities.length;
  probabilities.forEach((probability, i) => {
    let output = base;
    for (let j = 0; j < width; j++) output += contributions[i * width + j];
    const sum = scale === 'log-odds' ? logistic(output) : output;
    if (!(Math.abs(sum - probability) <= SUM_TOLERANCE)) {
      throw new NumericalError(`${label}: expected base and contributions of row ${i} to give its probability ${probability}, found ${sum}`);
    }
  });
  return explanation;
}

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[at], 0) / pairs.length;
  const [x, y] = [mean(0), mean(1)];
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (const [value, contribution] of pairs) {
    xx += (value - x) ** 2;
    yy += (contribution - y) ** 2;
    xy += (value - x) * (contribution - y);
  }
  // A constant column differs from its rounded mean by rounding.
  const isFlat = (squares: number, centre: number): boolean => !(squares > pairs.length * (1e-12 * Math.abs(centre)) ** 2);
  return isFlat(xx, x) || isFlat(yy, y) ? Number.NaN : Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
}
