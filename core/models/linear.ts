/**
 * L2-regularised logistic regression, fitted by Newton's method (iteratively reweighted least squares; Hastie,
 * Tibshirani and Friedman 2009, section 4.4.1) on features standardised over the fit rows.
 */
import { logistic } from '../ensembles/log-odds.js';
import { NumericalError } from '../errors.js';
import type { Classifier, FitData, FitOptions, Matrix, ModelFamily } from './model.js';
import { checkColumnCount, checkFitData, numberParameter } from './check-fit-data.js';
import type { ColumnScales, LinearState } from './linear-scores.js';
import { explainLinear, linearScores, measureColumns } from './linear-scores.js';
import { decodeModel, encodeModel } from './model-bytes.js';
import { solveSymmetric } from './solve-symmetric.js';

/** `l2`: the penalty is l2 / 2 times the squared length of the standardised coefficients; the intercept is free. */
export const LINEAR_DEFAULTS = Object.freeze({ l2: 10 });

const MAXIMUM_STEPS = 100;
/** Largest gradient entry, per unit of total weight, at which the fit counts as converged. */
const GRADIENT_TOLERANCE = 1e-10;

/** The family `linear`. Parameter: `l2` above 0. */
export const linearFamily: ModelFamily = {
  id: 'linear',
  defaults: LINEAR_DEFAULTS,
  fit: async (data, options) => fitLinear(data, options),
  load: (bytes) => {
    const { featureNames, means, deviations, coefficients, intercept } = decodeModel<LinearState>(bytes, ['linear']);
    return makeClassifier(featureNames, { means, deviations, coefficients, intercept });
  },
};

function fitLinear(data: FitData, options: FitOptions): Classifier {
  checkFitData(data);
  const l2 = numberParameter({ ...LINEAR_DEFAULTS, ...options.parameters }, 'l2');
  if (l2 <= 0) throw new RangeError(`expected parameter l2 above 0, found ${l2}`);
  const { means, deviations } = measureColumns(data);
  const x = standardise(data.features, data.rows, { means, deviations });
  const solution = solveNewton({ x, y: data.y, weights: data.weights, l2 }, options);
  return makeClassifier(data.featureNames, {
    means: Array.from(means),
    deviations: Array.from(deviations),
    coefficients: Array.from(solution.subarray(1)),
    intercept: solution[0],
  });
}

/** [rows x (1 + columns)], the first column 1; missing values and constant columns are 0. */
function standardise(features: Matrix, rows: Int32Array, { means, deviations }: ColumnScales): Float64Array {
  const { columnCount, values } = features;
  const width = columnCount + 1;
  const x = new Float64Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    x[i * width] = 1;
    for (let j = 0; j < columnCount; j++) {
      const value = values[rows[i] * columnCount + j];
      if (deviations[j] > 0 && !Number.isNaN(value)) x[i * width + j + 1] = (value - means[j]) / deviations[j];
    }
  }
  return x;
}

interface NewtonProblem {
  /** [y.length x width], row-major, the first column 1. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly weights: Float64Array;
  readonly l2: number;
}

/** Newton steps, halved while they do not lower the penalised loss, from the base rate's intercept. */
function solveNewton(problem: NewtonProblem, options: FitOptions): Float64Array {
  const { y, weights } = problem;
  const width = problem.x.length / y.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const ones = y.reduce((sum, value, i) => sum + value * weights[i], 0);
  let beta = new Float64Array(width);
  beta[0] = Math.log(ones / (total - ones));
  let loss = penalisedLoss(problem, beta);
  for (let step = 0; step < MAXIMUM_STEPS; step++) {
    options.signal?.throwIfAborted();
    const { gradient, hessian } = derivatives(problem, beta);
    if (gradient.every((g) => Math.abs(g) <= GRADIENT_TOLERANCE * total)) return beta;
    const direction = solveSymmetric(hessian, gradient);
    let next = beta;
    let nextLoss = Number.POSITIVE_INFINITY;
    for (let scale = 1; scale > 1e-8 && !(nextLoss <= loss + 1e-12 * Math.abs(loss)); scale /= 2) {
      next = beta.map((value, j) => value - scale * direction[j]);
      nextLoss = penalisedLoss(problem, next);
    }
    if (!Number.isFinite(nextLoss)) break;
    beta = next;
    loss = nextLoss;
  }
  throw new NumericalError(`expected the logistic regression to converge in ${MAXIMUM_STEPS} steps, its loss stands at ${loss} over ${y.length} rows`);
}

function penalisedLoss({ x, y, weights, l2 }: NewtonProblem, beta: Float64Array): number {
  const width = beta.length;
  let loss = 0;
  for (let i = 0; i < y.length; i++) {
    let z = 0;
    for (let j = 0; j < width; j++) z += x[i * width + j] * beta[j];
    // log(1 + exp(z)) - y z, without overflow.
    loss += weights[i] * (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - y[i] * z);
  }
  for (let j = 1; j < width; j++) loss += 0.5 * l2 * beta[j] ** 2;
  return loss;
}

function derivatives({ x, y, weights, l2 }: NewtonProblem, beta: Float64Array): { gradient: Float64Array; hessian: Float64Array } {
  const width = beta.length;
  const gradient = new Float64Array(width);
  const hessian = new Float64Array(width * width);
  for (let i = 0; i < y.length; i++) {
    const at = i * width;
    let z = 0;
    for (let j = 0; j < width; j++) z += x[at + j] * beta[j];
    const p = logistic(z);
    const residual = weights[i] * (p - y[i]);
    const curvature = weights[i] * p * (1 - p);
    for (let j = 0; j < width; j++) {
      gradient[j] += residual * x[at + j];
      const scaled = curvature * x[at + j];
      for (let k = 0; k <= j; k++) hessian[j * width + k] += scaled * x[at + k];
    }
  }
  for (let j = 1; j < width; j++) {
    gradient[j] += l2 * beta[j];
    hessian[j * width + j] += l2;
  }
  return { gradient, hessian };
}

function makeClassifier(featureNames: readonly string[], state: LinearState): Classifier {
  return {
    family: 'linear',
    featureNames,
    predictProba: (features, rows) => {
      checkColumnCount(features, featureNames);
      return linearScores(state, features, rows).map(logistic);
    },
    explain: (features, rows) => {
      checkColumnCount(features, featureNames);
      return explainLinear(state, features, rows);
    },
    featureImportance: () => Float64Array.from(state.coefficients, Math.abs),
    save: () => encodeModel<LinearState>('linear', featureNames, state),
    dispose: () => undefined,
  };
}
