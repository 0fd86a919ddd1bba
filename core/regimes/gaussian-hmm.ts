/**
 * Hidden Markov model with diagonal Gaussian emissions, fitted by expectation-maximisation (Baum et al. 1970; Rabiner
 * 1989, scaled recursions) from k-means starts. The backward pass exists here alone: it serves the fit and never
 * labels a bar.
 */
import type { Abort } from '../abort.js';
import { NumericalError } from '../errors.js';
import type { Parts } from '../parts.js';
import { COMPUTE_ALL } from '../parts.js';
import type { Random } from '../stats/random.js';
import type { MarkovChain } from './forward-filter.js';
import { forwardFilter } from './forward-filter.js';
import { clusterMeans } from './k-means.js';

export interface GaussianHmm extends MarkovChain {
  /** [k][d] */
  readonly means: readonly (readonly number[])[];
  /** [k][d], above the variance floor. */
  readonly variances: readonly (readonly number[])[];
}

export interface HmmFit {
  readonly model: GaussianHmm;
  readonly logLikelihood: number;
  /** Of the best climb, after its screening. */
  readonly iterations: number;
  readonly converged: boolean;
  /** Sum of each state's posterior probability over the rows: its effective number of rows, [k]. */
  readonly occupancy: readonly number[];
  /** P(state at t | all rows fitted on), [n x k]; for naming the states of the fitted rows, never for labelling them. */
  readonly posteriors: Float64Array;
}

export interface HmmOptions {
  readonly states: number;
  readonly random: Random;
  /** Independent starts; the earlier one wins a tie. */
  readonly starts: number;
  readonly maximumIterations: number;
  /** Gain of mean log-likelihood a row below which the fit has converged. */
  readonly tolerance: number;
  /** Least variance in every dimension. */
  readonly varianceFloor: number;
  /** Added to the expected moves out of each state, spread evenly: above 0 it keeps every move possible. */
  readonly transitionPrior: number;
  /** Each climb is a part. */
  readonly parts?: Parts | undefined;
  readonly signal?: Abort | undefined;
}

/** Rows [n x d], row-major, finite. */
export interface Observations {
  readonly values: Float64Array;
  readonly dimensions: number;
}

/** Iterations of a short climb, and how many go on. */
const SCREENING_ITERATIONS = 8;
const FINALISTS = 3;
/** Mean stay that a start assumes, in rows. */
const INITIAL_STAY = 20;

/**
 * The likeliest fit: `starts` short climbs, of which the likeliest FINALISTS climb to the end.
 * @throws NumericalError when no start ends in finite numbers.
 */
export async function fitGaussianHmm(observations: Observations, options: HmmOptions): Promise<HmmFit> {
  const { parts = COMPUTE_ALL } = options;
  const short = { ...options, maximumIterations: Math.min(SCREENING_ITERATIONS, options.maximumIterations) };
  const tried: Pick<HmmFit, 'model' | 'logLikelihood'>[] = [];
  for (let start = 0; start < options.starts; start++) {
    options.signal?.throwIfAborted();
    // Starts come from one stream: each is drawn, whether or not its climb is known.
    const model = startModel(observations, options);
    tried.push(
      await parts.once(`${options.states} states, start ${start}`, () => {
        const fit = climb(model, observations, short);
        return { model: fit.model, logLikelihood: fit.logLikelihood };
      }),
    );
  }
  const finalists = tried
    .filter((fit) => Number.isFinite(fit.logLikelihood))
    .sort((a, b) => b.logLikelihood - a.logLikelihood)
    .slice(0, FINALISTS);
  let best: HmmFit | null = null;
  for (const [rank, { model }] of finalists.entries()) {
    options.signal?.throwIfAborted();
    const fit = await parts.once(`${options.states} states, finalist ${rank}`, () => climb(model, observations, options));
    if (Number.isFinite(fit.logLikelihood) && (best === null || fit.logLikelihood > best.logLikelihood)) best = fit;
  }
  if (best === null) throw new NumericalError(`expected a finite likelihood from one of ${options.starts} starts, found none`);
  return best;
}

/** Logarithms of the emission densities, [n x k] row-major. */
export function logEmissions(model: GaussianHmm, observations: Observations): Float64Array {
  const { values, dimensions } = observations;
  const k = model.means.length;
  const n = values.length / dimensions;
  const out = new Float64Array(n * k);
  for (let j = 0; j < k; j++) {
    const mean = model.means[j];
    const variance = model.variances[j];
    const constant = variance.reduce((sum, v) => sum - 0.5 * Math.log(2 * Math.PI * v), 0);
    for (let t = 0; t < n; t++) {
      let value = constant;
      for (let d = 0; d < dimensions; d++) {
        const distance = values[t * dimensions + d] - mean[d];
        value -= (0.5 * distance * distance) / variance[d];
      }
      out[t * k + j] = value;
    }
  }
  return out;
}

