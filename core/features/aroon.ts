/** Aroon (Chande 1995): how long ago the highest high and the lowest low of the last bars were. */
import type { Bars } from '../data/bars.js';
import type { Feature } from './feature.js';
import { barsSinceMaximum, barsSinceMinimum } from './rolling-extreme.js';

const WINDOW = 25;

/** 100 (window - bars since the highest high) / window over window + 1 bars, in [0, 100]; NaN for the first `window` bars. */
export function aroonUp(bars: Bars, window: number): Float64Array {
  return barsSinceMaximum(bars.high, window + 1).map((age) => (100 * (window - age)) / window);
}

/** The same for the lowest low. */
export function aroonDown(bars: Bars, window: number): Float64Array {
  return barsSinceMinimum(bars.low, window + 1).map((age) => (100 * (window - age)) / window);
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
      const down = aroonDown(bars, WINDOW);
      return aroonUp(bars, WINDOW).map((up, t) => up - down[t]);
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
];
