/** Aroon (Chande 1995): how long ago the highest high and the lowest low of the last bars were. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { barsSinceMaximum, barsSinceMinimum } from '../rolling/rolling-extreme.js';

const WINDOW = 25;

/** 100 (window - bars since the highest high) / window over window + 1 bars, in [0, 100]; NaN for the first `window` bars. */
export function aroonUp(bars: Bars, window: number): Float64Array {
  return freshness(barsSinceMaximum(bars.high, window + 1), window);
}

/** The same for the lowest low. */
export function aroonDown(bars: Bars, window: number): Float64Array {
  return freshness(barsSinceMinimum(bars.low, window + 1), window);
}

/** Ages in bars, in place, as 100 (window - age) / window. */
function freshness(ages: Float64Array, window: number): Float64Array {
  for (let t = 0; t < ages.length; t++) ages[t] = (100 * (window - ages[t])) / window;
  return ages;
}

export const aroonFeatures: readonly Feature[] = [
  {
    name: `aroon_oscillator_${WINDOW}`,
    inputs: ['high', 'low'],
    warmUp: WINDOW,
    range: [-100, 100],
    source: 'Chande 1995',
    set: 'basic',
    compute: (bars) => {
      const out = aroonUp(bars, WINDOW);
      const down = aroonDown(bars, WINDOW);
      for (let t = 0; t < out.length; t++) out[t] -= down[t];
      return out;
    },
  },
  {
    name: `aroon_up_${WINDOW}`,
    inputs: ['high'],
    warmUp: WINDOW,
    range: [0, 100],
    source: 'Chande 1995',
    set: 'all',
    compute: (bars) => aroonUp(bars, WINDOW),
  },
  {
    name: `aroon_down_${WINDOW}`,
    inputs: ['low'],
    warmUp: WINDOW,
    range: [0, 100],
    source: 'Chande 1995',
    set: 'all',
    compute: (bars) => aroonDown(bars, WINDOW),
  },
];
