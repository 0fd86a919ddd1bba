/** The first of three barriers that a price path meets: an upper price, a lower price, and a deadline. */
import type { Bars } from '../data/bars.js';

export interface Barriers {
  readonly upper: number;
  readonly lower: number;
  /** Which of the two is the stop: it is assumed first where a bar meets both, and fills at the bar's open where that lies beyond it. */
  readonly stop: 'upper' | 'lower';
  /** Close of the last bar that counts. */
  readonly deadlineMs: number;
}

export interface Touch {
  /** 1 upper, -1 lower, 0 the deadline. */
  readonly barrier: 1 | -1 | 0;
  /** The barrier; for a stop that the bar opened beyond, that open; at the deadline the last close by then. */
  readonly price: number;
  /** When it is known: close of the bar that met the barrier, or the deadline. */
  readonly endMs: number;
}

/**
 * The first touch in bars `fromBar` and later by highs and lows (reaching a barrier is meeting it); null while it is not known:
 * no barrier met and no bar that closes at or after the deadline yet, or no bar at all within the time (a gap).
 */
export function firstTouch(bars: Bars, fromBar: number, barriers: Barriers): Touch | null {
  const { high, low, closeTimeMs } = bars;
  const { upper, lower, deadlineMs } = barriers;
  let bar = fromBar;
  for (; bar < closeTimeMs.length && closeTimeMs[bar] <= deadlineMs; bar++) {
    if (high[bar] < upper && low[bar] > lower) continue;
    return meet(bars, bar, barriers);
  }
  const isKnown = bar > fromBar && (bar < closeTimeMs.length || closeTimeMs[bar - 1] === deadlineMs);
  return isKnown ? { barrier: 0, price: bars.close[bar - 1], endMs: deadlineMs } : null;
}

function meet(bars: Bars, bar: number, { upper, lower, stop }: Barriers): Touch {
  const meetsUpper = bars.high[bar] >= upper;
  const meetsLower = bars.low[bar] <= lower;
  const isUpper = meetsUpper && (stop === 'upper' || !meetsLower);
  const endMs = bars.closeTimeMs[bar];
  if (isUpper) return { barrier: 1, price: stop === 'upper' ? Math.max(upper, bars.open[bar]) : upper, endMs };
  return { barrier: -1, price: stop === 'lower' ? Math.min(lower, bars.open[bar]) : lower, endMs };
}
