/**
 * Tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kegl 2011, Algorithms for Hyper-Parameter
 * Optimization, section 4). Trials are split into the better ones and the rest; each group gets a density per
 * parameter; of candidates drawn from the better group's density, the one with the largest ratio of the two is taken.
 * Parameters are treated one by one. Widths: distance to the farther neighbour, as in that paper, clipped. Of more than
 * 25 trials in a group the older ones count less (Bergstra, Yamins and Cox 2013), so that a search leaves a place where
 * nothing better was found lately.
 */
import type { Random } from '../stats/random.js';
import type { Sampler } from './sampler.js';
import type { Dimension, ParameterSet, ParameterValue, SearchSpace } from './search-space.js';
import { drawParameters, fromInternal, internalBounds, toInternal } from './search-space.js';
import type { Trial } from './search-trial.js';

export interface TpeOptions {
  /** Trials drawn at random before the densities are used. */
  readonly startupTrials?: number;
  /** Candidates drawn a parameter. */
  readonly candidates?: number;
  /** Share of trials that count as better; at most 25 of them. */
  readonly betterShare?: number;
}

type NumericDimension = Exclude<Dimension, { kind: 'choice' }>;

/** Kernels over a range; one of them, of weight 1, is as wide as the range (the prior). */
interface ParzenDensity {
  readonly centres: readonly number[];
  readonly widths: readonly number[];
  /** Shares that sum to 1. */
  readonly shares: readonly number[];
  readonly low: number;
  readonly high: number;
}

const MAXIMUM_BETTER = 25;
/** The latest trials of a group, which count in full. */
const RECENT_TRIALS = 25;

/** A TPE sampler; defaults: 10 random trials, 24 candidates, the best 10 % (rounded up). */
export function tpeSampler(options: TpeOptions = {}): Sampler {
  const startup = options.startupTrials ?? 10;
  const candidates = options.candidates ?? 24;
  const share = options.betterShare ?? 0.1;
  return {
    id: 'tpe',
    propose: (space, trials, random) => {
      const complete = trials.filter((trial) => trial.objective !== null);
      if (complete.length < Math.max(2, startup)) return drawParameters(space, random);
      const ordered = [...complete].sort((a, b) => a.objective! - b.objective! || a.trial - b.trial);
      const count = Math.min(Math.ceil(share * ordered.length), MAXIMUM_BETTER);
      const inTime = (group: readonly Trial[]): readonly Trial[] => [...group].sort((a, b) => a.trial - b.trial);
      return proposeFrom(space, { better: inTime(ordered.slice(0, count)), rest: inTime(ordered.slice(count)), candidates, random });
    },
  };
}

interface Groups {
  readonly better: readonly Trial[];
  readonly rest: readonly Trial[];
  readonly candidates: number;
  readonly random: Random;
}

function proposeFrom(space: SearchSpace, groups: Groups): ParameterSet {
  return Object.fromEntries(
    Object.entries(space).map(([name, dimension]) => {
      const value = dimension.kind === 'choice' ? proposeChoice(name, dimension.values, groups) : proposeNumber(name, dimension, groups);
      return [name, value];
    }),
  );
}

function proposeNumber(name: string, dimension: NumericDimension, groups: Groups): number {
  const [low, high] = internalBounds(dimension);
  if (high <= low) return dimension.low;
  const pointsOf = (trials: readonly Trial[]): number[] => trials.map((trial) => toInternal(dimension, Number(trial.parameters[name])));
  const good = parzenDensity(pointsOf(groups.better), low, high);
  const bad = parzenDensity(pointsOf(groups.rest), low, high);
  let best = low;
  let bestRatio = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < groups.candidates; i++) {
    const candidate = drawFrom(good, groups.random);
    const [from, to] = binOf(dimension, candidate);
    const ratio = logDensity(good, from, to) - logDensity(bad, from, to);
    if (ratio > bestRatio) [best, bestRatio] = [candidate, ratio];
  }
  return fromInternal(dimension, best);
}

