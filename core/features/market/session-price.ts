/** The close against the volume-weighted price since midnight UTC (Berkowitz, Logue and Noser 1988), and against the day's open. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';

const DAY_MS = 86_400_000;

/**
 * Calls back at every bar of a UTC day whose beginning the series shows, with the day's first bar: one that opens at midnight, or
 * comes after a bar of an earlier day.
 */
function eachSessionBar(bars: Bars, visit: (t: number, first: number) => void): void {
  let first = -1;
  for (let t = 0; t < bars.openTimeMs.length; t++) {
    const open = bars.openTimeMs[t];
    const isNewDay = t > 0 && Math.floor(open / DAY_MS) !== Math.floor(bars.openTimeMs[t - 1] / DAY_MS);
    if (isNewDay || open % DAY_MS === 0) first = t;
    if (first >= 0) visit(t, first);
  }
}

/** close / VWAP since midnight UTC - 1, typical prices; 0 before the day's first volume; NaN on a day whose beginning is not in the series. */
export function sessionDistance(bars: Bars): Float64Array {
  const out = new Float64Array(bars.close.length).fill(Number.NaN);
  let value = 0;
  let volume = 0;
  eachSessionBar(bars, (t, first) => {
    if (t === first) {
      value = 0;
      volume = 0;
    }
    value += (bars.volume[t] * (bars.high[t] + bars.low[t] + bars.close[t])) / 3;
    volume += bars.volume[t];
    out[t] = volume === 0 ? 0 : (bars.close[t] * volume) / value - 1;
  });
  return out;
}

/** close / first open since midnight UTC - 1; NaN as sessionDistance. */
export function sessionReturn(bars: Bars): Float64Array {
  const out = new Float64Array(bars.close.length).fill(Number.NaN);
  eachSessionBar(bars, (t, first) => {
    out[t] = bars.close[t] / bars.open[first] - 1;
  });
  return out;
}

// After a day the beginning of the bar's own day lies in the series.
const COMMON = { warmUp: 0, warmUpMs: DAY_MS, range: [-1, null], set: 'all' } as const;

export const sessionPriceFeatures: readonly Feature[] = [
  {
    ...COMMON,
    name: 'session_vwap_distance',
    inputs: ['openTimeMs', 'high', 'low', 'close', 'volume'],
    source: 'Berkowitz, Logue and Noser 1988',
    compute: sessionDistance,
  },
  { ...COMMON, name: 'session_return', inputs: ['openTimeMs', 'open', 'close'], source: 'Heston, Korajczyk and Sadka 2010', compute: sessionReturn },
];
