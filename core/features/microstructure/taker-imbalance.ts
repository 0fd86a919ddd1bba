/** Taker imbalance: the aggressive side of the flow (Cont, Kukanov and Stoikov 2014; Chordia, Roll and Subrahmanyam 2002). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { spanAverage, spanWarmUp } from '../rolling/exponential-average.js';

/** (taker buys - taker sells) / volume in [-1, 1]; 0 in a bar without volume; NaN where the source has no taker volume. */
export function takerImbalance(bars: Bars): Float64Array {
  return bars.takerBuyVolume.map((buys, t) => {
    if (Number.isNaN(buys)) return Number.NaN;
    return bars.volume[t] === 0 ? 0 : Math.min(1, Math.max(-1, (2 * buys) / bars.volume[t] - 1));
  });
}

const INPUTS = ['volume', 'takerBuyVolume'] as const;
const SOURCE = 'Cont, Kukanov and Stoikov 2014';

export const takerImbalanceFeatures: readonly Feature[] = [
  {
    name: 'taker_imbalance',
    inputs: INPUTS,
    warmUp: 0,
    range: [-1, 1],
    source: SOURCE,
    set: 'minimal',
    compute: takerImbalance,
  },
  {
    name: 'taker_imbalance_ema_8',
    inputs: INPUTS,
    warmUp: spanWarmUp(8),
    range: [-1, 1],
    source: SOURCE,
    set: 'minimal',
    compute: (bars) => spanAverage(takerImbalance(bars), 8),
  },
  {
    name: 'taker_imbalance_ema_32',
    inputs: INPUTS,
    warmUp: spanWarmUp(32),
    range: [-1, 1],
    source: SOURCE,
    set: 'all',
    compute: (bars) => spanAverage(takerImbalance(bars), 32),
  },
];
