/** Funding payments as a series: their trend, their last against the usual, and the time to the next (He, Manela, Ross and von Wachter 2022). */
import type { Bars } from '../../data/bars.js';
import type { Feature, FundingSeries } from '../feature.js';
import { joinAsOf } from '../../data/as-of-join.js';
import { upperBound } from '../../data/bars.js';
import { rollingScore } from '../rolling/rolling-variance.js';
import { rollingMean, rollingSum } from '../rolling/rolling-sum.js';

const HOUR_MS = 3_600_000;
/** The usual time between payments: for the statement of the warm-up only. */
const PAYMENT_MS = 8 * HOUR_MS;
/** As funding-rate.ts: a rate older than three payments is not joined. */
const TIME_TO_LIVE_MS = 24 * HOUR_MS;

/** Per bar what the payments made of it, as of the last one at or before its close; NaN where that is older than a day. */
function asOfPayment(bars: Bars, funding: FundingSeries, value: Float64Array): Float64Array {
  return joinAsOf(bars.closeTimeMs, { timeMs: funding.timeMs, knownAtMs: funding.timeMs, value }, TIME_TO_LIVE_MS);
}

/** Mean of the last `short` rates less that of the last `long`; NaN before there are so many payments. */
export function fundingTrend(bars: Bars, funding: FundingSeries, { short, long }: { readonly short: number; readonly long: number }): Float64Array {
  const slow = rollingMean(funding.rate, long);
  return asOfPayment(
    bars,
    funding,
    rollingMean(funding.rate, short).map((value, i) => value - slow[i]),
  );
}

/**
 * Part of the time between two payments that is left to the next, in [0, 1]: the next is expected as long after the last as that
 * came after the one before, to the minute. 0 when it is due; NaN before two payments and where the last is older than a day.
 */
export function fundingTimeLeft(bars: Bars, funding: FundingSeries): Float64Array {
  const minute = (timeMs: number): number => Math.round(timeMs / 60_000) * 60_000;
  return bars.closeTimeMs.map((now) => {
    const next = upperBound(funding.timeMs, now);
    if (next < 2 || now - funding.timeMs[next - 1] > TIME_TO_LIVE_MS) return Number.NaN;
    const last = minute(funding.timeMs[next - 1]);
    const between = last - minute(funding.timeMs[next - 2]);
    return Math.min(1, Math.max(0, 1 - (now - last) / between));
  });
}

interface FundingEntry {
  readonly name: string;
  /** Payments that the value looks back on. */
  readonly payments: number;
  readonly range?: Feature['range'];
  readonly of: (bars: Bars, funding: FundingSeries) => Float64Array;
}

const entry = ({ name, payments, range = [null, null], of }: FundingEntry): Feature => ({
  name,
  inputs: ['closeTimeMs', 'funding'],
  warmUp: 0,
  warmUpMs: payments * PAYMENT_MS,
  range,
  source: 'He, Manela, Ross and von Wachter 2022',
  set: 'all',
  compute: (bars, { funding }) => (funding === null ? new Float64Array(bars.closeTimeMs.length).fill(Number.NaN) : of(bars, funding)),
});

const SCORE_BOUND = 29 / Math.sqrt(30);

export const fundingTrendFeatures: readonly Feature[] = [
  entry({ name: 'funding_trend_3_21', payments: 21, of: (bars, funding) => fundingTrend(bars, funding, { short: 3, long: 21 }) }),
  entry({
    name: 'funding_score_30',
    payments: 30,
    range: [-SCORE_BOUND, SCORE_BOUND],
    of: (bars, funding) => asOfPayment(bars, funding, rollingScore(funding.rate, 30)),
  }),
  entry({ name: 'funding_paid_21', payments: 21, of: (bars, funding) => asOfPayment(bars, funding, rollingSum(funding.rate, 21)) }),
  entry({ name: 'funding_time_left', payments: 2, range: [0, 1], of: fundingTimeLeft }),
];
