/** Jumps among the bars' own returns: bipower against realised variation (Barndorff-Nielsen and Shephard 2004). */
import type { Feature } from '../feature.js';
import { logReturns } from '../market/log-return.js';
import { rollingSumInPlace } from '../rolling/rolling-sum.js';

/**
 * max(0, 1 - bipower / realised variation) of the log returns of `window` bars in [0, 1], the bipower sum of window - 1 products
 * scaled by pi / 2 and window / (window - 1); 0 where the price stood still. NaN for the first `window` bars.
 */
export function barJumpShare(close: Float64Array, window: number): Float64Array {
  const out = logReturns(close);
  const products = new Float64Array(out.length);
  let last = Number.NaN;
  for (let t = 0; t < out.length; t++) {
    const change = out[t];
    products[t] = Math.abs(change * last);
    out[t] = change * change;
    last = change;
  }
  rollingSumInPlace(products, window - 1);
  rollingSumInPlace(out, window);
  const scale = ((Math.PI / 2) * window) / (window - 1);
  for (let t = 0; t < out.length; t++) out[t] = out[t] === 0 ? 0 : Math.max(0, 1 - (scale * products[t]) / out[t]);
  return out;
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
