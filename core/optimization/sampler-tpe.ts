/**
 * Tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kegl 2011, Algorithms for Hyper-Parameter
 * Optimization, section 4). Trials are split into the better ones and the rest; each group gets a density per
 * parameter; of candidates drawn from the better group's density, the one with the largest ratio of the two is taken.
 * Parameters are treated one by one. Widths: distance to the farther neighbour, as in that paper, clipped.
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

/** Equal kernels over a range; one of them is as wide as the range (the prior). */
interface ParzenDensity {
  readonly centres: readonly number[];
  readonly widths: readonly number[];
  readonly low: number;
  readonly high: number;
}

const MAXIMUM_BETTER = 25;

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
      return proposeFrom(space, { better: ordered.slice(0, count), rest: ordered.slice(count), candidates, random });
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
  return Object.fromEntries(Object.entries(space).map(([name, dimension]) => {
    const value = dimension.kind === 'choice' ? proposeChoice(name, dimension.values, groups) : proposeNumber(name, dimension, groups);
    return [name, value];
  }));
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
    const ratio = logDensity(good, candidate) - logDensity(bad, candidate);
    if (ratio > bestRatio) [best, bestRatio] = [candidate, ratio];
  }
  return fromInternal(dimension, best);
}

function proposeChoice(name: string, values: readonly ParameterValue[], groups: Groups): ParameterValue {
  const weights = (trials: readonly Trial[]): number[] => {
    const counts = values.map((value) => 1 + trials.filter((trial) => trial.parameters[name] === value).length);
    const total = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count) => count / total);
  };
  const good = weights(groups.better);
  const bad = weights(groups.rest);
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

/** Kernels at the points and at the middle of the range; each as wide as the gap to its farther neighbour, clipped. */
function parzenDensity(points: readonly number[], low: number, high: number): ParzenDensity {
  const range = high - low;
  const prior = (low + high) / 2;
  const centres = [...points, prior].sort((a, b) => a - b);
  const priorAt = centres.indexOf(prior);
  const narrowest = range / Math.min(100, 1 + centres.length);
  const widths = centres.map((centre, i) => {
    if (i === priorAt) return range;
    const left = centre - (centres[i - 1] ?? low);
    const right = (centres[i + 1] ?? high) - centre;
    return Math.min(range, Math.max(narrowest, left, right));
  });
  return { centres, widths, low, high };
}

/** A normal draw around a kernel picked evenly, drawn again until it lies in the range. */
function drawFrom(density: ParzenDensity, random: Random): number {
  const kernel = random.below(density.centres.length);
  for (;;) {
    const value = density.centres[kernel] + random.normal() * density.widths[kernel];
    if (value >= density.low && value <= density.high) return value;
  }
}

/** Log of the sum of truncated normal densities, up to a constant shared by all points of one density pair. */
function logDensity({ centres, widths, low, high }: ParzenDensity, value: number): number {
  let sum = 0;
  for (let i = 0; i < centres.length; i++) {
    const width = widths[i];
    const z = (value - centres[i]) / width;
    const mass = normalCdf((high - centres[i]) / width) - normalCdf((low - centres[i]) / width);
    sum += Math.exp(-0.5 * z * z) / (width * mass);
  }
  return Math.log(sum / centres.length);
}

/** Standard normal distribution function, absolute error below 8e-8 (Abramowitz and Stegun 1964, 26.2.17). */
function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail = 0.3989422804014327 * Math.exp(-0.5 * z * z)
    * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? 1 - tail : tail;
}
