/** The last funding rate that was known at the bar's close, and its mean over three payments. */
import type { Bars } from '../../data/bars.js';
import type { Feature, FundingSeries } from '../feature.js';
import { upperBound } from '../../data/bars.js';

/** A rate older than three payment periods of 8 h is not joined. */
const TIME_TO_LIVE_MS = 24 * 3_600_000;

/**
 * Mean of the last `count` rates stamped at or before each bar's close; NaN before there are so many, and where the last is
 * older than a day. Stamps a few ms after the hour join from the next bar on.
 */
export function lastFundingRate(bars: Bars, funding: FundingSeries, count: number): Float64Array {
  return bars.closeTimeMs.map((closeTimeMs) => {
    const end = upperBound(funding.timeMs, closeTimeMs);
    if (end < count || closeTimeMs - funding.timeMs[end - 1] > TIME_TO_LIVE_MS) return Number.NaN;
    let sum = 0;
    for (let i = end - count; i < end; i++) sum += funding.rate[i];
    return sum / count;
  });
}

const compute =
  (count: number): Feature['compute'] =>
  (bars, { funding }) =>
    funding === null ? new Float64Array(bars.closeTimeMs.length).fill(Number.NaN) : lastFundingRate(bars, funding, count);

export const fundingRateFeatures: readonly Feature[] = [
  {
    name: 'funding_rate',
    inputs: ['closeTimeMs', 'funding'],
    warmUp: 0,
    range: [null, null],
    source: 'exchange funding payments',
    set: 'basic',
    compute: compute(1),
  },
  {
    name: 'funding_rate_mean_3',
    inputs: ['closeTimeMs', 'funding'],
    warmUp: 0,
    range: [null, null],
    source: 'exchange funding payments',
    set: 'all',
    compute: compute(3),
  },
];
