/** Trend of the Bitcoin network's hash rate as it was known (Bhambhwani, Delikouras and Korniotis 2019, fundamentals of cryptocurrencies). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { onFineBars } from '../multi-timeframe/coarse-bars.js';
import { lagged } from '../rolling/lagged.js';
import { rollingMean } from '../rolling/rolling-sum.js';
import { DAY_MS, dailyValues } from './daily-values.js';

/** ln of the mean of the last `short` closed UTC days over that of `long`; NaN before there are so many. */
export function hashRateTrend(bars: Bars, short: number, long: number): Float64Array {
  const daily = dailyValues(bars, bars.extras['hashRate']);
  const recent = rollingMean(daily.close, short);
  const slow = rollingMean(daily.close, long);
  return onFineBars(
    daily,
    recent.map((value, i) => Math.log(value / slow[i])),
  );
}

/** ln of the last known rate over that at the end of the `days`-th last closed UTC day; NaN before there are so many. */
export function hashRateChange(bars: Bars, days: number): Float64Array {
  const { hashRate } = bars.extras;
  const daily = dailyValues(bars, hashRate);
  const before = onFineBars(daily, lagged(daily.close, days - 1));
  return hashRate.map((value, t) => Math.log(value / before[t]));
}

const INPUTS = ['closeTimeMs', 'hashRate'] as const;
const SOURCE = 'Bhambhwani, Delikouras and Korniotis 2019';

export const hashRateFeatures: readonly Feature[] = [
  {
    name: 'hash_rate_trend_7d_28d',
    inputs: INPUTS,
    warmUp: 28,
    warmUpMs: 29 * DAY_MS,
    range: [null, null],
    source: SOURCE,
    set: 'all',
    compute: (bars) => hashRateTrend(bars, 7, 28),
  },
  {
    name: 'hash_rate_change_14d',
    inputs: INPUTS,
    warmUp: 14,
    warmUpMs: 15 * DAY_MS,
    range: [null, null],
    source: SOURCE,
    set: 'all',
    compute: (bars) => hashRateChange(bars, 14),
  },
];