function startModel(observations: Observations, options: HmmOptions): GaussianHmm {
  const { states } = options;
  const means = clusterMeans(observations, states, options.random);
  const stay = states === 1 ? 1 : 1 - 1 / INITIAL_STAY;
  const leave = states === 1 ? 0 : (1 - stay) / (states - 1);
  return {
    initial: means.map(() => 1 / states),
    transition: means.map((_, i) => means.map((__, j) => (i === j ? stay : leave))),
    means: means.map((cluster) => cluster.mean),
    variances: means.map((cluster) => cluster.variance.map((v) => Math.max(v, options.varianceFloor))),
  };
}

function climb(start: GaussianHmm, observations: Observations, options: HmmOptions): HmmFit {
  const n = observations.values.length / observations.dimensions;
  let model = start;
  let previous = Number.NEGATIVE_INFINITY;
  for (let iteration = 1; ; iteration++) {
    const step = expect(model, observations);
    const converged = step.logLikelihood - previous < options.tolerance * n;
    if (converged || iteration >= options.maximumIterations) {
      return { model, logLikelihood: step.logLikelihood, iterations: iteration, converged, occupancy: step.occupancy, posteriors: step.posteriors };
    }
    previous = step.logLikelihood;
    model = maximise(step, observations, options);
  }
}

interface Expectation {
  readonly logLikelihood: number;
  readonly posteriors: Float64Array;
  readonly occupancy: readonly number[];
  /** Expected moves from i to j, [k x k]. */
  readonly moves: Float64Array;
}

function expect(model: GaussianHmm, observations: Observations): Expectation {
  const k = model.initial.length;
  const logEmission = logEmissions(model, observations);
  const { probabilities, logLikelihood } = forwardFilter(model, logEmission);
  const n = logEmission.length / k;
  const posteriors = new Float64Array(n * k);
  const moves = new Float64Array(k * k);
  const occupancy = new Array<number>(k).fill(0);
  // P(i at t, j at t + 1 | all) = filtered_t(i) a_ij posterior_{t+1}(j) / predicted_{t+1}(j): no densities needed.
  const predicted = new Float64Array(k);
  for (let t = n - 1; t >= 0; t--) {
    const at = t * k;
    if (t === n - 1) posteriors.set(probabilities.subarray(at, at + k), at);
    else smoothRow({ model, probabilities, posteriors, moves, predicted }, at);
    for (let j = 0; j < k; j++) occupancy[j] += posteriors[at + j];
  }
  return { logLikelihood, posteriors, occupancy, moves };
}

interface SmoothState {
  readonly model: GaussianHmm;
  readonly probabilities: Float64Array;
  readonly posteriors: Float64Array;
  readonly moves: Float64Array;
  readonly predicted: Float64Array;
}

function smoothRow(state: SmoothState, at: number): void {
  const { model, probabilities, posteriors, moves, predicted } = state;
  const k = predicted.length;
  predicted.fill(0);
  for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) predicted[j] += probabilities[at + i] * model.transition[i][j];
  for (let i = 0; i < k; i++) {
    let sum = 0;
    for (let j = 0; j < k; j++) {
      if (predicted[j] === 0) continue;
      const move = (probabilities[at + i] * model.transition[i][j] * posteriors[at + k + j]) / predicted[j];
      moves[i * k + j] += move;
      sum += move;
    }
    posteriors[at + i] = sum;
  }
}

function maximise(step: Expectation, observations: Observations, options: HmmOptions): GaussianHmm {
  const { values, dimensions } = observations;
  const { posteriors, occupancy, moves } = step;
  const k = occupancy.length;
  const n = posteriors.length / k;
  const means = occupancy.map(() => new Array<number>(dimensions).fill(0));
  const variances = occupancy.map(() => new Array<number>(dimensions).fill(0));
  const weight = (j: number): number => Math.max(occupancy[j], Number.MIN_VALUE);
  for (let t = 0; t < n; t++) {
    for (let j = 0; j < k; j++) for (let d = 0; d < dimensions; d++) means[j][d] += posteriors[t * k + j] * values[t * dimensions + d];
  }
  for (let j = 0; j < k; j++) for (let d = 0; d < dimensions; d++) means[j][d] /= weight(j);
  for (let t = 0; t < n; t++) {
    for (let j = 0; j < k; j++) for (let d = 0; d < dimensions; d++) variances[j][d] += posteriors[t * k + j] * (values[t * dimensions + d] - means[j][d]) ** 2;
  }
  return {
    initial: Array.from(posteriors.subarray(0, k), (p) => (p + 1e-6) / (1 + k * 1e-6)),
    transition: occupancy.map((_, i) => transitionRow(moves.subarray(i * k, i * k + k), options.transitionPrior)),
    means,
    variances: variances.map((row, j) => row.map((sum) => Math.max(sum / weight(j), options.varianceFloor))),
  };
}

function transitionRow(moves: Float64Array, prior: number): number[] {
  const row = Array.from(moves, (count) => count + prior / moves.length);
  const sum = row.reduce((a, b) => a + b, 0);
  // From a state that no row is in, every move is as likely.
  return sum > 0 ? row.map((count) => count / sum) : row.map(() => 1 / row.length);
}
