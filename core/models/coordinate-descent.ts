/**
 * Elastic-net problems by cyclic coordinate descent inside proximal Newton steps (Friedman, Hastie and Tibshirani 2010,
 * Regularization paths for generalized linear models via coordinate descent, sections 2 and 3), stopped by the optimality conditions.
 */
import type { Abort } from '../abort.js';
import { logistic, softplus } from '../ensembles/log-odds.js';
import { NumericalError } from '../errors.js';

/** The mean loss over examples, whose weights sum to 1: half the squared error, or the negative log likelihood of labels 0 and 1. */
export interface PenalisedProblem {
  readonly loss: 'squared' | 'logistic';
  /** One array a standardised column, one value an example. */
  readonly columns: readonly Float64Array[];
  readonly targets: Float64Array;
  /** Sum to 1. */
  readonly weights: Float64Array;
}

/** Added to the mean loss: penalty (l1Ratio |b| + (1 - l1Ratio) / 2 |b|^2); the intercept is free. */
export interface ElasticPenalty {
  readonly penalty: number;
  /** 1 is the lasso, 0 is ridge. */
  readonly l1Ratio: number;
}

export interface PenalisedSolution {
  readonly intercept: number;
  readonly coefficients: Float64Array;
}

/** Largest violation of the optimality conditions, for columns of unit deviation and in deviations of a real target: a gradient of the mean loss. */
const TOLERANCE = 1e-10;
/** A quadratic model is solved to this share of the violation it began with: more would be lost at the next model. */
const SUBPROBLEM_SHARE = 1e-3;
const NEWTON_STEPS = 100;
const SWEEPS = 1000;
/** Share of an example's weight that its curvature keeps where the probability is 0 or 1 (Friedman et al., section 3). */
const LEAST_CURVATURE = 1e-5;

interface Work {
  readonly problem: PenalisedProblem;
  readonly elastic: ElasticPenalty;
  readonly intercept: number;
  readonly coefficients: Float64Array;
  /** Score of each example. */
  readonly scores: Float64Array;
}

/**
 * The minimum, from a starting point (a neighbour on the path makes it quick).
 * @throws NumericalError when it is not reached to 1e-10.
 */
export function solveElasticNet(
  problem: PenalisedProblem,
  elastic: ElasticPenalty,
  means: { start: PenalisedSolution; signal?: Abort | undefined },
): PenalisedSolution {
  let { intercept } = means.start;
  let coefficients: Float64Array = Float64Array.from(means.start.coefficients);
  let scores = scoresOf(problem, { intercept, coefficients });
  let value = objective({ problem, elastic, intercept, coefficients, scores });
  let violation = Number.POSITIVE_INFINITY;
  const tolerance = TOLERANCE * targetScale(problem);
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const work = { problem, elastic, intercept, coefficients, scores };
    const residuals = residualsOf(problem, scores);
    violation = largestViolation(work, residuals);
    if (violation <= tolerance) return { intercept, coefficients };
    const target = minimiseQuadratic(work, residuals, { tolerance: Math.max(tolerance / 10, SUBPROBLEM_SHARE * violation), signal: means.signal });
    const targetScores = scoresOf(problem, target);
    let share = 1;
    let next = { ...work, ...target, scores: targetScores };
    while (share > 1e-8 && !(objective(next) <= value + 1e-14 * Math.abs(value))) {
      share /= 2;
      next = { ...work, ...between(work, target, share), scores: mix(scores, targetScores, share) };
    }
    ({ intercept, coefficients, scores } = next);
    value = objective(next);
  }
  throw new NumericalError(
    `expected coordinate descent to reach ${tolerance} in ${NEWTON_STEPS} steps at penalty ${elastic.penalty}, it stands at ${violation}`,
  );
}

/** The smallest penalty at which every coefficient is 0; of ridge (l1Ratio below 0.001), which has none, that of l1Ratio 0.001. */
export function largestPenalty(problem: PenalisedProblem, l1Ratio: number): number {
  const scores = new Float64Array(problem.targets.length).fill(restingPoint(problem).intercept);
  const residuals = residualsOf(problem, scores);
  const largest = problem.columns.reduce((most, column) => Math.max(most, Math.abs(dot(column, residuals))), 0);
  return largest / Math.max(l1Ratio, 1e-3);
}

/** All coefficients 0, the intercept at its best. */
export function restingPoint({ loss, targets, weights, columns }: PenalisedProblem): PenalisedSolution {
  const mean = dot(targets, weights);
  return { intercept: loss === 'squared' ? mean : Math.log(mean / (1 - mean)), coefficients: new Float64Array(columns.length) };
}

/** 1 for labels and for a target that does not vary. */
function targetScale({ loss, targets, weights }: PenalisedProblem): number {
  if (loss === 'logistic') return 1;
  const mean = dot(targets, weights);
  return Math.sqrt(targets.reduce((total, target, i) => total + weights[i] * (target - mean) ** 2, 0)) || 1;
}

