/** Parabolic stop and reverse (Wilder 1978, section II): the close's distance from the stop. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import type { Recursion } from '../rolling/bounded-recursion.js';
import { boundedRecursion } from '../rolling/bounded-recursion.js';

const STEP = 0.02;
const LARGEST = 0.2;
const WINDOW = 256;

interface Stop {
  isLong: boolean;
  /** The stop that held during the last bar. */
  held: number;
  /** The one for the next bar. */
  next: number;
  extreme: number;
  factor: number;
}

/**
 * The stop that holds during each bar, in price units: long first unless the low fell by more than the high rose, begun at the first bar's
 * extreme. Followed from the beginning that bounded-recursion.ts chooses; at reversals it forgets it. NaN for the first 2 WINDOW - 1 bars.
 */
export function parabolicStop(bars: Bars): Float64Array {
  const out = new Float64Array(bars.close.length).fill(Number.NaN);
  boundedRecursion(stopRecursion(bars), { high: bars.high, first: 0, window: WINDOW }, (t, { held }) => {
    out[t] = held;
  });
  return out;
}

function stopRecursion({ high, low }: Bars): Recursion<Stop> {
  return {
    create: () => ({ isLong: true, held: 0, next: 0, extreme: 0, factor: STEP }),
    begin: (stop, start) => {
      const rise = high[start + 1] - high[start];
      const fall = low[start] - low[start + 1];
      stop.isLong = !(fall > rise && fall > 0);
      stop.next = stop.isLong ? low[start] : high[start];
      stop.extreme = stop.isLong ? high[start + 1] : low[start + 1];
      stop.factor = STEP;
    },
    step: (stop, t) => {
      const isHit = stop.isLong ? low[t] <= stop.next : high[t] >= stop.next;
      if (isHit) reverse(stop, t);
      else follow(stop, t);
      const next = stop.held + stop.factor * (stop.extreme - stop.held);
      stop.next = stop.isLong ? Math.min(next, low[t], low[t - 1]) : Math.max(next, high[t], high[t - 1]);
    },
    copy: (from, to) => {
      to.isLong = from.isLong;
      to.next = from.next;
      to.extreme = from.extreme;
      to.factor = from.factor;
    },
    isSame: (a, b) => a.next === b.next && a.extreme === b.extreme && a.factor === b.factor && a.isLong === b.isLong,
  };

  function reverse(stop: Stop, t: number): void {
    stop.isLong = !stop.isLong;
    stop.held = stop.isLong ? Math.min(stop.extreme, low[t], low[t - 1]) : Math.max(stop.extreme, high[t], high[t - 1]);
    stop.extreme = stop.isLong ? high[t] : low[t];
    stop.factor = STEP;
  }

  function follow(stop: Stop, t: number): void {
    stop.held = stop.next;
    const isBeyond = stop.isLong ? high[t] > stop.extreme : low[t] < stop.extreme;
    if (!isBeyond) return;
    stop.extreme = stop.isLong ? high[t] : low[t];
    stop.factor = Math.min(stop.factor + STEP, LARGEST);
  }
}

export const parabolicStopFeatures: readonly Feature[] = [
  {
    name: 'parabolic_stop_distance',
    inputs: ['high', 'low', 'close'],
    warmUp: 2 * WINDOW - 1,
    range: [null, 1],
    source: 'Wilder 1978',
    set: 'all',
    compute: (bars) => {
      const out = parabolicStop(bars);
      for (let t = 0; t < out.length; t++) out[t] = 1 - out[t] / bars.close[t];
      return out;
    },
  },
];
