/** On-balance volume (Granville 1963) as a difference over a window, so that it does not depend on where the series began. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { directionOf } from './direction-of.js';
import { followBars } from './follow-bars.js';
import { toSuffixPairs } from './suffix-sums.js';

/** Volume of rising less falling bars over all volume of the last `window` bars, in [-1, 1]; 0 without volume; NaN for the first `window` bars. */
export function onBalanceVolume({ close, volume }: Bars, window: number): Float64Array {
  // Flow and volume of each bar of the block, side by side.
  const series = { close, volume, window, block: new Float64Array(2 * window + 2), out: new Float64Array(close.length) };
  return followBars(series, { k: 0, flow: 0, total: 0 }, ({ close, volume, window, block, out }, state, { from, to }) => {
    let { k, flow, total } = state;
    let last = from === 0 ? Number.NaN : close[from - 1];
    for (let t = from; t < to; t++) {
      const amount = volume[t];
      const step = directionOf(close[t] - last) * amount;
      last = close[t];
      flow += step;
      total += amount;
      block[2 * k] = step;
      block[2 * k + 1] = amount;
      k++;
      const sum = block[2 * k + 1] + total;
      out[t] = t < window ? Number.NaN : sum === 0 ? 0 : (block[2 * k] + flow) / sum;
      if (k < window) continue;
      toSuffixPairs(block);
      k = 0;
      flow = 0;
      total = 0;
    }
    state.k = k;
    state.flow = flow;
    state.total = total;
  });
}

export const onBalanceVolumeFeatures: readonly Feature[] = [
  {
    name: 'obv_20',
    inputs: ['close', 'volume'],
    warmUp: 20,
    range: [-1, 1],
    source: 'Granville 1963',
    set: 'basic',
    compute: (bars) => onBalanceVolume(bars, 20),
  },
];
