/** The regime model: fitted on train, without labels, and applied by filtering. Plain JSON, so a bundle can carry it. */
import type { Abort } from '../abort.js';
import type { Bars } from '../data/bars.js';
import { barCount, barsKnownBy } from '../data/bars.js';
import { InsufficientData } from '../errors.js';
import type { Parts } from '../parts.js';
import { makeRandom } from '../stats/random.js';
import { forwardFilter } from './forward-filter.js';
import type { GaussianHmm, HmmFit } from './gaussian-hmm.js';
import { fitGaussianHmm, logEmissions } from './gaussian-hmm.js';
import { barReturns, REGIME_FEATURES, regimeFeatures } from './regime-features.js';
import type { Regime } from './regime-names.js';
import { REGIMES } from './regime-names.js';
import { nameStates } from './regime-naming.js';

export interface RegimeModel extends GaussianHmm {
  readonly schema: 'ares.regime-model';
  readonly features: readonly string[];
  /** Mean and standard deviation of each feature on train: observations are standardised by them. */
  readonly featureMean: readonly number[];
  readonly featureDeviation: readonly number[];
  /** The regime of each state; a regime without a state has probability 0 everywhere. */
  readonly regimeOfState: readonly Regime[];
  /** Mean and variance of the log return in each state on train: what the names rest on. */
  readonly returnMean: readonly number[];
  readonly returnVariance: readonly number[];
  /** Effective train rows of each state. */
  readonly occupancy: readonly number[];
  readonly trainBars: number;
  readonly trainToMs: number;
  readonly logLikelihood: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** Why there are fewer states than asked for, or null. */
  readonly reduced: string | null;
}

export interface RegimeModelOptions {
  readonly seed: number;
  /** States asked for; default and most 4. */
  readonly states?: number;
  readonly signal?: Abort;
  /** Each climb of a fit is a part. */
  readonly parts?: Parts;
}

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
 * The model fitted on bars known by `trainToMs`; later bars are not looked at. When the likeliest fit leaves a state
 * with fewer than 10 effective rows or 2 % of train, or train has fewer distinct rows than states, one state fewer is
 * fitted, down to 1; `reduced` says so.
 * @throws InsufficientData when train has no bar. @throws NumericalError when no fit is finite.
 */
