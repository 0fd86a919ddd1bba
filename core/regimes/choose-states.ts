/** How many states the hidden Markov model of the regimes has: as many as asked for, or as the data speak for. */
import type { Abort } from '../abort.js';
import type { Parts } from '../parts.js';
import { makeRandom } from '../stats/random.js';
import type { HmmFit, Observations } from './gaussian-hmm.js';
import { fitGaussianHmm } from './gaussian-hmm.js';

/** A number of states, 1 to 6, or auto. */
export type StateCount = number | 'auto';

/** One number of states that was tried. */
export interface StateChoice {
  readonly states: number;
  /** Null where train has too few distinct rows to fit. */
  readonly logLikelihood: number | null;
  /** Schwarz 1978: -2 log-likelihood + free parameters x ln(rows); lower is better. */
  readonly bic: number | null;
  /** Why it is out of the question, or null. */
  readonly problem: string | null;
}

export interface ChosenStates {
  readonly fit: HmmFit;
  /** Why there are fewer states than asked for; null where there are not, and under auto. */
  readonly reduced: string | null;
  /** Under auto every number that was tried, else null. */
  readonly tried: readonly StateChoice[] | null;
}

export interface ChooseStatesOptions {
  readonly seed: number;
  readonly signal?: Abort;
  readonly parts?: Parts;
}

const AUTO_STATES = [2, 3, 4, 5, 6] as const;
const MOST_STATES = 6;
const STARTS = 16;
const MAXIMUM_ITERATIONS = 100;
const TOLERANCE = 1e-7;
/** Of standardised features. */
const VARIANCE_FLOOR = 1e-3;
const TRANSITION_PRIOR = 0.5;
/** Least effective rows of a state, and least share of train: a state below it stands for a few odd bars. */
const LEAST_STATE_ROWS = 10;
const LEAST_STATE_SHARE = 0.02;

/**
 * The fit. A number of states whose likeliest fit has a state with fewer than 10 effective rows or 2 % of them, or that exceeds the
 * distinct rows, is out of the question: a number asked for then goes down by one, to 1 at least; under auto the lowest BIC of those
 * that are not wins, and 1 state stands where all are.
 * @throws RangeError for a number outside 1 to 6; NumericalError when no fit is finite.
 */
export async function chooseStates(observations: Observations, wanted: StateCount, options: ChooseStatesOptions): Promise<ChosenStates> {
  if (wanted === 'auto') return chooseByBic(observations, options);
  if (!(Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_STATES)) {
    throw new RangeError(`expected 1 to ${MOST_STATES} states or auto, found ${wanted}`);
  }
  const reasons: string[] = [];
  for (let states = wanted; ; states--) {
    const { fit, problem } = await tryStates(observations, states, options);
    if (fit !== null && problem === null) return { fit, reduced: reasons.length === 0 ? null : reasons.join('; '), tried: null };
    reasons.push(`${states} states: ${problem}`);
  }
}

async function chooseByBic(observations: Observations, options: ChooseStatesOptions): Promise<ChosenStates> {
  const rows = observations.values.length / observations.dimensions;
  const tried: StateChoice[] = [];
  let best: { fit: HmmFit; bic: number } | null = null;
  for (const states of AUTO_STATES) {
    const { fit, problem } = await tryStates(observations, states, options);
    const bic = fit === null ? null : -2 * fit.logLikelihood + freeParameters(states, observations.dimensions) * Math.log(rows);
    tried.push({ states, logLikelihood: fit?.logLikelihood ?? null, bic, problem });
    if (fit !== null && bic !== null && problem === null && (best === null || bic < best.bic)) best = { fit, bic };
  }
  if (best !== null) return { fit: best.fit, reduced: null, tried };
  const { fit } = await tryStates(observations, 1, options);
  return { fit: fit as HmmFit, reduced: tried.map(({ states, problem }) => `${states} states: ${problem}`).join('; '), tried };
}

/** Means and variances, transitions of rows that sum to 1, and the initial probabilities. */
function freeParameters(states: number, dimensions: number): number {
  return 2 * states * dimensions + states * (states - 1) + (states - 1);
}

/** One state always fits. */
async function tryStates(observations: Observations, states: number, options: ChooseStatesOptions): Promise<{ fit: HmmFit | null; problem: string | null }> {
  const shortage = states === 1 ? null : distinctShortage(observations, states);
  if (shortage !== null) return { fit: null, problem: shortage };
  const fit = await fitGaussianHmm(observations, {
    states,
    random: makeRandom(options.seed),
    starts: states === 1 ? 1 : STARTS,
    maximumIterations: MAXIMUM_ITERATIONS,
    tolerance: TOLERANCE,
    varianceFloor: VARIANCE_FLOOR,
    transitionPrior: TRANSITION_PRIOR,
    signal: options.signal,
    parts: options.parts,
  });
  return { fit, problem: states === 1 ? null : thinState(fit, observations.values.length / observations.dimensions) };
}

function distinctShortage({ values, dimensions }: Observations, states: number): string | null {
  const distinct = new Set<string>();
  for (let t = 0; t * dimensions < values.length && distinct.size < states; t++) distinct.add(values.subarray(t * dimensions, (t + 1) * dimensions).join());
  return distinct.size < states ? `train has ${distinct.size} distinct rows` : null;
}

function thinState(fit: HmmFit, rows: number): string | null {
  const least = Math.max(LEAST_STATE_ROWS, LEAST_STATE_SHARE * rows);
  const thinnest = Math.min(...fit.occupancy);
  return thinnest < least ? `the thinnest has ${thinnest.toFixed(1)} effective train rows, expected ${least.toFixed(1)}` : null;
}
