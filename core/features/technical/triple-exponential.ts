/** Averages that take the lag out of the exponential one (Mulloy 1994: DEMA, TEMA), and the change of the triple one (Hutson 1983: TRIX). */
import type { Feature } from '../feature.js';
import { ratioLessOne } from './moving-average.js';
import { spanAverage, spanAverageInPlace, spanWarmUp } from '../rolling/exponential-average.js';

/** 2 EMA - EMA of EMA; NaN for the first 2 (span - 1) bars. */
export function doubleAverage(values: Float64Array, span: number): Float64Array {
  const first = spanAverage(values, span);
  const out = spanAverage(first, span);
  for (let t = 0; t < out.length; t++) out[t] = 2 * first[t] - out[t];
  return out;
}

/** 3 EMA - 3 EMA of EMA + EMA of that; NaN for the first 3 (span - 1) bars. */
export function tripleAverage(values: Float64Array, span: number): Float64Array {
  const first = spanAverage(values, span);
  const second = spanAverage(first, span);
  const out = spanAverage(second, span);
  for (let t = 0; t < out.length; t++) out[t] += 3 * (first[t] - second[t]);
  return out;
}

/** 100 (E(t) / E(t-1) - 1) of the triply smoothed price E; NaN for the first 3 (span - 1) + 1 bars. */
export function tripleChange(values: Float64Array, span: number): Float64Array {
  const smooth = spanAverageInPlace(spanAverageInPlace(spanAverage(values, span), span), span);
  let last = Number.NaN;
  for (let t = 0; t < smooth.length; t++) {
    const value = smooth[t];
    smooth[t] = 100 * (value / last - 1);
    last = value;
  }
  return smooth;
}

const COMMON = { inputs: ['close'], set: 'all' } as const;

export const tripleExponentialFeatures: readonly Feature[] = [
  {
    ...COMMON,
    name: 'dema_ratio_21',
    warmUp: 2 * spanWarmUp(21),
    range: [null, null],
    source: 'Mulloy 1994',
    compute: (bars) => ratioLessOne(bars.close, doubleAverage(bars.close, 21)),
  },
  {
    ...COMMON,
    name: 'tema_ratio_21',
    warmUp: 3 * spanWarmUp(21),
    range: [null, null],
    source: 'Mulloy 1994',
    compute: (bars) => ratioLessOne(bars.close, tripleAverage(bars.close, 21)),
  },
  {
    ...COMMON,
    name: 'trix_15',
    warmUp: 3 * spanWarmUp(15) + 1,
    range: [-100, null],
    source: 'Hutson 1983',
    compute: (bars) => tripleChange(bars.close, 15),
  },
];
