/** Resampled histories of a return series by the stationary bootstrap, each reduced to three figures. */
import type { Abort } from '../abort.js';
import { stationaryBootstrap } from '../stats/block-bootstrap.js';
import type { Random } from '../stats/random.js';

/** One entry a path. */
export interface PathFigures {
  readonly totalReturn: Float64Array;
  /** Deepest fall from the highest equity so far, as a fraction, 0 or above. */
  readonly maxDrawdown: Float64Array;
  /** Mean over standard deviation (ddof 1) of a period's return; NaN for a path that does not vary. */
  readonly sharpe: Float64Array;
}

export interface BootstrapOptions {
  readonly paths: number;
  /** Mean block of the stationary bootstrap, at least 1. */
  readonly meanBlock: number;
  readonly random: Random;
  readonly signal?: Abort;
}

/**
 * Figures of `paths` histories as long as `returns` (simple, a period each). What is assumed: the returns are stationary
 * and independent beyond a block; nothing is said of markets that the sample has not seen.
 * @throws RangeError for no return
 */
export function bootstrapPaths(returns: Float64Array, options: BootstrapOptions): PathFigures {
  const { paths, random } = options;
  const indices = new Int32Array(returns.length);
  const out = { totalReturn: new Float64Array(paths), maxDrawdown: new Float64Array(paths), sharpe: new Float64Array(paths) };
  for (let path = 0; path < paths; path++) {
    if (path % 256 === 0) options.signal?.throwIfAborted();
    stationaryBootstrap(indices, returns.length, options.meanBlock, random);
    let equity = 1;
    let peak = 1;
    let drawdown = 0;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < indices.length; i++) {
      const value = returns[indices[i]!]!;
      equity *= 1 + value;
      sum += value;
      squares += value * value;
      if (equity > peak) peak = equity;
      else if (1 - equity / peak > drawdown) drawdown = 1 - equity / peak;
    }
    const n = indices.length;
    const spread = (squares - (sum * sum) / n) / (n - 1);
    out.totalReturn[path] = equity - 1;
    out.maxDrawdown[path] = drawdown;
    out.sharpe[path] = spread > 0 ? sum / n / Math.sqrt(spread) : Number.NaN;
  }
  return out;
}
