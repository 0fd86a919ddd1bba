/** The regime model: fitted on train, without labels, and applied by filtering. Plain JSON, so a bundle can carry it. */
import type { Abort } from '../abort.js';
import type { Bars } from '../data/bars.js';
import { barCount, barsKnownBy } from '../data/bars.js';
import { InsufficientData } from '../errors.js';
import type { Parts } from '../parts.js';
import { chooseStates } from './choose-states.js';
import type { StateChoice, StateCount } from './choose-states.js';
import { forwardFilter } from './forward-filter.js';
import type { GaussianHmm } from './gaussian-hmm.js';
import { logEmissions } from './gaussian-hmm.js';
import { barReturns, REGIME_FEATURES, regimeFeatures } from './regime-features.js';
import type { Regime } from './regime-names.js';
import { REGIMES } from './regime-names.js';
import { nameStates } from './regime-naming.js';
import type { RegimeRules } from './regime-rules.js';
import { applyRegimeRules, fitRegimeRules } from './regime-rules.js';

interface RegimeModelFacts {
  readonly schema: 'ares.regime-model';
  readonly features: readonly string[];
  /** The regime of each state; a regime without a state has probability 0 everywhere. */
  readonly regimeOfState: readonly Regime[];
  /** Mean and variance of the log return in each state on train: what the names rest on. */
  readonly returnMean: readonly number[];
  readonly returnVariance: readonly number[];
  /** Effective train rows of each state. */
  readonly occupancy: readonly number[];
  readonly trainBars: number;
  readonly trainToMs: number;
  /** Why there are fewer states than asked for, or null. */
  readonly reduced: string | null;
}

export interface HmmRegimeModel extends RegimeModelFacts, GaussianHmm {
  /** Absent in models written before there was another kind. */
  readonly kind?: 'hmm';
  /** Mean and standard deviation of each feature on train: observations are standardised by them. */
  readonly featureMean: readonly number[];
  readonly featureDeviation: readonly number[];
  readonly logLikelihood: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** What was tried where the number of states was left to the data. */
  readonly stateChoice?: readonly StateChoice[];
}

export interface RuleRegimeModel extends RegimeModelFacts {
  readonly kind: 'rules';
  readonly rules: RegimeRules;
}

export type RegimeModel = HmmRegimeModel | RuleRegimeModel;

export interface RegimeModelOptions {
  readonly seed: number;
  /** Default hmm. */
  readonly kind?: 'hmm' | 'rules';
  /** States of the hidden Markov model, 1 to 6, or auto = the lowest BIC of 2 to 6; default 4. */
  readonly states?: StateCount;
  readonly signal?: Abort;
  /** Each climb of a fit is a part. */
  readonly parts?: Parts;
}

/**
 * The model fitted on bars known by `trainToMs`; later bars are not looked at. When the likeliest fit leaves a state
 * with fewer than 10 effective rows or 2 % of train, or train has fewer distinct rows than states, one state fewer is
 * fitted, down to 1; `reduced` says so.
 * @throws InsufficientData when train has no bar. @throws NumericalError when no fit is finite.
 */
export async function fitRegimeModel(bars: Bars, trainToMs: number, options: RegimeModelOptions): Promise<RegimeModel> {
  const train = barsKnownBy(bars, trainToMs);
  if (barCount(train) === 0) throw new InsufficientData(`expected bars to fit the regime model on, found none known by ${trainToMs}`);
  return options.kind === 'rules' ? ruleModel(train, trainToMs) : hmmModel(train, trainToMs, options);
}

/** Filtered probabilities [n x 4] row-major in the order of REGIMES; row t uses bars up to t. Rows sum to 1. */
export function filterRegimes(model: RegimeModel, bars: Bars): Float64Array {
  const states = filterStates(model, bars);
  const k = model.regimeOfState.length;
  const out = new Float64Array(barCount(bars) * REGIMES.length);
  for (let j = 0; j < k; j++) {
    const regime = REGIMES.indexOf(model.regimeOfState[j]);
    for (let t = 0; t < barCount(bars); t++) out[t * REGIMES.length + regime] += states[t * k + j];
  }
  return out;
}

/** Filtered probabilities of the model's states, [n x states] row-major; row t uses bars up to t. */
export function filterStates(model: RegimeModel, bars: Bars): Float64Array {
  if (model.kind === 'rules') return applyRegimeRules(model.rules, bars);
  const scale = { mean: model.featureMean, deviation: model.featureDeviation };
  const observations = { values: standardise(regimeFeatures(bars), scale), dimensions: model.features.length };
  return forwardFilter(model, logEmissions(model, observations)).probabilities;
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

async function hmmModel(train: Bars, trainToMs: number, options: RegimeModelOptions): Promise<HmmRegimeModel> {
  const raw = regimeFeatures(train);
  const scale = featureScale(raw);
  const observations = { values: standardise(raw, scale), dimensions: REGIME_FEATURES.length };
  const { fit, reduced, tried } = await chooseStates(observations, options.states ?? REGIMES.length, options);
  const moments = stateMoments(train, fit.posteriors);
  return {
    schema: 'ares.regime-model',
    kind: 'hmm',
    ...fit.model,
    features: REGIME_FEATURES,
    featureMean: scale.mean,
    featureDeviation: scale.deviation,
    regimeOfState: nameStates(moments),
    returnMean: moments.map(({ mean }) => mean),
    returnVariance: moments.map(({ variance }) => variance),
    occupancy: fit.occupancy,
    trainBars: barCount(train),
    trainToMs,
    logLikelihood: fit.logLikelihood,
    iterations: fit.iterations,
    converged: fit.converged,
    reduced,
    ...(tried === null ? {} : { stateChoice: tried }),
  };
}

function ruleModel(train: Bars, trainToMs: number): RuleRegimeModel {
  const rules = fitRegimeRules(train);
  const named = applyRegimeRules(rules, train);
  const moments = stateMoments(train, named);
  return {
    schema: 'ares.regime-model',
    kind: 'rules',
    features: REGIME_FEATURES,
    rules,
    regimeOfState: REGIMES,
    returnMean: moments.map(({ mean }) => mean),
    returnVariance: moments.map(({ variance }) => variance),
    occupancy: REGIMES.map((_, j) => sumOf(barCount(train), (t) => named[t * REGIMES.length + j])),
    trainBars: barCount(train),
    trainToMs,
    reduced: null,
  };
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

/** Mean and variance of the log return in each state, rows weighted by [n x k] probabilities; 0 in a state without a row. */
function stateMoments(train: Bars, probabilities: Float64Array): { mean: number; variance: number }[] {
  const returns = barReturns(train);
  const n = returns.length;
  const k = probabilities.length / n;
  return Array.from({ length: k }, (_, j) => {
    const weight = sumOf(n, (t) => probabilities[t * k + j]);
    if (weight === 0) return { mean: 0, variance: 0 };
    const mean = sumOf(n, (t) => probabilities[t * k + j] * returns[t]) / weight;
    return { mean, variance: sumOf(n, (t) => probabilities[t * k + j] * (returns[t] - mean) ** 2) / weight };
  });
}

function sumOf(n: number, value: (t: number) => number): number {
  let sum = 0;
  for (let t = 0; t < n; t++) sum += value(t);
  return sum;
}
