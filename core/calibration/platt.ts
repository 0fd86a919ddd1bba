/**
 * Platt's sigmoid (Platt 1999, Probabilistic outputs for support vector machines) by the Newton method of Lin, Lin and
 * Weng (2007, A note on Platt's probabilistic outputs), targets smoothed as Platt has it.
 */
import { logistic, softplus } from '../ensembles/log-odds.js';
import { NumericalError } from '../errors.js';

/** P = 1 / (1 + exp(a * score + b)); a is negative where higher scores mean likelier. */
export interface PlattParameters {
  readonly a: number;
  readonly b: number;
}

const MAXIMUM_ITERATIONS = 100;
/** Added to the Hessian's diagonal so that it is positive definite (Lin et al., algorithm 1). */
const RIDGE = 1e-12;
const MINIMUM_STEP = 1e-10;
/** A step that would lower the objective by less than this share of it is the last. Lin et al. stop earlier, at a gradient of 1e-5. */
const DECREASE_TOLERANCE = 1e-12;

/**
 * The sigmoid fitted to scores (any real numbers, here log-odds) and outcomes 0 or 1 with weights (default 1). Targets
 * are (n1 + 1)/(n1 + 2) and 1/(n0 + 2) with n1, n0 the summed weights, so a separable sample stays finite. Equal scores tell nothing of a slope: a is 0 and P is the mean target.
 * @throws NumericalError when a score is not finite or the fit does not converge.
 */
export function fitPlatt(scores: ArrayLike<number>, y: ArrayLike<number>, w?: ArrayLike<number>): PlattParameters {
  const data = smoothedTargets(scores, y, w);
  if (allEqual(scores)) return { a: 0, b: meanTargetOffset(data) };
  let a = 0;
  let b = Math.log((data.negatives + 1) / (data.positives + 1));
  let value = objective(data, a, b);
  for (let iteration = 0; iteration < MAXIMUM_ITERATIONS; iteration++) {
    const { ga, gb, haa, hab, hbb } = derivatives(data, a, b);
    if (!Number.isFinite(ga + gb)) throw new NumericalError(`expected finite scores for Platt's sigmoid, found a gradient of (${ga}, ${gb})`);
    const determinant = haa * hbb - hab * hab;
    const da = -(hbb * ga - hab * gb) / determinant;
    const db = -(haa * gb - hab * ga) / determinant;
    const slope = ga * da + gb * db;
    // So near the optimum the objective's rounding hides progress: Newton's step is quadratically exact, and the last.
    if (-slope <= DECREASE_TOLERANCE * (1 + value)) return { a: a + da, b: b + db };
    let step = 1;
    let next = objective(data, a + da, b + db);
    while (next > value + 1e-4 * step * slope && step >= MINIMUM_STEP) {
      step /= 2;
      next = objective(data, a + step * da, b + step * db);
    }
    if (step < MINIMUM_STEP) throw new NumericalError(`expected a step that improves Platt's sigmoid at a ${a}, b ${b}, found none`);
    [a, b, value] = [a + step * da, b + step * db, next];
  }
  throw new NumericalError(`expected Platt's sigmoid to converge within ${MAXIMUM_ITERATIONS} iterations over ${scores.length} scores`);
}

/** P for each score. */
export function applyPlatt({ a, b }: PlattParameters, scores: ArrayLike<number>): Float64Array {
  const out = new Float64Array(scores.length);
  for (let i = 0; i < out.length; i++) out[i] = logistic(-(a * scores[i]! + b));
  return out;
}

interface Smoothed {
  readonly scores: ArrayLike<number>;
  readonly targets: Float64Array;
  readonly weights: Float64Array;
  readonly positives: number;
  readonly negatives: number;
}

function smoothedTargets(scores: ArrayLike<number>, y: ArrayLike<number>, w: ArrayLike<number> | undefined): Smoothed {
  const weights = Float64Array.from({ length: scores.length }, (_, i) => (w === undefined ? 1 : w[i]!));
  let positives = 0;
  let negatives = 0;
  for (let i = 0; i < weights.length; i++) {
    positives += weights[i]! * y[i]!;
    negatives += weights[i]! * (1 - y[i]!);
  }
  const targets = Float64Array.from({ length: scores.length }, (_, i) => (y[i] === 1 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2)));
  return { scores, targets, weights, positives, negatives };
}

function allEqual(scores: ArrayLike<number>): boolean {
  for (let i = 1; i < scores.length; i++) if (scores[i] !== scores[0]) return false;
  return Number.isFinite(scores[0]);
}

/** b for which P is the weighted mean target. */
function meanTargetOffset({ targets, weights }: Smoothed): number {
  let [sum, total] = [0, 0];
  for (let i = 0; i < targets.length; i++) {
    sum += weights[i]! * targets[i]!;
    total += weights[i]!;
  }
  return Math.log((total - sum) / sum);
}

function objective(data: Smoothed, a: number, b: number): number {
  let sum = 0;
  for (let i = 0; i < data.targets.length; i++) {
    const z = a * data.scores[i]! + b;
    sum += data.weights[i]! * (softplus(z) - (1 - data.targets[i]!) * z);
  }
  return sum;
}

function derivatives(data: Smoothed, a: number, b: number): { ga: number; gb: number; haa: number; hab: number; hbb: number } {
  let [ga, gb, haa, hab, hbb] = [0, 0, RIDGE, 0, RIDGE];
  for (let i = 0; i < data.targets.length; i++) {
    const score = data.scores[i]!;
    const p = logistic(-(a * score + b));
    const residual = data.weights[i]! * (data.targets[i]! - p);
    const curvature = data.weights[i]! * p * (1 - p);
    ga += score * residual;
    gb += residual;
    haa += score * score * curvature;
    hab += score * curvature;
    hbb += curvature;
  }
  return { ga, gb, haa, hab, hbb };
}
