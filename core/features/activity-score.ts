/** Volume, number of trades and trade size against their own last bars, on a log scale. */
import type { Feature, FeatureSet, FeatureInput } from './feature.js';
import type { Bars } from '../data/bars.js';
import { rollingScore } from './rolling-moments.js';

const WINDOW = 32;
/** A value of n differs from their mean by at most (n - 1) / sqrt(n) sample deviations. */
const BOUND = (WINDOW - 1) / Math.sqrt(WINDOW);

/** z-score of ln(1 + x) over the last `window` bars, this one included; 0 where the window is constant; NaN for the first window - 1 bars. */
export function activityScore(values: Float64Array, window: number): Float64Array {
  return rollingScore(values.map(Math.log1p), window);
}

/** Base currency per trade; 0 in a bar without trades; NaN where the source counts none. */
function tradeSize(bars: Bars): Float64Array {
  return bars.tradeCount.map((count, t) => (count === 0 ? 0 : bars.volume[t] / count));
}

type Pick = (bars: Bars) => Float64Array;
const entry = (name: string, inputs: readonly FeatureInput[], set: FeatureSet, pick: Pick): Feature => ({
  name: `${name}_${WINDOW}`, inputs, warmUp: WINDOW - 1, range: [-BOUND, BOUND], source: 'Karpoff 1987 (volume and price change)', set,
  compute: (bars) => activityScore(pick(bars), WINDOW),
});

export const activityScoreFeatures: readonly Feature[] = [
  entry('volume_score', ['volume'], 'minimal', (bars) => bars.volume),
  entry('trade_count_score', ['tradeCount'], 'basic', (bars) => bars.tradeCount),
  entry('trade_size_score', ['volume', 'tradeCount'], 'all', tradeSize),
];
