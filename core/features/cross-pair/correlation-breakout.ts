/** A correlation that leaves its level: the last bars against those before them (Forbes and Rigobon 2002; Fisher 1921). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { lagged } from '../rolling/lagged.js';
import { rollingCorrelation } from '../rolling/rolling-correlation.js';
import { rollingDeviation } from '../rolling/rolling-variance.js';
import { pairReturns } from './pair-correlation.js';

/** A correlation of 1 has no transform: a bound far beyond what windows of returns show. */
const LARGEST = 1 - 1e-9;

/** Bars whose deviation says what a usual return is. */
const SCALE_WINDOW = 96;
/**
 * Returns beyond so many deviations count as this many: without it a few large moves make a window's correlation, and returns with
 * heavy tails raise several times as many false alarms (Huber 1981).
 */
const LARGEST_RETURN = 1.5;

/** Log returns over the deviation of the SCALE_WINDOW bars before, cut at LARGEST_RETURN. NaN for the first SCALE_WINDOW + 1 bars. */
function usualReturns(returns: Float64Array): Float64Array {
  const deviation = lagged(rollingDeviation(returns, SCALE_WINDOW), 1);
  return returns.map((value, t) => {
    const score = deviation[t] === 0 ? 0 : value / deviation[t];
    return Math.min(LARGEST_RETURN, Math.max(-LARGEST_RETURN, score));
  });
}

/**
 * Fisher's transform of the correlation of the last `short` bars' returns (cut, see above) less that of the `long` bars before them,
 * over its standard error sqrt(1 / (short - 3) + 1 / (long - 3)): about standard normal while the correlation stays. NaN for the
 * first SCALE_WINDOW + short + long bars.
 */
export function correlationBreakout(bars: Bars, short: number, long: number): Float64Array {
  const error = Math.sqrt(1 / (short - 3) + 1 / (long - 3));
  const returns = pairReturns(bars);
  const [own, reference] = [usualReturns(returns.own), usualReturns(returns.reference)];
  const before = lagged(rollingCorrelation(own, reference, long), short);
  return rollingCorrelation(own, reference, short).map((now, t) => (fisher(now) - fisher(before[t])) / error);
}

function fisher(correlation: number): number {
  return Math.atanh(Math.min(LARGEST, Math.max(-LARGEST, correlation)));
}

const entry = (short: number, long: number): Feature => {
  const bound = (2 * Math.atanh(LARGEST)) / Math.sqrt(1 / (short - 3) + 1 / (long - 3));
  return {
    name: `correlation_breakout_${short}_${long}`,
    inputs: ['close', 'pairs'],
    warmUp: SCALE_WINDOW + short + long,
    range: [-bound, bound],
    source: 'Fisher 1921; Forbes and Rigobon 2002',
    set: 'all',
    compute: (bars) => correlationBreakout(bars, short, long),
  };
};

export const correlationBreakoutFeatures: readonly Feature[] = [entry(32, 192), entry(96, 384)];
