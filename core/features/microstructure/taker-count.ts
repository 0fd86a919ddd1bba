/** Takers counted by trade, not by quantity: which side trades more often, and which in larger pieces. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { spanAverage, spanWarmUp } from '../rolling/exponential-average.js';
import { imbalance, logRatioOrZero, ratioOrZero } from '../rolling/ratio.js';

/** (taker buys - taker sells) / trades in [-1, 1], each trade counting once; 0 in a bar without trades. */
export function takerCountImbalance(bars: Bars): Float64Array {
  const buys = bars.extras['takerBuyCount'];
  return imbalance(
    buys,
    bars.tradeCount.map((count, t) => count - buys[t]),
  );
}

/** ln of the mean size of taker buys over that of taker sells; 0 where one side did not trade. */
export function takerSizeRatio(bars: Bars): Float64Array {
  const buys = bars.extras['takerBuyCount'];
  const sellVolume = bars.volume.map((volume, t) => Math.max(0, volume - bars.takerBuyVolume[t]));
  const sells = bars.tradeCount.map((count, t) => count - buys[t]);
  return logRatioOrZero(ratioOrZero(bars.takerBuyVolume, buys), ratioOrZero(sellVolume, sells));
}

const COUNTS = ['tradeCount', 'takerBuyCount'] as const;
const SIZES = ['volume', 'tradeCount', 'takerBuyVolume', 'takerBuyCount'] as const;
const CHORDIA = 'Chordia, Roll and Subrahmanyam 2002';

export const takerCountFeatures: readonly Feature[] = [
  { name: 'taker_count_imbalance', inputs: COUNTS, warmUp: 0, range: [-1, 1], source: CHORDIA, set: 'basic', compute: takerCountImbalance },
  {
    name: 'taker_count_imbalance_ema_8',
    inputs: COUNTS,
    warmUp: spanWarmUp(8),
    range: [-1, 1],
    source: CHORDIA,
    set: 'all',
    compute: (bars) => spanAverage(takerCountImbalance(bars), 8),
  },
  { name: 'taker_size_ratio', inputs: SIZES, warmUp: 0, range: [null, null], source: 'Hasbrouck 1991', set: 'all', compute: takerSizeRatio },
];
