/** Whether two strategies on the same bars differ in their Sharpe ratio. */
import type { Abort } from '../abort.js';
import { neweyWest } from '../stats/autocovariance.js';
import { stationaryBootstrap } from '../stats/block-bootstrap.js';
import { mean } from '../stats/moments.js';
import { quantile } from '../stats/quantile.js';
import type { Random } from '../stats/random.js';

export interface SharpeDifference {
  /** Second minus first, per period (standard deviations with divisor n). */
  readonly difference: number;
  /** Standard error by the delta method with Newey-West weights. */
  readonly standardError: number;
  /** Symmetric studentised bootstrap interval. */
  readonly low: number;
  readonly high: number;
  /** Two-sided. */
  readonly pValue: number;
}

export interface SharpeDifferenceOptions {
  readonly paths: number;
  /** Mean block of the stationary bootstrap, at least 1. */
  readonly meanBlock: number;
  /** Confidence of the interval, for example 0.95. */
  readonly confidence: number;
  readonly random: Random;
  readonly signal?: Abort;
}

/**
 * The difference of two paired return series' Sharpe ratios with a studentised stationary bootstrap: pairs are drawn
 * together. Null where a series, or their difference in the delta method, does not vary: there is nothing to compare.
 * Source: Ledoit and Wolf (2008), Robust performance hypothesis testing with the Sharpe ratio.
 * @throws RangeError for series of different length
 */
export function sharpeDifference(first: Float64Array, second: Float64Array, options: SharpeDifferenceOptions): SharpeDifference | null {
  if (first.length !== second.length) throw new RangeError(`expected two series of one length, found ${first.length} and ${second.length}`);
  const lag = Math.max(1, Math.ceil(options.meanBlock));
  const observed = estimate(first, second, lag);
  if (observed === null) return null;
  const n = first.length;
  const indices = new Int32Array(n);
  const drawnFirst = new Float64Array(n);
  const drawnSecond = new Float64Array(n);
  const distances = new Float64Array(options.paths);
  for (let path = 0; path < options.paths; path++) {
    if (path % 64 === 0) options.signal?.throwIfAborted();
    stationaryBootstrap(indices, n, options.meanBlock, options.random);
    for (let i = 0; i < n; i++) {
      drawnFirst[i] = first[indices[i]!]!;
      drawnSecond[i] = second[indices[i]!]!;
    }
    const drawn = estimate(drawnFirst, drawnSecond, lag);
    // A sample in which a ratio cannot be computed speaks against certainty, so it counts as the farthest.
    distances[path] = drawn === null ? Number.MAX_VALUE : Math.abs(drawn.difference - observed.difference) / drawn.standardError;
  }
  const distance = Math.abs(observed.difference) / observed.standardError;
  const margin = quantile(distances, options.confidence) * observed.standardError;
  return {
    ...observed,
    low: observed.difference - margin,
    high: observed.difference + margin,
    pValue: (1 + distances.filter((value) => value >= distance).length) / (1 + options.paths),
  };
}

function estimate(first: Float64Array, second: Float64Array, lag: number): { difference: number; standardError: number } | null {
  const a = sharpeInfluence(first);
  const b = sharpeInfluence(second);
  if (a === null || b === null) return null;
  const influence = b.influence.map((value, i) => value - a.influence[i]!);
  const standardError = Math.sqrt(neweyWest(influence, lag) / influence.length);
  return standardError > 0 ? { difference: b.ratio - a.ratio, standardError } : null;
}

/** A series' Sharpe ratio, and how much each return moves it: the gradient in (mean, mean square) times the centred pair. */
function sharpeInfluence(returns: Float64Array): { ratio: number; influence: Float64Array } | null {
  const centre = mean(returns);
  let square = 0;
  for (let i = 0; i < returns.length; i++) square += returns[i]! * returns[i]!;
  square /= returns.length;
  const spread = square - centre * centre;
  if (!(spread > 1e-30)) return null;
  const cube = spread ** 1.5;
  return {
    ratio: centre / Math.sqrt(spread),
    influence: returns.map((value) => (square * (value - centre) - 0.5 * centre * (value * value - square)) / cube),
  };
}
