/** Bars' ranges among themselves: mass index (Dorsey 1992), choppiness (Dreiss, in Kaufman 2013), true range over its average. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { averageTrueRange, trueRange } from './average-true-range.js';
import { spanAverage, spanWarmUp, wilderWarmUp } from '../rolling/exponential-average.js';
import { rollingMaximum, rollingMinimum } from '../rolling/rolling-extreme.js';
import { rollingSum } from '../rolling/rolling-sum.js';

/** Sum over `window` bars of EMA(range) / EMA(EMA(range)) of `span`; a bar counts 1 where the range was 0 all along; NaN until full. */
export function massIndex(bars: Bars, span: number, window: number): Float64Array {
  const range = new Float64Array(bars.close.length);
  for (let t = 0; t < range.length; t++) range[t] = bars.high[t] - bars.low[t];
  const once = spanAverage(range, span);
  const twice = spanAverage(once, span);
  for (let t = 0; t < twice.length; t++) twice[t] = twice[t] === 0 ? 1 : once[t] / twice[t];
  return rollingSum(twice, window);
}

/** 100 log(sum of true ranges / (highest high - lowest low)) / log(window), about 100 where the price goes nowhere; 100 where it stood still; NaN for the first `window` bars. */
export function choppiness(bars: Bars, window: number): Float64Array {
  const out = rollingSum(trueRange(bars), window);
  const highest = rollingMaximum(bars.high, window);
  const lowest = rollingMinimum(bars.low, window);
  for (let t = 0; t < out.length; t++) {
    const span = highest[t] - lowest[t];
    if (!Number.isNaN(out[t])) out[t] = span === 0 ? 100 : Math.max(0, (100 * Math.log(out[t] / span)) / Math.log(window));
  }
  return out;
}

/** True range / average true range of the bars before; 1 where those had no range; NaN for the first window + 1 bars. */
export function rangeExpansion(bars: Bars, window: number): Float64Array {
  const range = trueRange(bars);
  const average = averageTrueRange(bars, window);
  for (let t = range.length - 1; t > 0; t--) range[t] = average[t - 1] === 0 ? 1 : range[t] / average[t - 1];
  return range;
}

export const rangeExpansionFeatures: readonly Feature[] = [
  {
    name: 'mass_index_9_25',
    inputs: ['high', 'low'],
    warmUp: 2 * spanWarmUp(9) + 24,
    range: [0, null],
    source: 'Dorsey 1992',
    set: 'all',
    compute: (bars) => massIndex(bars, 9, 25),
  },
  {
    name: 'choppiness_14',
    inputs: ['high', 'low', 'close'],
    warmUp: 14,
    range: [0, null],
    source: 'Dreiss, in Kaufman 2013',
    set: 'all',
    compute: (bars) => choppiness(bars, 14),
  },
  {
    name: 'range_expansion_14',
    inputs: ['high', 'low', 'close'],
    warmUp: wilderWarmUp(14) + 2,
    range: [0, null],
    source: 'Crabel 1990',
    set: 'all',
    compute: (bars) => rangeExpansion(bars, 14),
  },
];
