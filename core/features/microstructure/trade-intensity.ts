/** How fast trades come, and how long the flow keeps its side (Engle and Russell 1998; Lillo and Farmer 2004). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { logRatioOrZero, ratioOrZero } from '../rolling/ratio.js';
import { lagged } from '../rolling/lagged.js';
import { rollingCorrelation } from '../rolling/rolling-correlation.js';
import { rollingMean, rollingSum } from '../rolling/rolling-sum.js';
import { takerImbalance } from './taker-imbalance.js';

/** ln of the mean number of trades a bar over `short` bars over that of `long`; 0 without trades; NaN for the first long - 1 bars. */
export function tradeIntensity(bars: Bars, short: number, long: number): Float64Array {
  return logRatioOrZero(rollingMean(bars.tradeCount, short), rollingMean(bars.tradeCount, long));
}

/** Correlation of each bar's taker imbalance with the one before, over `window` pairs, in [-1, 1]; NaN for the first `window` bars. */
export function flowPersistence(bars: Bars, window: number): Float64Array {
  const flow = takerImbalance(bars);
  return rollingCorrelation(flow, lagged(flow, 1), window);
}

/** (taker buys - taker sells) / volume over `window` bars together, in [-1, 1]; 0 without volume; NaN for the first window - 1 bars. */
export function netFlow(bars: Bars, window: number): Float64Array {
  const net = bars.takerBuyVolume.map((buys, t) => 2 * buys - bars.volume[t]);
  return ratioOrZero(rollingSum(net, window), rollingSum(bars.volume, window)).map((share) => Math.min(1, Math.max(-1, share)));
}

const intensity = (short: number, long: number): Feature => ({
  name: `trade_intensity_${short}_${long}`,
  inputs: ['tradeCount'],
  warmUp: long - 1,
  range: [null, null],
  source: 'Engle and Russell 1998',
  set: 'all',
  compute: (bars) => tradeIntensity(bars, short, long),
});

export const tradeIntensityFeatures: readonly Feature[] = [
  intensity(4, 32),
  intensity(8, 96),
  {
    name: 'flow_persistence_64',
    inputs: ['volume', 'takerBuyVolume'],
    warmUp: 64,
    range: [-1, 1],
    source: 'Lillo and Farmer 2004',
    set: 'all',
    compute: (bars) => flowPersistence(bars, 64),
  },
  {
    name: 'net_flow_96',
    inputs: ['volume', 'takerBuyVolume'],
    warmUp: 95,
    range: [-1, 1],
    source: 'Chordia, Roll and Subrahmanyam 2002',
    set: 'all',
    compute: (bars) => netFlow(bars, 96),
  },
];
