/** Jumps among the bars' own returns: bipower against realised variation (Barndorff-Nielsen and Shephard 2004). */
import type { Feature } from '../feature.js';
import { logReturns } from '../market/log-return.js';
import { lagged } from '../rolling/lagged.js';
import { rollingSum } from '../rolling/rolling-sum.js';

/**
 * max(0, 1 - bipower / realised variation) of the log returns of `window` bars in [0, 1], the bipower sum of window - 1 products
 * scaled by pi / 2 and window / (window - 1); 0 where the price stood still. NaN for the first `window` bars.
 */
export function barJumpShare(close: Float64Array, window: number): Float64Array {
  const returns = logReturns(close);
  const before = lagged(returns, 1);
  const products = rollingSum(
    returns.map((value, t) => Math.abs(value * before[t])),
    window - 1,
  );
  const squares = rollingSum(
    returns.map((value) => value * value),
    window,
  );
  const scale = ((Math.PI / 2) * window) / (window - 1);
  return squares.map((total, t) => (total === 0 ? 0 : Math.max(0, 1 - (scale * products[t]) / total)));
}

export const barJumpFeatures: readonly Feature[] = [
  {
    name: 'bar_jump_share_32',
    inputs: ['close'],
    warmUp: 32,
    range: [0, 1],
    source: 'Barndorff-Nielsen and Shephard 2004',
    set: 'all',
    compute: (bars) => barJumpShare(bars.close, 32),
  },
];
