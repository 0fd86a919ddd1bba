/** Force index (Elder 1993) and ease of movement (Arms, in Achelis 2000): how much volume a price change took. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { averageTrueRange } from './average-true-range.js';
import { spanAverage, spanWarmUp, wilderWarmUp } from '../rolling/exponential-average.js';
import { rollingMean } from '../rolling/rolling-sum.js';

/** EMA of change times volume, in average true ranges times average volume of the same span; 0 where those are 0; NaN for the first `span` bars. */
export function forceIndex(bars: Bars, span: number): Float64Array {
  const { close, volume } = bars;
  const force = new Float64Array(close.length).fill(Number.NaN);
  for (let t = 1; t < force.length; t++) force[t] = (close[t] - close[t - 1]) * volume[t];
  const out = spanAverage(force, span);
  const range = averageTrueRange(bars, span);
  const amount = spanAverage(volume, span);
  for (let t = 0; t < out.length; t++) {
    const scale = range[t] * amount[t];
    out[t] = scale === 0 ? 0 : out[t] / scale;
  }
  return out;
}

/**
 * Mean over `window` bars of (change of the bar's middle / close)(range / close) / (volume / mean volume of the window), times 1e4; 0 for
 * a bar without volume; NaN for the first `window` bars.
 */
export function easeOfMovement(bars: Bars, window: number): Float64Array {
  const { high, low, close, volume } = bars;
  const usual = rollingMean(volume, window);
  const ease = new Float64Array(close.length).fill(Number.NaN);
  for (let t = 1; t < ease.length; t++) {
    const rise = (high[t] + low[t] - high[t - 1] - low[t - 1]) / (2 * close[t]);
    ease[t] = volume[t] === 0 ? 0 * usual[t] : (1e4 * rise * (high[t] - low[t]) * usual[t]) / (close[t] * volume[t]);
  }
  return rollingMean(ease, window);
}

export const forceIndexFeatures: readonly Feature[] = [
  {
    name: 'force_index_13',
    inputs: ['high', 'low', 'close', 'volume'],
    warmUp: Math.max(spanWarmUp(13), wilderWarmUp(13)) + 1,
    range: [null, null],
    source: 'Elder 1993',
    set: 'all',
    compute: (bars) => forceIndex(bars, 13),
  },
  {
    name: 'ease_of_movement_14',
    inputs: ['high', 'low', 'close', 'volume'],
    warmUp: 26,
    range: [null, null],
    source: 'Arms, in Achelis 2000',
    set: 'all',
    compute: (bars) => easeOfMovement(bars, 14),
  },
];
