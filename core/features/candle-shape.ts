/** Shape of the bar: where it closed in its range, and how much of the range its body and upper wick take (Nison 1991). */
import type { Bars } from '../data/bars.js';
import type { Feature, FeatureSet } from './feature.js';

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

const entry = (name: string, set: FeatureSet, range: readonly [number, number], compute: (bars: Bars) => Float64Array): Feature => ({
  name, inputs: ['open', 'high', 'low', 'close'], warmUp: 0, range, source: 'Nison 1991', set, compute,
});

export const candleShapeFeatures: readonly Feature[] = [
  entry('close_location', 'basic', [0, 1], closeLocation),
  entry('candle_body', 'all', [-1, 1], candleBody),
];
