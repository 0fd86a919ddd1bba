/** Closes that rise or fall in a row, and the strength index that Connors (Connors and Alvarez 2009) made of them. */
import type { Feature } from '../feature.js';
import { relativeStrengthIndex } from './relative-strength-index.js';
import { rateOfChange } from '../market/log-return.js';
import { wilderWarmUp } from '../rolling/exponential-average.js';
import { rollingRank } from '../rolling/rolling-rank.js';

/** Longest streak that is told apart: a longer one would depend on where the series began. */
const LONGEST = 20;

/**
 * Number of rising closes in a row (negative: of falling ones), 0 after an unchanged one, at most LONGEST; NaN for the first LONGEST bars.
 * A missing close ends it.
 */
export function closeStreak(close: Float64Array): Float64Array {
  const out = streakOf(close);
  out.fill(Number.NaN, 0, LONGEST);
  return out;
}

function streakOf(close: Float64Array): Float64Array {
  const out = new Float64Array(close.length).fill(Number.NaN);
  let streak = 0;
  for (let t = 1; t < out.length; t++) {
    const direction = Math.sign(close[t] - close[t - 1]);
    if (direction !== direction) {
      streak = 0;
      continue;
    }
    streak = direction === 0 || direction * streak < 0 ? direction : Math.max(-LONGEST, Math.min(LONGEST, streak + direction));
    out[t] = streak;
  }
  return out;
}

/** Mean of RSI(close, 3), RSI(streak, 2) and 100 x the rank of the last change among the 100 before it, in [0, 100]; NaN for the first 101 bars. */
export function connorsStrength(close: Float64Array): Float64Array {
  const out = relativeStrengthIndex(close, 3);
  const streak = relativeStrengthIndex(streakOf(close).subarray(1), 2);
  const rank = rollingRank(rateOfChange(close, 1), 100);
  for (let t = out.length - 1; t >= 0; t--) out[t] = t === 0 ? Number.NaN : (out[t] + streak[t - 1] + 100 * rank[t]) / 3;
  return out;
}

const COMMON = { inputs: ['close'], source: 'Connors and Alvarez 2009', set: 'all' } as const;

export const closeStreakFeatures: readonly Feature[] = [
  { ...COMMON, name: 'close_streak', warmUp: LONGEST, range: [-LONGEST, LONGEST], compute: (bars) => closeStreak(bars.close) },
  { ...COMMON, name: 'connors_rsi', warmUp: 101 + LONGEST + wilderWarmUp(3), range: [0, 100], compute: (bars) => connorsStrength(bars.close) },
];
