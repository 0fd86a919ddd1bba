/** Rises against falls: share of rising bars (Papailias, Liu and Thomakos 2021), the largest return (Bali, Cakici and Whitelaw 2011), and the price's score. */
import type { Feature } from '../feature.js';
import { logReturns } from './log-return.js';
import { realizedVolatility } from '../volatility/realized-volatility.js';
import { rollingMaximum } from '../rolling/rolling-extreme.js';
import { rollingScore } from '../rolling/rolling-variance.js';
import { rollingMeanInPlace } from '../rolling/rolling-sum.js';

/** (rising - falling bars) / bars of the last `window` changes, in [-1, 1]; NaN for the first `window` bars. */
export function returnSigns(close: Float64Array, window: number): Float64Array {
  const signs = new Float64Array(close.length).fill(Number.NaN, 0, 1);
  for (let t = 1; t < signs.length; t++) signs[t] = Math.sign(close[t] - close[t - 1]);
  return rollingMeanInPlace(signs, window);
}

/** Largest log return of the last `window` / their root mean square, at most sqrt(window); 0 where the price stood still; NaN for the first `window` bars. */
export function largestReturn(close: Float64Array, window: number): Float64Array {
  const out = rollingMaximum(logReturns(close), window);
  const size = realizedVolatility(close, window);
  for (let t = 0; t < out.length; t++) out[t] = size[t] === 0 ? 0 : out[t] / size[t];
  return out;
}

/** A value of n differs from their mean by at most (n - 1) / sqrt(n) sample deviations. */
const SCORE_BOUND = 63 / Math.sqrt(64);

const COMMON = { inputs: ['close'], set: 'all' } as const;

export const returnAsymmetryFeatures: readonly Feature[] = [
  {
    ...COMMON,
    name: 'return_signs_32',
    warmUp: 32,
    range: [-1, 1],
    source: 'Papailias, Liu and Thomakos 2021',
    compute: (bars) => returnSigns(bars.close, 32),
  },
  {
    ...COMMON,
    name: 'largest_return_64',
    warmUp: 64,
    range: [-8, 8],
    source: 'Bali, Cakici and Whitelaw 2011',
    compute: (bars) => largestReturn(bars.close, 64),
  },
  {
    ...COMMON,
    name: 'price_score_64',
    warmUp: 63,
    range: [-SCORE_BOUND, SCORE_BOUND],
    source: 'Poterba and Summers 1988',
    compute: (bars) => rollingScore(bars.close, 64),
  },
];
