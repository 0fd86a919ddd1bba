/** The premium of the simulated perpetual over its index. */
import { deriveSeed, makeRandom } from '../stats/random.js';
import type { MarketSkeleton } from './market.js';

/** Half-life of the premium, minutes. */
export const PREMIUM_HALF_LIFE_MINUTES = 240;
/** What a minute's log return adds to it: the crowd follows the price. */
export const PREMIUM_PER_RETURN = 0.05;
/** Stationary spread of its part that has nothing to do with the price. */
export const PREMIUM_SPREAD = 0.0002;

/**
 * (perpetual - index) / index at the start of each minute and at the end of the last, [minuteCount + 1], 0 at first:
 * p' = keep p + PREMIUM_PER_RETURN x return + noise. Every value depends on earlier minutes only.
 */
export function simulatePremium({ logPrice, minuteCount, parameters }: MarketSkeleton): Float64Array {
  const random = makeRandom(deriveSeed(parameters.seed, 'premium', parameters.symbol));
  const keep = 2 ** (-1 / PREMIUM_HALF_LIFE_MINUTES);
  const noise = PREMIUM_SPREAD * Math.sqrt(1 - keep * keep);
  const premium = new Float64Array(minuteCount + 1);
  for (let m = 0; m < minuteCount; m++) {
    premium[m + 1] = keep * premium[m] + PREMIUM_PER_RETURN * (logPrice[m + 1] - logPrice[m]) + noise * random.normal();
  }
  return premium;
}
