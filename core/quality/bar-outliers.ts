/** Bars that hold a bad tick: a close that is gone again a few bars later, or an extreme far outside both closes. */
import type { Bars } from '../data/bars.js';
import { barCount } from '../data/bars.js';
import { quantile } from '../stats/quantile.js';

export interface BarScreen {
  /** Accepted bars whose absolute log returns make the scale. */
  readonly window: number;
  /** Distance from the last accepted close, in scaled median absolute returns, from which a close is suspect. */
  readonly closeDeviations: number;
  /** The same for an excursion of high or low outside the closes before and of the bar. */
  readonly wickDeviations: number;
  /** Least log distance that is suspect, however calm the bars were. */
  readonly floor: number;
  /** A suspect run of at most so many closes that ends back at the level is bad; a longer one is a new level. */
  readonly reversal: number;
}

/** Scales the median absolute deviation to the standard deviation of a normal. */
const MAD_TO_DEVIATION = 1.482602218505602;

/** Chosen on SOLUSDT 1m bars; docs/quality.md shows what it finds on others. */
export const BAR_SCREEN: BarScreen = { window: 61, closeDeviations: 12, wickDeviations: 8, floor: 0.003, reversal: 3 };

export interface BarOutliers {
  /** Bars whose close is bad, ascending. */
  readonly closes: readonly number[];
  /** Bars whose close is good but whose high or low is bad, ascending. */
  readonly wicks: readonly number[];
}

/**
 * Bars at fault. With s the scaled median absolute log return of the last `window` accepted bars, a close is suspect at a log
 * distance above max(floor, closeDeviations x s) from the last accepted close, and bad when within `reversal` bars a close comes
 * back that is not; an extreme is bad at a log distance above max(floor, wickDeviations x s) outside the interval between the
 * last accepted close and the bar's own. Closes need later bars, so this serves to flag, never to repair. Nothing is suspect
 * before half a window is accepted; a run still open at the end is not bad. Prices are positive.
 */
export function findBarOutliers(bars: Bars, screen: BarScreen): BarOutliers {
  const { window, reversal } = screen;
  const closes: number[] = [];
  const wicks: number[] = [];
  const moves = new Float64Array(window);
  let accepted = 0;
  let run = 0;
  let last = Number.NaN;
  const accept = (row: number, isNewLevel: boolean): void => {
    const logClose = Math.log(bars.close[row]);
    if (!isNewLevel && !Number.isNaN(last)) moves[accepted++ % window] = Math.abs(logClose - last);
    last = logClose;
  };
  for (let i = 0; i < barCount(bars); i++) {
    const distance = Math.abs(Math.log(bars.close[i]) - last);
    const wick = excursion(bars, i, last);
    const isCalm = accepted < Math.ceil(window / 2) || Math.max(distance, wick) <= screen.floor;
    const scale = isCalm ? 0 : MAD_TO_DEVIATION * quantile(moves.subarray(0, Math.min(accepted, window)), 0.5);
    if (!isCalm && distance > Math.max(screen.floor, screen.closeDeviations * scale)) {
      run++;
      if (run <= reversal) continue;
      accept(i, true);
    } else {
      for (let k = i - run; k < i; k++) closes.push(k);
      if (!isCalm && wick > Math.max(screen.floor, screen.wickDeviations * scale)) wicks.push(i);
      accept(i, false);
    }
    run = 0;
  }
  return { closes, wicks };
}

/** Log distance of high or low outside the interval between the last accepted close and the bar's own. */
function excursion(bars: Bars, row: number, last: number): number {
  const close = Math.log(bars.close[row]);
  return Math.max(Math.log(bars.high[row]) - Math.max(close, last), Math.min(close, last) - Math.log(bars.low[row]));
}