export async function fitRegimeModel(bars: Bars, trainToMs: number, options: RegimeModelOptions): Promise<RegimeModel> {
  const train = barsKnownBy(bars, trainToMs);
  const trainBars = barCount(train);
  if (trainBars === 0) throw new InsufficientData(`expected bars to fit the regime model on, found none known by ${trainToMs}`);
  const raw = regimeFeatures(train);
  const scale = featureScale(raw);
  const observations = { values: standardise(raw, scale), dimensions: REGIME_FEATURES.length };
  const wanted = options.states ?? REGIMES.length;
  const reasons: string[] = [];
  for (let states = wanted; ; states--) {
    const shortage = states === 1 ? null : distinctShortage(observations.values, states);
    const fit =
      shortage !== null
        ? null
        : await fitGaussianHmm(observations, {
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
    const problem = shortage ?? (states === 1 || fit === null ? null : thinState(fit, trainBars));
    if (fit !== null && problem === null) {
      return describeModel(fit, { train, trainToMs, scale, reduced: reasons.length === 0 ? null : reasons.join('; ') });
    }
    reasons.push(`${states} states: ${problem}`);
  }
}

/** Filtered probabilities [n x 4] row-major in the order of REGIMES; row t uses bars up to t. Rows sum to 1. */
export function filterRegimes(model: RegimeModel, bars: Bars): Float64Array {
  const scale = { mean: model.featureMean, deviation: model.featureDeviation };
  const observations = { values: standardise(regimeFeatures(bars), scale), dimensions: model.features.length };
  const { probabilities } = forwardFilter(model, logEmissions(model, observations));
  const k = model.initial.length;
  const out = new Float64Array(barCount(bars) * REGIMES.length);
  for (let j = 0; j < k; j++) {
    const regime = REGIMES.indexOf(model.regimeOfState[j]);
    for (let t = 0; t < barCount(bars); t++) out[t * REGIMES.length + regime] += probabilities[t * k + j];
  }
  return out;
}

/** The likeliest regime of each row, an index into REGIMES; the earlier one on a tie. */
export function likeliestRegimes(probabilities: Float64Array): Int32Array {
  const k = REGIMES.length;
  const out = new Int32Array(probabilities.length / k);
  for (let t = 0; t < out.length; t++) {
    for (let j = 1; j < k; j++) if (probabilities[t * k + j] > probabilities[t * k + out[t]]) out[t] = j;
  }
  return out;
}

interface FeatureScale {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

function featureScale(raw: Float64Array): FeatureScale {
  const d = REGIME_FEATURES.length;
  const n = raw.length / d;
  const mean = REGIME_FEATURES.map((_, f) => sumOf(n, (t) => raw[t * d + f]) / n);
  const deviation = REGIME_FEATURES.map((_, f) => Math.sqrt(sumOf(n, (t) => (raw[t * d + f] - mean[f]) ** 2) / n));
  // A feature that never moves on train is left as it is: any scale will do.
  return { mean, deviation: deviation.map((value) => (value > 1e-12 ? value : 1)) };
}

function standardise(raw: Float64Array, scale: FeatureScale): Float64Array {
  const d = scale.mean.length;
  return raw.map((value, i) => (value - scale.mean[i % d]) / scale.deviation[i % d]);
}

function distinctShortage(values: Float64Array, states: number): string | null {
  const distinct = new Set<string>();
  const d = REGIME_FEATURES.length;
  for (let t = 0; t * d < values.length && distinct.size < states; t++) distinct.add(values.subarray(t * d, (t + 1) * d).join());
  return distinct.size < states ? `train has ${distinct.size} distinct rows` : null;
}

function thinState(fit: HmmFit, trainBars: number): string | null {
  const least = Math.max(LEAST_STATE_ROWS, LEAST_STATE_SHARE * trainBars);
  const thinnest = Math.min(...fit.occupancy);
  return thinnest < least ? `the thinnest has ${thinnest.toFixed(1)} effective train rows, expected ${least.toFixed(1)}` : null;
}

interface FittedOn {
  readonly train: Bars;
  readonly trainToMs: number;
  readonly scale: FeatureScale;
  readonly reduced: string | null;
}

function describeModel(fit: HmmFit, on: FittedOn): RegimeModel {
  const returns = barReturns(on.train);
  const k = fit.occupancy.length;
  const weigh = (j: number, value: (t: number) => number): number => sumOf(returns.length, (t) => fit.posteriors[t * k + j] * value(t)) / fit.occupancy[j];
  const returnMean = fit.occupancy.map((_, j) => weigh(j, (t) => returns[t]));
  const returnVariance = fit.occupancy.map((_, j) => weigh(j, (t) => (returns[t] - returnMean[j]) ** 2));
  return {
    schema: 'ares.regime-model',
    ...fit.model,
    features: REGIME_FEATURES,
    featureMean: on.scale.mean,
    featureDeviation: on.scale.deviation,
    regimeOfState: nameStates(returnMean.map((mean, j) => ({ mean, variance: returnVariance[j] }))),
    returnMean,
    returnVariance,
    occupancy: fit.occupancy,
    trainBars: returns.length,
    trainToMs: on.trainToMs,
    logLikelihood: fit.logLikelihood,
    iterations: fit.iterations,
    converged: fit.converged,
    reduced: on.reduced,
  };
}

function sumOf(n: number, value: (t: number) => number): number {
  let sum = 0;
  for (let t = 0; t < n; t++) sum += value(t);
  return sum;
}
