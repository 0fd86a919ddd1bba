/** What every linear model shares: columns scaled over the fit rows, scores and contributions. */
import type { Explanation, FitData, Matrix } from './model.js';

/** Where a column lies over the fit rows. */
export interface ColumnScales {
  /** Weighted mean of each feature over the fit rows, missing values left out: what a missing value becomes. */
  readonly means: ArrayLike<number>;
  /** Weighted standard deviation; 0 = constant or never seen, the feature is left out. */
  readonly deviations: ArrayLike<number>;
}

/** A fitted linear model of standardised columns. */
export interface LinearState {
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  readonly coefficients: readonly number[];
  readonly intercept: number;
}

/** Weighted mean and population standard deviation of each column over the given rows, NaN left out. */
export function measureColumns({ features, rows, weights }: Pick<FitData, 'features' | 'rows' | 'weights'>): { means: Float64Array; deviations: Float64Array } {
  const { columnCount, values } = features;
  const means = new Float64Array(columnCount);
  const deviations = new Float64Array(columnCount);
  for (let j = 0; j < columnCount; j++) {
    let total = 0;
    let sum = 0;
    for (let i = 0; i < rows.length; i++) {
      const value = values[rows[i] * columnCount + j];
      if (Number.isNaN(value)) continue;
      total += weights[i];
      sum += weights[i] * value;
    }
    if (total === 0) continue;
    const mean = sum / total;
    let squares = 0;
    for (let i = 0; i < rows.length; i++) {
      const value = values[rows[i] * columnCount + j];
      if (!Number.isNaN(value)) squares += weights[i] * (value - mean) ** 2;
    }
    const deviation = Math.sqrt(squares / total);
    means[j] = mean;
    deviations[j] = deviation > 1e-12 * Math.abs(mean) ? deviation : 0;
  }
  return { means, deviations };
}

/** The given rows standardised, one array a column; missing values and constant columns are 0. */
export function standardiseColumns({ columnCount, values }: Matrix, rows: Int32Array, { means, deviations }: ColumnScales): Float64Array[] {
  return Array.from({ length: columnCount }, (_, j) => {
    const column = new Float64Array(rows.length);
    if (deviations[j] === 0) return column;
    for (let i = 0; i < rows.length; i++) {
      const value = values[rows[i] * columnCount + j];
      if (!Number.isNaN(value)) column[i] = (value - means[j]) / deviations[j];
    }
    return column;
  });
}

/** Intercept plus coefficients times standardised values, one a row; a missing value counts as the column's mean. */
export function linearScores({ means, deviations, coefficients, intercept }: LinearState, { columnCount, values }: Matrix, rows: Int32Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const at = rows[i] * columnCount;
    let z = intercept;
    for (let j = 0; j < columnCount; j++) {
      const value = values[at + j];
      if (deviations[j] > 0 && !Number.isNaN(value)) z += ((value - means[j]) / deviations[j]) * coefficients[j];
    }
    out[i] = z;
  }
  return out;
}

/**
 * Exact Shapley values of a logistic linear model for independent features (Lundberg and Lee 2017, corollary 1): coefficient times
 * distance from the mean; the base is the intercept, the score at the means.
 */
export function explainLinear({ means, deviations, coefficients, intercept }: LinearState, { columnCount, values }: Matrix, rows: Int32Array): Explanation {
  const contributions = new Float64Array(rows.length * columnCount);
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < columnCount; j++) {
      const value = values[rows[i] * columnCount + j];
      if (deviations[j] > 0 && !Number.isNaN(value)) contributions[i * columnCount + j] = ((value - means[j]) / deviations[j]) * coefficients[j];
    }
  }
  return { scale: 'log-odds', base: intercept, contributions };
}
