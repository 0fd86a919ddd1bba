/** Which columns carry nothing new on the given rows: constant ones, and those nearly equal to an earlier one. */
import type { Matrix } from '../models/model.js';
import type { PruningStage } from '../pruning/pruning-stages.js';

export interface PruneOptions {
  /** The rows to look at, and no others. */
  readonly rows: ArrayLike<number>;
  /** A column whose absolute correlation with an earlier kept one is above this is dropped. Default 0.98. */
  readonly maximumCorrelation?: number;
  /** Fewest rows on which two columns must both be known for their correlation to count. Default 10. */
  readonly minimumPairs?: number;
}

/** One a column, in their order. */
export interface PruningDecision {
  readonly feature: string;
  readonly kept: boolean;
  /** The test that it failed, or kept. */
  readonly stage: PruningStage | 'kept';
  /** What that test measured; of a kept column, what the last one did. NaN where there is nothing to measure. */
  readonly statistic: number;
  readonly reason: string;
}

/**
 * A decision for every column, from the given rows alone. Order: a column with no value, or of constant value (standard deviation
 * at most 1e-12 of its size), goes for variance; then, in column order, one with |Pearson correlation| above the maximum with a
 * kept earlier column goes for correlation, taken over the rows where both are known. The statistic is the variance for
 * stage variance, else the largest absolute correlation with a kept column before it.
 * @throws RangeError when names and columns differ in number.
 */
export function pruneFeatures(matrix: Matrix, names: readonly string[], options: PruneOptions): readonly PruningDecision[] {
  const { rows, maximumCorrelation = 0.98, minimumPairs = 10 } = options;
  if (names.length !== matrix.columnCount) throw new RangeError(`expected ${matrix.columnCount} feature names, found ${names.length}`);
  const kept: { readonly name: string; readonly column: Float64Array }[] = [];
  return names.map((feature, j): PruningDecision => {
    const { column, known, variance, size } = standardise(matrix, rows, j);
    if (known === 0) return { feature, kept: false, stage: 'variance', statistic: Number.NaN, reason: `no value on ${rows.length} rows` };
    if (Math.sqrt(variance) <= 1e-12 * size) {
      return { feature, kept: false, stage: 'variance', statistic: variance, reason: `constant on ${known} rows` };
    }
    let strongest = Number.NaN;
    for (const earlier of kept) {
      const correlation = correlate(earlier.column, column, minimumPairs);
      if (Math.abs(correlation) > maximumCorrelation) {
        return {
          feature,
          kept: false,
          stage: 'correlation',
          statistic: Math.abs(correlation),
          reason: `correlation ${correlation.toFixed(4)} with ${earlier.name}`,
        };
      }
      if (!(Math.abs(correlation) <= strongest) && !Number.isNaN(correlation)) strongest = Math.abs(correlation);
    }
    kept.push({ name: feature, column });
    return { feature, kept: true, stage: 'kept', statistic: strongest, reason: 'varies, and no earlier kept column is nearly equal' };
  });
}

/** Names of the kept columns, in order. */
export function keptFeatures(decisions: readonly PruningDecision[]): readonly string[] {
  return decisions.filter((decision) => decision.kept).map((decision) => decision.feature);
}

interface Standardised {
  readonly column: Float64Array;
  readonly known: number;
  readonly variance: number;
  /** Largest absolute value. */
  readonly size: number;
}

/** The column on the rows, less its mean, divided by its standard deviation (NaN stays NaN). */
function standardise(matrix: Matrix, rows: ArrayLike<number>, j: number): Standardised {
  const column = new Float64Array(rows.length);
  let known = 0;
  let mean = 0;
  let squares = 0;
  let size = 0;
  for (let i = 0; i < rows.length; i++) {
    const value = matrix.values[rows[i] * matrix.columnCount + j];
    column[i] = value;
    if (Number.isNaN(value)) continue;
    known++;
    const delta = value - mean;
    mean += delta / known;
    squares += delta * (value - mean);
    if (Math.abs(value) > size) size = Math.abs(value);
  }
  const variance = known < 2 ? 0 : squares / (known - 1);
  const deviation = Math.sqrt(variance);
  for (let i = 0; i < column.length; i++) column[i] = deviation === 0 ? 0 : (column[i] - mean) / deviation;
  return { column, known, variance, size };
}

/** Pearson correlation over the rows where both are known; NaN on fewer than `minimumPairs` such rows or where one is constant there. */
function correlate(a: Float64Array, b: Float64Array, minimumPairs: number): number {
  let n = 0;
  let sumA = 0;
  let sumB = 0;
  let squareA = 0;
  let squareB = 0;
  let product = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i];
    const y = b[i];
    if (x !== x || y !== y) continue;
    n++;
    sumA += x;
    sumB += y;
    squareA += x * x;
    squareB += y * y;
    product += x * y;
  }
  const varianceA = squareA - (sumA * sumA) / n;
  const varianceB = squareB - (sumB * sumB) / n;
  if (n < minimumPairs || !(varianceA > 1e-12 * n) || !(varianceB > 1e-12 * n)) return Number.NaN;
  return (product - (sumA * sumB) / n) / Math.sqrt(varianceA * varianceB);
}
