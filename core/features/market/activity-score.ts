/** Volume, number of trades and trade size against their own last bars, on a log scale. */
import type { Feature, FeatureSet, FeatureInput } from '../feature.js';
import type { Bars } from '../../data/bars.js';
import { rollingScoreInPlace } from '../rolling/rolling-variance.js';

const WINDOW = 32;
/** A value of n differs from their mean by at most (n - 1) / sqrt(n) sample deviations. */
const BOUND = (WINDOW - 1) / Math.sqrt(WINDOW);

/** z-score of ln(1 + x) over the last `window` bars, this one included; 0 where the window is constant; NaN for the first window - 1 bars. */
export function activityScore(values: Float64Array, window: number): Float64Array {
  const logs = new Float64Array(values.length);
  for (let t = 0; t < logs.length; t++) logs[t] = Math.log1p(values[t]);
  return rollingScoreInPlace(logs, window);
}

/** Base currency per trade; 0 in a bar without trades; NaN where the source counts none. */
function tradeSize(bars: Bars): Float64Array {
  const { tradeCount, volume } = bars;
  const out = new Float64Array(volume.length);
  for (let t = 0; t < out.length; t++) out[t] = tradeCount[t] === 0 ? 0 : volume[t] / tradeCount[t];
  return out;
}

interface Activity {
  readonly name: string;
  readonly inputs: readonly FeatureInput[];
  readonly set: FeatureSet;
  readonly amount: (bars: Bars) => Float64Array;
}

const entry = ({ name, inputs, set, amount }: Activity): Feature => ({
  name: `${name}_${WINDOW}`,
  inputs,
  warmUp: WINDOW - 1,
  range: [-BOUND, BOUND],
  source: 'Karpoff 1987 (volume and price change)',
  set,
  compute: (bars) => activityScore(amount(bars), WINDOW),
});

export const activityScoreFeatures: readonly Feature[] = [
  entry({ name: 'volume_score', inputs: ['volume'], set: 'minimal', amount: (bars) => bars.volume }),
  entry({ name: 'trade_count_score', inputs: ['tradeCount'], set: 'basic', amount: (bars) => bars.tradeCount }),
  entry({ name: 'trade_size_score', inputs: ['volume', 'tradeCount'], set: 'all', amount: tradeSize }),
];
