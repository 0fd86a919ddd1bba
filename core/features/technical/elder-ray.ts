/** Elder ray (Elder 1993): how far the bar's high and low reach beyond the average close, in average true ranges. */
import type { Feature } from '../feature.js';
import { averageTrueRange } from './average-true-range.js';
import { spanAverage, spanWarmUp, wilderWarmUp } from '../rolling/exponential-average.js';

const SPAN = 13;

const entry = (name: string, price: 'high' | 'low'): Feature => ({
  name: `${name}_${SPAN}`,
  inputs: ['high', 'low', 'close'],
  warmUp: Math.max(spanWarmUp(SPAN), wilderWarmUp(SPAN) + 1),
  range: [null, null],
  source: 'Elder 1993',
  set: 'all',
  compute: (bars) => {
    const out = spanAverage(bars.close, SPAN);
    const range = averageTrueRange(bars, SPAN);
    for (let t = 0; t < out.length; t++) out[t] = range[t] === 0 ? 0 : (bars[price][t] - out[t]) / range[t];
    return out;
  },
});

export const elderRayFeatures: readonly Feature[] = [entry('bull_power', 'high'), entry('bear_power', 'low')];
