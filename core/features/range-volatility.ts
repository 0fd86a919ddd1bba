/** Volatility from the bars' ranges: Parkinson (1980), Garman and Klass (1980), Rogers and Satchell (1991). */
import type { Bars } from '../data/bars.js';
import type { Feature } from './feature.js';
import { rollingMean } from './rolling-sum.js';

/** sqrt(mean ln(H/L)^2 / (4 ln 2)) over `window` bars, per bar; NaN for the first window - 1 bars. */
export function parkinsonVolatility(bars: Bars, window: number): Float64Array {
  const squares = bars.high.map((high, t) => Math.log(high / bars.low[t]) ** 2);
  return rollingMean(squares, window).map((mean) => Math.sqrt(mean / (4 * Math.LN2)));
}

/** sqrt(mean(ln(H/L)^2 / 2 - (2 ln 2 - 1) ln(C/O)^2)) over `window` bars, per bar, never negative under the root; NaN as above. */
export function garmanKlassVolatility(bars: Bars, window: number): Float64Array {
  const terms = bars.high.map((high, t) => Math.log(high / bars.low[t]) ** 2 / 2 - (2 * Math.LN2 - 1) * Math.log(bars.close[t] / bars.open[t]) ** 2);
  return rollingMean(terms, window).map((mean) => Math.sqrt(Math.max(mean, 0)));
}

/** ln(H/C) ln(H/O) + ln(L/C) ln(L/O), one term a bar: a variance free of drift. */
export function rogersSatchellTerms(bars: Bars): Float64Array {
  const { open, high, low, close } = bars;
  return high.map((top, t) => Math.log(top / close[t]) * Math.log(top / open[t]) + Math.log(low[t] / close[t]) * Math.log(low[t] / open[t]));
}

/** Root of the mean Rogers-Satchell term over `window` bars, per bar; NaN for the first window - 1 bars. */
export function rogersSatchellVolatility(bars: Bars, window: number): Float64Array {
  return rollingMean(rogersSatchellTerms(bars), window).map(Math.sqrt);
}

const WINDOW = 20;
const COMMON = { inputs: ['open', 'high', 'low', 'close'], warmUp: WINDOW - 1, range: [0, null] } as const;

export const rangeVolatilityFeatures: readonly Feature[] = [
  { ...COMMON, name: `parkinson_${WINDOW}`, source: 'Parkinson 1980', set: 'basic', compute: (bars) => parkinsonVolatility(bars, WINDOW) },
  { ...COMMON, name: `garman_klass_${WINDOW}`, source: 'Garman and Klass 1980', set: 'basic', compute: (bars) => garmanKlassVolatility(bars, WINDOW) },
  { ...COMMON, name: `rogers_satchell_${WINDOW}`, source: 'Rogers and Satchell 1991', set: 'all', compute: (bars) => rogersSatchellVolatility(bars, WINDOW) },
];
