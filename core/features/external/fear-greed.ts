/** The fear and greed index (0 = fear, 100 = greed) as it was known: level, change, and score against its own past (Baker and Wurgler 2006). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { onFineBars } from '../multi-timeframe/coarse-bars.js';
import { rollingDeviation } from '../rolling/rolling-variance.js';
import { lagged } from '../rolling/lagged.js';
import { rollingMean } from '../rolling/rolling-sum.js';
import { DAY_MS, dailyValues } from './daily-values.js';

/** Index over 50 less 1, in [-1, 1]. */
export function fearGreedLevel({ extras }: Bars): Float64Array {
  return extras['fearGreed'].map((value) => value / 50 - 1);
}

/** Level less that at the end of the `days`-th last closed UTC day, in [-2, 2]; NaN before there are so many. */
export function fearGreedChange(bars: Bars, days: number): Float64Array {
  const level = fearGreedLevel(bars);
  const daily = dailyValues(bars, level);
  const before = onFineBars(daily, lagged(daily.close, days - 1));
  return level.map((value, t) => value - before[t]);
}

/** (level - mean) / sample deviation of the ends of the last `days` closed UTC days; 0 where those are all equal. NaN as above. */
export function fearGreedScore(bars: Bars, days: number): Float64Array {
  const level = fearGreedLevel(bars);
  const daily = dailyValues(bars, level);
  const mean = onFineBars(daily, rollingMean(daily.close, days));
  const deviation = onFineBars(daily, rollingDeviation(daily.close, days));
  return level.map((value, t) => (deviation[t] === 0 ? 0 : (value - mean[t]) / deviation[t]));
}

const WURGLER = 'Baker and Wurgler 2006';
const INPUTS = ['closeTimeMs', 'fearGreed'] as const;

export const fearGreedFeatures: readonly Feature[] = [
  { name: 'fear_greed', inputs: ['fearGreed'], warmUp: 0, range: [-1, 1], source: WURGLER, set: 'basic', compute: fearGreedLevel },
  {
    name: 'fear_greed_change_7d',
    inputs: INPUTS,
    warmUp: 7,
    warmUpMs: 8 * DAY_MS,
    range: [-2, 2],
    source: WURGLER,
    set: 'all',
    compute: (bars) => fearGreedChange(bars, 7),
  },
  {
    name: 'fear_greed_score_30d',
    inputs: INPUTS,
    warmUp: 30,
    warmUpMs: 31 * DAY_MS,
    range: [null, null],
    source: WURGLER,
    set: 'all',
    compute: (bars) => fearGreedScore(bars, 30),
  },
];
