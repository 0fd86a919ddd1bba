/** Probability of informed trading by volume (VPIN): one-sidedness of volume in buckets (Easley, Lopez de Prado and O'Hara 2012). */
import type { Bars } from '../../data/bars.js';
import type { Feature, FeatureSet } from '../feature.js';
import { ratioOrZero } from '../rolling/ratio.js';
import { rollingSum } from '../rolling/rolling-sum.js';

/**
 * Sum over `window` bars of the buckets' |buys - sells| over the volume, in [0, 1]; the buckets are fifths of each minute's volume
 * with the exchange's own taker side, where the paper's are of one size with a guessed side. 0 without volume; NaN for the first
 * window - 1 bars.
 */
export function informedTrading(bars: Bars, window: number): Float64Array {
  return ratioOrZero(rollingSum(bars.extras['bucketImbalance'], window), rollingSum(bars.volume, window)).map((value) => Math.min(1, value));
}

const entry = (window: number, set: FeatureSet): Feature => ({
  name: `vpin_${window}`,
  inputs: ['volume', 'bucketImbalance'],
  warmUp: window - 1,
  range: [0, 1],
  source: "Easley, Lopez de Prado and O'Hara 2012",
  set,
  compute: (bars) => informedTrading(bars, window),
});

export const informedTradingFeatures: readonly Feature[] = [entry(8, 'all'), entry(32, 'basic'), entry(96, 'all')];
