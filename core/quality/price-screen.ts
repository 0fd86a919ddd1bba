/** Bad ticks in a stream of prices: far off what was known before, and gone again a few prices later. */
import { quantile } from '../stats/quantile.js';

export interface PriceScreen {
  /** Accepted prices that make the level: their median, and the median absolute deviation from it. */
  readonly window: number;
  /** Distance from the median, in median absolute deviations scaled to a standard deviation, from which a price is suspect. */
  readonly deviations: number;
  /** Least distance that is suspect, however calm the prices were; a fraction of the price. */
  readonly floor: number;
  /** A suspect run of at most so many prices that ends back at the level is bad; a longer one is a new level. */
  readonly reversal: number;
}

/** Chosen on the XRPETH trades; docs/quality.md shows what it finds on others, and which of them it was chosen without. */
export const TRADE_SCREEN: PriceScreen = { window: 31, deviations: 6, floor: 0.005, reversal: 5 };

/** Scales the median absolute deviation to the standard deviation of a normal. */
const MAD_TO_DEVIATION = 1.482602218505602;

/**
 * Rows of bad prices (all positive), ascending. A price is suspect when it lies more than `floor` off the last accepted price and
 * more than max(floor, deviations x MAD) off the median of the last `window` accepted ones: both known before it. A run of
 * suspects is bad when a price that is not suspect follows within `reversal` prices; that takes later prices, so it serves to
 * flag, never to repair. A longer run is taken for a new level and begins a new window. Nothing is suspect before half a window
 * is accepted; a run still open at the end is not bad.
 * Source: the idea of Brownlees and Gallo 2006 (distance from a robust neighbourhood plus a floor), made causal.
 */
export function findBadPrices(prices: Float64Array, screen: PriceScreen): readonly number[] {
  const { window, floor, reversal } = screen;
  const bad: number[] = [];
  const ring = new Float64Array(window);
  const least = Math.ceil(window / 2);
  let accepted = 0;
  let run = 0;
  let last = Number.NaN;
  for (let i = 0; i < prices.length; i++) {
    const price = prices[i];
    // The cheap test first: nearly every price lies within the floor of the one before it.
    const isNear = accepted < least || Math.abs(price - last) <= floor * last;
    if (!isNear && isOffLevel(price, ring.subarray(0, Math.min(accepted, window)), screen)) {
      run++;
      if (run <= reversal) continue;
      accepted = 0;
      for (let k = i - run + 1; k < i; k++) ring[accepted++ % window] = prices[k];
    } else {
      for (let k = i - run; k < i; k++) bad.push(k);
    }
    run = 0;
    last = price;
    ring[accepted++ % window] = price;
  }
  return bad;
}

function isOffLevel(price: number, level: Float64Array, { deviations, floor }: PriceScreen): boolean {
  const middle = quantile(level, 0.5);
  const spread = quantile(
    level.map((value) => Math.abs(value - middle)),
    0.5,
  );
  return Math.abs(price - middle) > Math.max(floor * middle, deviations * MAD_TO_DEVIATION * spread);
}
