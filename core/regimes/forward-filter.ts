/** Filtering in a hidden Markov model: Hamilton (1989), P(state at t | observations up to t). */
import { NumericalError } from '../errors.js';

export interface MarkovChain {
  /** State probabilities before the first observation, [k]. */
  readonly initial: readonly number[];
  /** Row i: probabilities of the next state after i, [k][k]. */
  readonly transition: readonly (readonly number[])[];
}

export interface Filtered {
  /** [n x k] row-major; each row sums to 1 and depends on observations up to it only. */
  readonly probabilities: Float64Array;
  readonly logLikelihood: number;
}

/**
 * Forward probabilities from the logarithms of the emission densities, [n x k] row-major.
 * @throws NumericalError when an observation is impossible in every reachable state, or NaN.
 */
export function forwardFilter(chain: MarkovChain, logEmission: Float64Array): Filtered {
  const k = chain.initial.length;
  const n = logEmission.length / k;
  const probabilities = new Float64Array(n * k);
  let logLikelihood = 0;
  for (let t = 0; t < n; t++) {
    const at = t * k;
    let top = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < k; j++) top = Math.max(top, logEmission[at + j]);
    let sum = 0;
    for (let j = 0; j < k; j++) {
      const value = predicted(chain, probabilities, at, j) * Math.exp(logEmission[at + j] - top);
      probabilities[at + j] = value;
      sum += value;
    }
    if (!(sum > 0)) throw new NumericalError(`expected observation ${t} to be possible in some state, found likelihood ${sum}`);
    for (let j = 0; j < k; j++) probabilities[at + j] /= sum;
    logLikelihood += Math.log(sum) + top;
  }
  return { probabilities, logLikelihood };
}

/** P(state j at this row | earlier observations). */
function predicted(chain: MarkovChain, probabilities: Float64Array, ...[at, j]: readonly [number, number]): number {
  const k = chain.initial.length;
  if (at === 0) return chain.initial[j];
  let sum = 0;
  for (let i = 0; i < k; i++) sum += probabilities[at - k + i] * chain.transition[i][j];
  return sum;
}