function scoresOf({ columns, targets }: PenalisedProblem, { intercept, coefficients }: PenalisedSolution): Float64Array {
  const scores = new Float64Array(targets.length).fill(intercept);
  for (let j = 0; j < columns.length; j++) if (coefficients[j] !== 0) addTimes(scores, columns[j], coefficients[j]);
  return scores;
}

/** Weight times (target - prediction): the negative gradient of the mean loss by score. */
function residualsOf({ loss, targets, weights }: PenalisedProblem, scores: Float64Array): Float64Array {
  return scores.map((score, i) => weights[i] * (targets[i] - (loss === 'squared' ? score : logistic(score))));
}

function curvaturesOf({ loss, weights }: PenalisedProblem, scores: Float64Array): Float64Array {
  if (loss === 'squared') return weights;
  return scores.map((score, i) => {
    const p = logistic(score);
    return weights[i] * Math.max(LEAST_CURVATURE, p * (1 - p));
  });
}

function objective({ problem, elastic, coefficients, scores }: Work): number {
  const { loss, targets, weights } = problem;
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    sum += weights[i] * (loss === 'squared' ? 0.5 * (targets[i] - scores[i]) ** 2 : softplus(scores[i]) - targets[i] * scores[i]);
  }
  for (const b of coefficients) sum += elastic.penalty * (elastic.l1Ratio * Math.abs(b) + 0.5 * (1 - elastic.l1Ratio) * b * b);
  return sum;
}

function largestViolation({ problem, elastic, coefficients }: Work, residuals: Float64Array): number {
  const l1 = elastic.penalty * elastic.l1Ratio;
  const l2 = elastic.penalty - l1;
  let most = Math.abs(sum(residuals));
  for (let j = 0; j < coefficients.length; j++) {
    const b = coefficients[j];
    const gradient = dot(problem.columns[j], residuals) - l2 * b;
    most = Math.max(most, b === 0 ? Math.abs(gradient) - l1 : Math.abs(gradient - l1 * Math.sign(b)));
  }
  return most;
}

/**
 * Minimum of the quadratic model of the loss at the present scores, plus the penalty. Gradients are kept up to date by the inner products of the
 * columns that move (section 2.2, covariance updates): a sweep then costs nothing in the number of examples.
 */
function minimiseQuadratic(work: Work, residuals: Float64Array, { tolerance, signal }: { tolerance: number; signal: Abort | undefined }): PenalisedSolution {
  const { problem, elastic } = work;
  const width = problem.columns.length;
  const curvatures = curvaturesOf(problem, work.scores);
  const square = problem.columns.map((column) => weightedSquare(column, curvatures));
  const total = sum(curvatures);
  const coefficients = Float64Array.from(work.coefficients);
  const l1 = elastic.penalty * elastic.l1Ratio;
  const l2 = elastic.penalty - l1;
  /** The intercept's is the last. */
  const gradients = Float64Array.from([...problem.columns.map((column) => dot(column, residuals)), sum(residuals)]);
  const products = new Array<Float64Array | undefined>(width + 1);
  const move = (k: number, change: number): void => {
    const own = products[k] ?? curvatureProducts(problem, curvatures, k);
    products[k] = own;
    for (let j = 0; j <= width; j++) gradients[j] -= change * own[j];
  };
  let { intercept } = work;
  let isFull = true;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    signal?.throwIfAborted();
    const shift = gradients[width] / total;
    intercept += shift;
    move(width, shift);
    let most = Math.abs(shift) * total;
    for (let j = 0; j < width; j++) {
      // Between full sweeps only the columns in use move.
      if (square[j] === 0 || (!isFull && coefficients[j] === 0)) continue;
      const gradient = gradients[j] + square[j] * coefficients[j];
      const next = (Math.sign(gradient) * Math.max(0, Math.abs(gradient) - l1)) / (square[j] + l2);
      const change = next - coefficients[j];
      if (change === 0) continue;
      coefficients[j] = next;
      move(j, change);
      most = Math.max(most, Math.abs(change) * square[j]);
    }
    if (most > tolerance) isFull = false;
    else if (isFull) break;
    else isFull = true;
  }
  return { intercept, coefficients };
}

/** Of column k (the intercept's ones where k is the number of columns) with every column and the ones, weighted by the curvatures. */
function curvatureProducts({ columns }: PenalisedProblem, curvatures: Float64Array, k: number): Float64Array {
  const weighted = k === columns.length ? curvatures : curvatures.map((value, i) => value * columns[k][i]);
  return Float64Array.from([...columns.map((column) => dot(column, weighted)), sum(weighted)]);
}

function between(from: PenalisedSolution, to: PenalisedSolution, share: number): PenalisedSolution {
  return { intercept: from.intercept + share * (to.intercept - from.intercept), coefficients: mix(from.coefficients, to.coefficients, share) };
}

function mix(from: Float64Array, to: Float64Array, share: number): Float64Array {
  return from.map((value, i) => value + share * (to[i] - value));
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function weightedSquare(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += weights[i] * values[i] * values[i];
  return sum;
}

function addTimes(target: Float64Array, values: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * values[i];
}
