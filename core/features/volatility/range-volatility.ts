/** Volatility from the bars' ranges: Parkinson (1980), Garman and Klass (1980), Rogers and Satchell (1991). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { logRatio } from '../rolling/log-ratio.js';
import { rollingMeanInPlace } from '../rolling/rolling-sum.js';

/** ln(H/L)^2 of a walk without drift is 4 ln 2 times its variance. */
const PARKINSON = 1 / (4 * Math.LN2);

/** sqrt(mean ln(H/L)^2 / (4 ln 2)) over `window` bars, per bar; NaN for the first window - 1 bars. */
export function parkinsonVolatility(bars: Bars, window: number): Float64Array {
  const { high, low } = bars;
  const squares = new Float64Array(high.length);
  for (let t = 0; t < squares.length; t++) {
    const range = logRatio(high[t], low[t]);
    squares[t] = range * range * PARKINSON;
  }
  return rootMean(squares, window);
}

/** sqrt(mean(ln(H/L)^2 / 2 - (2 ln 2 - 1) ln(C/O)^2)) over `window` bars, per bar, never negative under the root; NaN as above. */
export function garmanKlassVolatility(bars: Bars, window: number): Float64Array {
  const { open, high, low, close } = bars;
  const terms = new Float64Array(high.length);
  for (let t = 0; t < terms.length; t++) {
    const range = logRatio(high[t], low[t]);
    const move = logRatio(close[t], open[t]);
    terms[t] = (range * range) / 2 - (2 * Math.LN2 - 1) * move * move;
  }
  return rootMean(terms, window);
}

/** ln(H/C) ln(H/O) + ln(L/C) ln(L/O) from the bar's logs over its open: a variance free of drift. */
export function rogersSatchellTerm(high: number, low: number, close: number): number {
  return high * (high - close) + low * (low - close);
}

function rogersSatchellTerms(bars: Bars): Float64Array {
  const { open, high, low, close } = bars;
  const out = new Float64Array(close.length);
  for (let t = 0; t < out.length; t++) {
    out[t] = rogersSatchellTerm(logRatio(high[t], open[t]), logRatio(low[t], open[t]), logRatio(close[t], open[t]));
  }
  return out;
}

/** Root of the mean Rogers-Satchell term over `window` bars, per bar; NaN for the first window - 1 bars. */
export function rogersSatchellVolatility(bars: Bars, window: number): Float64Array {
  return rootMean(rogersSatchellTerms(bars), window);
}

/** Root of the mean over `window` bars, written over the values, 0 where rounding leaves a mean below 0. */
function rootMean(values: Float64Array, window: number): Float64Array {
  const out = rollingMeanInPlace(values, window);
  for (let t = 0; t < out.length; t++) out[t] = Math.sqrt(Math.max(out[t], 0));
  return out;
}

const WINDOW = 20;
const COMMON = { inputs: ['open', 'high', 'low', 'close'], warmUp: WINDOW - 1, range: [0, null] } as const;

export const rangeVolatilityFeatures: readonly Feature[] = [
  { ...COMMON, name: `parkinson_${WINDOW}`, source: 'Parkinson 1980', set: 'basic', compute: (bars) => parkinsonVolatility(bars, WINDOW) },
  { ...COMMON, name: `garman_klass_${WINDOW}`, source: 'Garman and Klass 1980', set: 'basic', compute: (bars) => garmanKlassVolatility(bars, WINDOW) },
  { ...COMMON, name: `rogers_satchell_${WINDOW}`, source: 'Rogers and Satchell 1991', set: 'all', compute: (bars) => rogersSatchellVolatility(bars, WINDOW) },
];
