/** Shape of the bar: where it closed in its range, and how much of the range its body and upper wick take (Nison 1991). */
import type { Bars } from '../data/bars.js';
import type { Feature } from './feature.js';

type Part = (bars: Bars, t: number, range: number) => number;

function shape(bars: Bars, atRest: number, part: Part): Float64Array {
  return bars.high.map((high, t) => (high === bars.low[t] ? atRest : part(bars, t, high - bars.low[t])));
}

/** (close - low) / (high - low) in [0, 1]; 0.5 in a bar without range. */
export function closeLocation(bars: Bars): Float64Array {
  return shape(bars, 0.5, ({ close, low }, t, range) => (close[t] - low[t]) / range);
}

/** (close - open) / (high - low) in [-1, 1]; 0 in a bar without range. */
export function candleBody(bars: Bars): Float64Array {
  return shape(bars, 0, ({ close, open }, t, range) => (close[t] - open[t]) / range);
}

export const candleShapeFeatures: readonly Feature[] = [
  { name: 'close_location', inputs: ['high', 'low', 'close'], warmUp: 0, range: [0, 1], source: 'Nison 1991', set: 'basic', compute: closeLocation },
  { name: 'candle_body', inputs: ['open', 'high', 'low', 'close'], warmUp: 0, range: [-1, 1], source: 'Nison 1991', set: 'all', compute: candleBody },
];
