/** The quantity that lies within 1 % of the middle: its lean, its level, its share in the best queues (Cao, Hansch and Wang 2009). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { spanAverage, spanWarmUp } from '../rolling/exponential-average.js';
import { imbalance, logRatioOrZero } from '../rolling/ratio.js';
import { rollingMean } from '../rolling/rolling-sum.js';

/** (bid depth - ask depth) / their sum at each bar's close, in [-1, 1]; 0 in an empty book. */
export function depthImbalance({ extras }: Bars): Float64Array {
  return imbalance(extras['bidDepth'], extras['askDepth']);
}

/** Base quantity of both sides within 1 % of the middle at each bar's close. */
export function bookDepth({ extras }: Bars): Float64Array {
  return extras['bidDepth'].map((quantity, t) => quantity + extras['askDepth'][t]);
}

/** ln of the depth over its mean of `window` bars, this one included; 0 where either is 0; NaN for the first window - 1 bars. */
export function depthTrend(bars: Bars, window: number): Float64Array {
  const depth = bookDepth(bars);
  return logRatioOrZero(depth, rollingMean(depth, window));
}

/** ln of the quantity at the best quotes over the depth: how much of the book stands in front; 0 where either is 0. */
export function frontShare(bars: Bars): Float64Array {
  const { bidQuantity, askQuantity } = bars.extras;
  return logRatioOrZero(
    bidQuantity.map((quantity, t) => quantity + askQuantity[t]),
    bookDepth(bars),
  );
}

const DEPTHS = ['bidDepth', 'askDepth'] as const;
const CAO = 'Cao, Hansch and Wang 2009';

export const bookDepthFeatures: readonly Feature[] = [
  { name: 'depth_imbalance', inputs: DEPTHS, warmUp: 0, range: [-1, 1], source: CAO, set: 'basic', compute: depthImbalance },
  {
    name: 'depth_imbalance_ema_32',
    inputs: DEPTHS,
    warmUp: spanWarmUp(32),
    range: [-1, 1],
    source: CAO,
    set: 'all',
    compute: (bars) => spanAverage(depthImbalance(bars), 32),
  },
  {
    name: 'depth_trend_96',
    inputs: DEPTHS,
    warmUp: 95,
    // A depth is at most the sum of the window, its mean times 96.
    range: [null, Math.log(96)],
    source: CAO,
    set: 'all',
    compute: (bars) => depthTrend(bars, 96),
  },
  {
    name: 'front_share',
    inputs: ['bidQuantity', 'askQuantity', ...DEPTHS],
    warmUp: 0,
    range: [null, null],
    source: CAO,
    set: 'all',
    compute: frontShare,
  },
];
