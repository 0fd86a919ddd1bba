/** The spread of the best quotes (Roll 1984; Huang and Stoll 1996), as a fraction of the middle. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { rollingScore } from '../rolling/rolling-variance.js';

/** (bid + ask) / 2 at each bar's close, quote currency. */
export function middlePrice({ extras }: Bars): Float64Array {
  return extras['bid'].map((bid, t) => (bid + extras['ask'][t]) / 2);
}

/** (ask - bid) / middle at each bar's close. */
export function closingSpread(bars: Bars): Float64Array {
  const { bid, ask } = bars.extras;
  return middlePrice(bars).map((middle, t) => (ask[t] - bid[t]) / middle);
}

/** 2 |last trade - middle| / middle at each bar's close: what the last taker paid for both ways. */
export function effectiveSpread(bars: Bars): Float64Array {
  return middlePrice(bars).map((middle, t) => (2 * Math.abs(bars.close[t] - middle)) / middle);
}

const STOLL = 'Huang and Stoll 1996';
/** A value of n differs from their mean by at most (n - 1) / sqrt(n) sample deviations. */
const BOUND = 95 / Math.sqrt(96);

export const quotedSpreadFeatures: readonly Feature[] = [
  // Mean over the bar, weighted by time.
  {
    name: 'quoted_spread',
    inputs: ['quotedSpread'],
    warmUp: 0,
    range: [0, null],
    source: STOLL,
    set: 'basic',
    compute: (bars) => bars.extras['quotedSpread'].slice(),
  },
  {
    name: 'quoted_spread_score_96',
    inputs: ['quotedSpread'],
    warmUp: 95,
    range: [-BOUND, BOUND],
    source: STOLL,
    set: 'all',
    compute: (bars) => rollingScore(bars.extras['quotedSpread'], 96),
  },
  { name: 'closing_spread', inputs: ['bid', 'ask'], warmUp: 0, range: [0, null], source: STOLL, set: 'all', compute: closingSpread },
  { name: 'effective_spread', inputs: ['close', 'bid', 'ask'], warmUp: 0, range: [0, null], source: STOLL, set: 'all', compute: effectiveSpread },
];
