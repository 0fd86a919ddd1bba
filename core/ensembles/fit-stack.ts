/**
 * The meta-learner of one stack (Wolpert 1992; Breiman 1996 for non-negative weights): a logistic regression on the
 * log-odds of the members' out-of-fold predictions, whose weights are at least 0 and shrink towards the simple mean.
 */
import { NumericalError } from '../errors.js';
import { logistic, softplus } from './log-odds.js';

/** Prior standard deviation of a weight about 1/members: few samples leave the simple mean, many let the data speak. */
const WEIGHT_SPREAD = 0.3;
/** Prior standard deviation of the intercept about 0, in log-odds. */
const INTERCEPT_SPREAD = 0.25;
const MAXIMUM_ITERATIONS = 200;
const TOLERANCE = 1e-10;

/** Examples of one stack. */
export interface StackData {
  /** Log-odds of each member's out-of-fold predictions, one array a member, one entry an example. */
  readonly logOdds: readonly Float64Array[];
  /** 0 or 1. */
  readonly y: ArrayLike<number>;
  /** Uniqueness of each example; their sum is the effective sample. */
  readonly weights: ArrayLike<number>;
}

/** P = logistic(intercept + sum of weights times log-odds). */
export interface StackFit {
  readonly weights: readonly number[];
  readonly intercept: number;
}

/** The simple mean of the members' log-odds. */
export function equalWeights(members: number): StackFit {
  return { weights: Array.from({ length: members }, () => 1 / members), intercept: 0 };
}

/**
 * The penalised maximum-likelihood stack: weighted negative log likelihood + sum (w - 1/m)^2 / (2 * 0.3^2) +
 * intercept^2 / (2 * 0.25^2), weights >= 0. Convex, so the answer is unique; projected Newton steps with halving.
 * No examples give equal weights.
 * @throws NumericalError when a prediction is not finite or 200 iterations do not reach a step below 1e-10.
 */
export function fitStack(data: StackData): StackFit {
  const members = data.logOdds.length;
  const prior = [...equalWeights(members).weights, 0];
  const precision = [...prior.keys()].map((j) => 1 / (j < members ? WEIGHT_SPREAD : INTERCEPT_SPREAD) ** 2);
  let theta = Float64Array.from(prior);
  let value = objective(data, theta, { prior, precision });
  if (!Number.isFinite(value)) throw new NumericalError(`expected finite predictions of ${members} members, found an objective of ${value}`);
  for (let iteration = 0; iteration < MAXIMUM_ITERATIONS; iteration++) {
    const { gradient, hessian } = derivatives(data, theta, { prior, precision });
    const target = minimizeQuadratic(theta, gradient, hessian);
    let step = 1;
    let next = theta;
    let nextValue = Number.POSITIVE_INFINITY;
    for (; step > 1e-12; step /= 2) {
      next = theta.map((current, j) => current + step * (target[j]! - current));
      nextValue = objective(data, next, { prior, precision });
      if (nextValue <= value) break;
    }
    const moved = step > 1e-12 ? next.reduce((most, current, j) => Math.max(most, Math.abs(current - theta[j]!)), 0) : 0;
    if (moved > 0) [theta, value] = [next, nextValue];
    if (moved < TOLERANCE) return { weights: [...theta.subarray(0, members)], intercept: theta[members]! };
  }
  throw new NumericalError(`expected the stack of ${members} members and ${data.y.length} examples to converge within ${MAXIMUM_ITERATIONS} iterations`);
}

interface Penalty {
  readonly prior: readonly number[];
  readonly precision: readonly number[];
}

function score(data: StackData, theta: Float64Array, row: number): number {
  const members = data.logOdds.length;
  let z = theta[members]!;
  for (let j = 0; j < members; j++) z += theta[j]! * data.logOdds[j]![row]!;
  return z;
}

function objective(data: StackData, theta: Float64Array, penalty: Penalty): number {
  let sum = 0;
  for (let j = 0; j < theta.length; j++) sum += 0.5 * penalty.precision[j]! * (theta[j]! - penalty.prior[j]!) ** 2;
  for (let i = 0; i < data.y.length; i++) {
    const z = score(data, theta, i);
    sum += data.weights[i]! * (softplus(z) - data.y[i]! * z);
  }
  return sum;
}

function derivatives(data: StackData, theta: Float64Array, penalty: Penalty): { gradient: Float64Array; hessian: Float64Array } {
  const size = theta.length;
  const gradient = theta.map((value, j) => penalty.precision[j]! * (value - penalty.prior[j]!));
  const hessian = new Float64Array(size * size);
  for (let j = 0; j < size; j++) hessian[j * size + j] = penalty.precision[j]!;
  const x = new Float64Array(size).fill(1);
  for (let i = 0; i < data.y.length; i++) {
    for (let j = 0; j < size - 1; j++) x[j] = data.logOdds[j]![i]!;
    const p = logistic(score(data, theta, i));
    const residual = data.weights[i]! * (p - data.y[i]!);
    const curvature = data.weights[i]! * p * (1 - p);
    addExample({ gradient, hessian }, x, { residual, curvature });
  }
  return { gradient, hessian };
}

function addExample(sums: { gradient: Float64Array; hessian: Float64Array }, x: Float64Array, at: { residual: number; curvature: number }): void {
  const size = x.length;
  for (let j = 0; j < size; j++) {
    sums.gradient[j]! += at.residual * x[j]!;
    for (let k = 0; k < size; k++) sums.hessian[j * size + k]! += at.curvature * x[j]! * x[k]!;
  }
}

/** Minimiser of the local quadratic with weights >= 0 (the last entry, the intercept, is free), by coordinate descent. */
function minimizeQuadratic(theta: Float64Array, gradient: Float64Array, hessian: Float64Array): Float64Array {
  const size = theta.length;
  const at = Float64Array.from(theta);
  for (let sweep = 0; sweep < 1000; sweep++) {
    let most = 0;
    for (let j = 0; j < size; j++) {
      let slope = gradient[j]!;
      for (let k = 0; k < size; k++) slope += hessian[j * size + k]! * (at[k]! - theta[k]!);
      const free = at[j]! - slope / hessian[j * size + j]!;
      const next = j < size - 1 ? Math.max(0, free) : free;
      most = Math.max(most, Math.abs(next - at[j]!));
      at[j] = next;
    }
    if (most < TOLERANCE * 0.01) break;
  }
  return at;
}