function proposeChoice(name: string, values: readonly ParameterValue[], groups: Groups): ParameterValue {
  const weights = (trials: readonly Trial[]): number[] => {
    const recency = recencyWeights(trials.length);
    return values.map((value) => trials.reduce((sum, trial, i) => sum + (trial.parameters[name] === value ? recency[i] : 0), 1 / values.length));
  };
  const good = toShares(weights(groups.better));
  const bad = toShares(weights(groups.rest));
  let best = 0;
  let bestRatio = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < groups.candidates; i++) {
    const candidate = drawIndex(good, groups.random.uniform());
    const ratio = good[candidate] / bad[candidate];
    if (ratio > bestRatio) [best, bestRatio] = [candidate, ratio];
  }
  return values[best];
}

function drawIndex(weights: readonly number[], uniform: number): number {
  let sum = 0;
  for (let i = 0; i < weights.length - 1; i++) {
    sum += weights[i];
    if (uniform < sum) return i;
  }
  return weights.length - 1;
}

/** Weight of each trial of a group in the order of time: 1 for the recent ones, falling evenly to 1 / count for the oldest. */
function recencyWeights(count: number): number[] {
  const older = count - RECENT_TRIALS;
  return Array.from({ length: count }, (_, i) => (i >= older ? 1 : 1 / count + (i / Math.max(1, older - 1)) * (1 - 1 / count)));
}

function toShares(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Kernels at the points and at the middle of the range; each as wide as the gap to its farther neighbour, clipped. */
function parzenDensity(points: readonly number[], low: number, high: number): ParzenDensity {
  const range = high - low;
  const recency = recencyWeights(points.length);
  const kernels = points.map((centre, i) => ({ centre, weight: recency[i], isPrior: false }));
  kernels.push({ centre: (low + high) / 2, weight: 1, isPrior: true });
  kernels.sort((a, b) => a.centre - b.centre);
  const narrowest = range / Math.min(100, 1 + kernels.length);
  const widths = kernels.map(({ centre, isPrior }, i) => {
    if (isPrior) return range;
    const left = i > 0 ? centre - kernels[i - 1].centre : 0;
    const right = i < kernels.length - 1 ? kernels[i + 1].centre - centre : 0;
    return Math.min(range, Math.max(narrowest, left, right));
  });
  return { centres: kernels.map(({ centre }) => centre), widths, shares: toShares(kernels.map(({ weight }) => weight)), low, high };
}

/** A normal draw around a kernel picked evenly, drawn again until it lies in the range. */
function drawFrom(density: ParzenDensity, random: Random): number {
  const kernel = drawIndex(density.shares, random.uniform());
  for (;;) {
    const value = density.centres[kernel] + random.normal() * density.widths[kernel];
    if (value >= density.low && value <= density.high) return value;
  }
}

/** The span of samplers' scale that stands for a candidate: a point, or all that rounds to the same integer. */
function binOf(dimension: NumericDimension, candidate: number): readonly [number, number] {
  if (dimension.kind === 'float') return [candidate, candidate];
  const value = fromInternal(dimension, candidate);
  return [toInternal(dimension, value - 0.5), toInternal(dimension, value + 0.5)];
}

/** Log of the density at a point, or of the mass of a span, of truncated normals; a constant common to all is left out. */
function logDensity({ centres, widths, shares, low, high }: ParzenDensity, from: number, to: number): number {
  let sum = 0;
  for (let i = 0; i < centres.length; i++) {
    const z = (value: number): number => (value - centres[i]) / widths[i];
    const inside = to > from ? normalCdf(z(to)) - normalCdf(z(from)) : Math.exp(-0.5 * z(from) ** 2) / widths[i];
    sum += (shares[i] * inside) / (normalCdf(z(high)) - normalCdf(z(low)));
  }
  return Math.log(Math.max(sum, Number.MIN_VALUE));
}

/** Standard normal distribution function, absolute error below 8e-8 (Abramowitz and Stegun 1964, 26.2.17). */
function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail = 0.3989422804014327 * Math.exp(-0.5 * z * z) * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? 1 - tail : tail;
}
