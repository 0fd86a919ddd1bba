/** How trade sizes are spread: large trades against usual ones (Gopikrishnan et al. 2000 on the tails of trade size). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { logRatioOrZero, ratioOrZero } from '../rolling/ratio.js';
import { rollingMean, rollingSum } from '../rolling/rolling-sum.js';

/** ln of the mean trade size of `short` bars over that of `long` bars; 0 where one has no trades; NaN for the first long - 1 bars. */
export function tradeSizeTrend(bars: Bars, short: number, long: number): Float64Array {
  const size = (window: number): Float64Array => ratioOrZero(rollingSum(bars.volume, window), rollingSum(bars.tradeCount, window));
  return logRatioOrZero(size(short), size(long));
}

const GOPIKRISHNAN = 'Gopikrishnan, Plerou, Gabaix and Stanley 2000';
const entry = (feature: Pick<Feature, 'name' | 'inputs' | 'warmUp' | 'range' | 'compute'>): Feature => ({ source: GOPIKRISHNAN, set: 'all', ...feature });
const largestShare = (bars: Bars): Float64Array => ratioOrZero(bars.extras['largestSize'], bars.volume).map((share) => Math.min(1, share));

export const tradeSizeFeatures: readonly Feature[] = [
  entry({
    name: 'trade_size_trend_8_96',
    inputs: ['volume', 'tradeCount'],
    warmUp: 95,
    range: [null, null],
    compute: (bars) => tradeSizeTrend(bars, 8, 96),
  }),
  // How far the 0.95 quantile lies above the median: at or above 0.
  entry({
    name: 'size_tail_ratio',
    inputs: ['medianSize', 'upperSize'],
    warmUp: 0,
    range: [0, null],
    compute: (bars) => logRatioOrZero(bars.extras['upperSize'], bars.extras['medianSize']).map((value) => Math.max(0, value)),
  }),
  // Mean over median trade size: few large trades make it large.
  entry({
    name: 'size_skew',
    inputs: ['volume', 'tradeCount', 'medianSize'],
    warmUp: 0,
    range: [null, null],
    compute: (bars) => logRatioOrZero(ratioOrZero(bars.volume, bars.tradeCount), bars.extras['medianSize']),
  }),
  entry({ name: 'largest_trade_share', inputs: ['volume', 'largestSize'], warmUp: 0, range: [0, 1], compute: largestShare }),
  entry({
    name: 'largest_trade_share_32',
    inputs: ['volume', 'largestSize'],
    warmUp: 31,
    range: [0, 1],
    compute: (bars) => rollingMean(largestShare(bars), 32),
  }),
];
