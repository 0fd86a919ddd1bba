/** How features are distributed in windows of time, and how far each window is from a reference window. */
import { upperBound } from '../data/bars.js';
import { mean, variance } from '../stats/moments.js';
import { quantileSorted } from '../stats/quantile.js';
import type { FeatureColumns } from './feature.js';

/** Rows [from, to) under a name. */
export interface RowWindow {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export interface FeatureDistribution {
  readonly feature: string;
  readonly window: string;
  /** Values of the window that are not NaN, and the NaN ones. */
  readonly count: number;
  readonly missing: number;
  /** Of the values; NaN of none (deviation: of one). */
  readonly mean: number;
  readonly deviation: number;
  /** Inner edges of the bins, ascending: quantiles of the reference; bin b holds edges[b - 1] < value <= edges[b]. */
  readonly edges: Float64Array;
  /** Values a bin: one more than edges. */
  readonly counts: Int32Array;
  /** Population stability index against the reference; NaN where one of the two has no value. */
  readonly stability: number;
  /** Greatest distance of the two empirical distribution functions (Kolmogorov and Smirnov), in [0, 1]; NaN likewise. */
  readonly distance: number;
  /** The index from which the window counts as shifted. */
  readonly threshold: number;
  readonly shifted: boolean;
}

/** Bins of the reference: deciles. */
const BINS = 10;
/** From 0.25 on a population counts as changed by the credit scorers' rule of thumb (Siddiqi 2006). */
const SHIFTED_FROM = 0.25;
/** 0.999 quantile of chi-squared with 9 degrees of freedom: the index of two samples of one distribution, over 1/n + 1/m (Yurdakul 2018). */
const NOISE = 27.877;

/**
 * Per feature and window (in that order) its histogram over the reference's deciles, and its distance from the reference.
 * A window is shifted where the index exceeds 0.25 and what independent samples of its size reach once in a thousand. Neighbouring
 * values of most features are not independent: a slow feature in a short window shifts without anything being wrong with it.
 */
export function featureDistributions(features: FeatureColumns, reference: RowWindow, windows: readonly RowWindow[]): readonly FeatureDistribution[] {
  return features.columns.flatMap((column, j) => {
    const base = sortedValues(column, reference);
    const edges = binEdges(base);
    const baseCounts = binCounts(base, edges);
    return windows.map((window) => {
      const values = sortedValues(column, window);
      const counts = binCounts(values, edges);
      const isKnown = values.length > 0 && base.length > 0;
      const stability = isKnown ? stabilityIndex(baseCounts, counts) : Number.NaN;
      const threshold = Math.max(SHIFTED_FROM, NOISE * (1 / base.length + 1 / values.length));
      return {
        feature: features.names[j],
        window: window.name,
        count: values.length,
        missing: window.to - window.from - values.length,
        mean: mean(values),
        deviation: Math.sqrt(variance(values)),
        edges,
        counts,
        stability,
        distance: isKnown ? distributionDistance(base, values) : Number.NaN,
        threshold,
        shifted: stability > threshold,
      };
    });
  });
}

function sortedValues(column: Float64Array, { from, to }: RowWindow): Float64Array {
  return column
    .subarray(from, to)
    .filter((value) => !Number.isNaN(value))
    .sort();
}

/** Deciles of ascending values, each once: a feature of few values has fewer bins. */
function binEdges(sorted: Float64Array): Float64Array {
  if (sorted.length === 0) return new Float64Array(0);
  const edges = Array.from({ length: BINS - 1 }, (_, k) => quantileSorted(sorted, (k + 1) / BINS));
  return Float64Array.from(edges.filter((edge, k) => (k === 0 || edge > edges[k - 1]) && edge < sorted[sorted.length - 1]));
}

function binCounts(sorted: Float64Array, edges: Float64Array): Int32Array {
  const counts = new Int32Array(edges.length + 1);
  let before = 0;
  for (let b = 0; b < edges.length; b++) {
    const until = upperBound(sorted, edges[b]);
    counts[b] = until - before;
    before = until;
  }
  counts[edges.length] = sorted.length - before;
  return counts;
}

/** Sum over the bins of (p - q) ln(p / q), half a value added to each bin so that an empty one counts, but not without end. */
export function stabilityIndex(reference: Int32Array, counts: Int32Array): number {
  const [n, m] = [reference, counts].map((values) => values.reduce((sum, count) => sum + count + 0.5, 0));
  let sum = 0;
  for (let b = 0; b < counts.length; b++) {
    const p = (counts[b] + 0.5) / m;
    const q = (reference[b] + 0.5) / n;
    sum += (p - q) * Math.log(p / q);
  }
  return sum;
}

/** Greatest distance between the empirical distribution functions of two ascending lists. */
export function distributionDistance(first: Float64Array, second: Float64Array): number {
  let greatest = 0;
  for (let i = 0, j = 0; i < first.length && j < second.length; ) {
    const value = Math.min(first[i], second[j]);
    while (i < first.length && first[i] === value) i++;
    while (j < second.length && second[j] === value) j++;
    greatest = Math.max(greatest, Math.abs(i / first.length - j / second.length));
  }
  return greatest;
}
