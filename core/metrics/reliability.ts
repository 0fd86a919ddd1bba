/** Reliability of probability forecasts: bins, expected calibration error, Murphy's split of the Brier score. */
import { makeRandom } from '../stats/random.js';
import { ascendingOrder } from './classification.js';

/** How forecasts are put in bins. */
export interface BinOptions {
  /** Number of bins. */
  readonly bins: number;
  /** true: bins of (nearly) equal count over the sorted forecasts, equal forecasts kept together; false: equal width over [0, 1]. */
  readonly adaptive: boolean;
}

/** One bin with at least one row. */
export interface ReliabilityBin {
  /** Number of the bin from 0, by rising forecast. */
  readonly bin: number;
  readonly count: number;
  readonly meanPrediction: number;
  /** Share of rows whose outcome is 1. */
  readonly observedRate: number;
}

/** Murphy's split: Brier score = reliability - resolution + uncertainty. */
export interface MurphyDecomposition {
  readonly reliability: number;
  readonly resolution: number;
  readonly uncertainty: number;
}

/** The ECE that a perfectly calibrated forecaster would show on as many rows with the same forecasts. */
export interface CalibrationErrorFloor {
  readonly mean: number;
  /** 95th percentile over the simulations. */
  readonly upper: number;
}

/**
 * Bins that hold rows, in order. Equal-width bins are [k/n, (k+1)/n), the last one closed (numpy's convention).
 * @throws RangeError on fewer than one bin or differing lengths.
 */
export function reliabilityBins(y: ArrayLike<number>, p: ArrayLike<number>, options: BinOptions): ReliabilityBin[] {
  if (!Number.isInteger(options.bins) || options.bins < 1) throw new RangeError(`expected bins to be a whole number of at least 1, found ${options.bins}`);
  if (y.length !== p.length) throw new RangeError(`expected ${y.length} probabilities as there are outcomes, found ${p.length}`);
  const binOf = options.adaptive ? equalCountBins(p, options.bins) : equalWidthBins(p, options.bins);
  const count = new Float64Array(options.bins);
  const predictionSum = new Float64Array(options.bins);
  const outcomeSum = new Float64Array(options.bins);
  for (let i = 0; i < y.length; i++) {
    const bin = binOf[i]!;
    count[bin]! += 1;
    predictionSum[bin]! += p[i]!;
    outcomeSum[bin]! += y[i]!;
  }
  const bins: ReliabilityBin[] = [];
  for (let bin = 0; bin < options.bins; bin++) {
    const n = count[bin]!;
    if (n > 0) bins.push({ bin, count: n, meanPrediction: predictionSum[bin]! / n, observedRate: outcomeSum[bin]! / n });
  }
  return bins;
}

/** Sum over bins of count/n times |observed rate - mean forecast| (Naeini et al. 2015; Guo et al. 2017); NaN for no rows. */
export function expectedCalibrationError(y: ArrayLike<number>, p: ArrayLike<number>, options: BinOptions): number {
  if (y.length === 0) return Number.NaN;
  let sum = 0;
  for (const bin of reliabilityBins(y, p, options)) sum += bin.count * Math.abs(bin.observedRate - bin.meanPrediction);
  return sum / y.length;
}

/**
 * Murphy's (1973) decomposition over the distinct forecasts, so that it is exact: reliability - resolution +
 * uncertainty equals the Brier score up to rounding. NaN fields for no rows.
 */
export function murphyDecomposition(y: ArrayLike<number>, p: ArrayLike<number>): MurphyDecomposition {
  const n = y.length;
  let positives = 0;
  for (let i = 0; i < n; i++) positives += y[i]!;
  const base = positives / n;
  const order = ascendingOrder(p);
  let reliability = 0;
  let resolution = 0;
  for (let i = 0; i < n; ) {
    const value = p[order[i]!]!;
    const first = i;
    let outcomes = 0;
    for (; i < n && p[order[i]!]! === value; i++) outcomes += y[order[i]!]!;
    const count = i - first;
    reliability += count * (value - outcomes / count) ** 2;
    resolution += count * (outcomes / count - base) ** 2;
  }
  return { reliability: reliability / n, resolution: resolution / n, uncertainty: base * (1 - base) };
}

/**
 * Murphy's terms over bins, each bin one forecast at its mean: what continuous forecasts need, since distinct forecasts
 * have one row each. The sum differs from the Brier score by the spread inside the bins. NaN fields for no rows.
 */
export function binnedDecomposition(bins: readonly ReliabilityBin[]): MurphyDecomposition {
  const n = bins.reduce((sum, bin) => sum + bin.count, 0);
  const base = bins.reduce((sum, bin) => sum + bin.count * bin.observedRate, 0) / n;
  const average = (of: (bin: ReliabilityBin) => number): number => bins.reduce((sum, bin) => sum + bin.count * of(bin), 0) / n;
  return {
    reliability: average((bin) => (bin.meanPrediction - bin.observedRate) ** 2),
    resolution: average((bin) => (bin.observedRate - base) ** 2),
    uncertainty: base * (1 - base),
  };
}

/**
 * The floor of the ECE: outcomes are drawn from the forecasts themselves, `simulations` times, so every remaining error
 * is chance. NaN fields for no rows.
 */
export function calibrationErrorFloor(
  p: ArrayLike<number>,
  options: BinOptions & { readonly simulations: number; readonly seed: number },
): CalibrationErrorFloor {
  const random = makeRandom(options.seed);
  const errors = new Float64Array(options.simulations);
  const y = new Uint8Array(p.length);
  for (let s = 0; s < options.simulations; s++) {
    for (let i = 0; i < p.length; i++) y[i] = random.uniform() < p[i]! ? 1 : 0;
    errors[s] = expectedCalibrationError(y, p, options);
  }
  errors.sort();
  const mean = errors.reduce((sum, error) => sum + error, 0) / options.simulations;
  return { mean, upper: errors[Math.min(options.simulations - 1, Math.ceil(0.95 * options.simulations) - 1)]! };
}

function equalWidthBins(p: ArrayLike<number>, bins: number): Int32Array {
  const binOf = new Int32Array(p.length);
  for (let i = 0; i < p.length; i++) {
    let bin = Math.min(bins - 1, Math.max(0, Math.floor(p[i]! * bins)));
    // Edges are k/bins as doubles: p * bins may round across one.
    if (bin > 0 && p[i]! < bin / bins) bin--;
    else if (bin < bins - 1 && p[i]! >= (bin + 1) / bins) bin++;
    binOf[i] = bin;
  }
  return binOf;
}

function equalCountBins(p: ArrayLike<number>, bins: number): Int32Array {
  const order = ascendingOrder(p);
  const binOf = new Int32Array(p.length);
  for (let i = 0; i < order.length; i++) {
    const tied = i > 0 && p[order[i]!]! === p[order[i - 1]!]!;
    binOf[order[i]!] = tied ? binOf[order[i - 1]!]! : Math.floor((i * bins) / order.length);
  }
  return binOf;
}
