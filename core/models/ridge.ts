/** Linear regression of a real target: ridge (Hoerl and Kennard 1970) in closed form, elastic net and lasso by coordinate descent. */
import { InsufficientData, InvalidData } from '../errors.js';
import type { PenalisedProblem } from './coordinate-descent.js';
import type { PathOptions } from './elastic-net-path.js';
import { elasticNetPath } from './elastic-net-path.js';
import type { LinearState } from './linear-scores.js';
import { measureColumns, standardiseColumns } from './linear-scores.js';
import type { FitData } from './model.js';
import { solveSymmetric } from './solve-symmetric.js';

/** Examples of a real target: `y` is any finite number. */
export type RegressionData = Omit<FitData, 'featureNames'>;

/** A regression at one penalty; `linearScores` predicts with it. */
export interface RegressionPoint extends LinearState {
  readonly penalty: number;
}

/**
 * Minimum of the weighted squared error plus penalty |b|^2 over standardised columns (scikit-learn's Ridge with alpha = penalty); the
 * intercept is free. Missing values count as the column's mean, constant columns get 0.
 * @throws RangeError on a penalty that is not above 0 or lengths that do not fit; InvalidData on a target or weight that is not finite;
 * InsufficientData without rows.
 */
export function fitRidge(data: RegressionData, penalty: number): RegressionPoint {
  if (!(penalty > 0) || !Number.isFinite(penalty)) throw new RangeError(`expected a finite penalty above 0, found ${penalty}`);
  const { problem, scales, total } = regressionProblem(data);
  const { columns, targets, weights } = problem;
  const width = columns.length;
  // Missing values stand at 0 after scaling, so weighted column means are 0 and the intercept separates.
  const mean = targets.reduce((sum, target, i) => sum + weights[i] * target, 0);
  const gram = new Float64Array(width * width);
  const moment = new Float64Array(width);
  for (let j = 0; j < width; j++) {
    const weighted = columns[j].map((value, i) => value * weights[i]);
    for (let k = 0; k <= j; k++) gram[j * width + k] = weighted.reduce((sum, value, i) => sum + value * columns[k][i], 0);
    gram[j * width + j] += penalty / total;
    moment[j] = weighted.reduce((sum, value, i) => sum + value * (targets[i] - mean), 0);
  }
  return { penalty, intercept: mean, coefficients: Array.from(solveSymmetric(gram, moment)), ...scales };
}

/**
 * Elastic-net regressions along falling penalties: scikit-learn's ElasticNet with alpha = penalty and l1_ratio = l1Ratio (1: Lasso) on
 * standardised columns.
 * @throws as fitRidge and elasticNetPath.
 */
export function fitElasticNetRegression(data: RegressionData, options: PathOptions): RegressionPoint[] {
  const { problem, scales } = regressionProblem(data);
  return elasticNetPath(problem, options).map(({ penalty, intercept, coefficients }) => ({
    penalty,
    intercept,
    coefficients: Array.from(coefficients),
    ...scales,
  }));
}

function regressionProblem(data: RegressionData): { problem: PenalisedProblem; scales: { means: number[]; deviations: number[] }; total: number } {
  const { features, rows, y, weights } = data;
  if (rows.length === 0) throw new InsufficientData('expected rows to fit a regression on, found none');
  if (y.length !== rows.length || weights.length !== rows.length) {
    throw new RangeError(`expected ${rows.length} targets and weights, one a row, found ${y.length} and ${weights.length}`);
  }
  const bad = y.findIndex((target, i) => !Number.isFinite(target) || !(weights[i] > 0) || !Number.isFinite(weights[i]));
  if (bad >= 0) throw new InvalidData(`expected a finite target and a finite weight above 0 in row ${rows[bad]}, found ${y[bad]} and ${weights[bad]}`);
  const scales = measureColumns(data);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    problem: { loss: 'squared', columns: standardiseColumns(features, rows, scales), targets: y, weights: weights.map((weight) => weight / total) },
    scales: { means: Array.from(scales.means), deviations: Array.from(scales.deviations) },
    total,
  };
}
