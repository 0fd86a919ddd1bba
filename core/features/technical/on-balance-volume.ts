/** On-balance volume (Granville 1963) as a difference over a window, so that it does not depend on where the series began. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { directionOf } from './direction-of.js';
import { followBars } from './follow-bars.js';
import { toSuffixSums } from './suffix-sums.js';

/** Volume of rising less falling bars over all volume of the last `window` bars, in [-1, 1]; 0 without volume; NaN for the first `window` bars. */
export function onBalanceVolume({ close, volume }: Bars, window: number): Float64Array {
  const [flows, volumes] = [new Float64Array(window + 1), new Float64Array(window + 1)];
  const series = { close, volume, window, flows, volumes, out: new Float64Array(close.length) };
  return followBars(series, { k: 0, flow: 0, total: 0 }, ({ close, volume, window, flows, volumes, out }, state, { from, to }) => {
    let { k, flow, total } = state;
    let last = from === 0 ? Number.NaN : close[from - 1];
    for (let t = from; t < to; t++) {
      const amount = volume[t];
      const step = directionOf(close[t] - last) * amount;
      last = close[t];
      flow += step;
      total += amount;
      flows[k] = step;
      volumes[k++] = amount;
      const sum = volumes[k] + total;
      out[t] = t < window ? Number.NaN : sum === 0 ? 0 : (flows[k] + flow) / sum;
      if (k < window) continue;
      toSuffixSums(flows);
      toSuffixSums(volumes);
      k = 0;
      flow = 0;
      total = 0;
    }
    Object.assign(state, { k, flow, total });
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
