/** Donchian channel (Donchian 1960): where the close lies between the highest high and the lowest low, how wide they are, and a breakout beyond the bars before. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { averageTrueRange } from './average-true-range.js';
import { priceChannel } from './price-channel.js';
import { wilderWarmUp } from '../rolling/exponential-average.js';
import { rollingMaximum, rollingMinimum } from '../rolling/rolling-extreme.js';

/** How far the close lies above the highest high (positive) or below the lowest low (negative) of the `window` bars before, in average true ranges of 14 bars; else 0. */
export function channelBreakout(bars: Bars, window: number): Float64Array {
  const highest = rollingMaximum(bars.high, window);
  const lowest = rollingMinimum(bars.low, window);
  const range = averageTrueRange(bars, 14);
  const out = new Float64Array(range.length).fill(Number.NaN);
  for (let t = window; t < out.length; t++) {
    const beyond = Math.max(bars.close[t] - highest[t - 1], 0) + Math.min(bars.close[t] - lowest[t - 1], 0);
    out[t] = range[t] === 0 ? 0 : beyond / range[t];
  }
  return out;
}

const COMMON = { inputs: ['high', 'low', 'close'], source: 'Donchian 1960', set: 'all' } as const;

export const donchianFeatures: readonly Feature[] = [
  { ...COMMON, name: 'donchian_position_55', warmUp: 54, range: [0, 1], compute: (bars) => priceChannel(bars, 55, 'position') },
  { ...COMMON, name: 'donchian_width_20', warmUp: 19, range: [0, null], compute: (bars) => priceChannel(bars, 20, 'width') },
  { ...COMMON, name: 'donchian_breakout_20', warmUp: wilderWarmUp(14) + 1, range: [null, null], compute: (bars) => channelBreakout(bars, 20) },
];
