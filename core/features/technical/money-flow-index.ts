/** Money flow index (Quong and Soudack 1989): the RSI's idea on price times volume. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { rollingSum } from '../rolling/rolling-sum.js';

/** A typical price that differs by less than this part of itself is the same one, rounded. */
const ROUNDING = 1e-12;

/** 100 x rising money flow / money flow over `window` bars in [0, 100]; 50 where no flow moved the price; NaN for the first `window` bars. */
export function moneyFlowIndex(bars: Bars, window: number): Float64Array {
  const length = bars.close.length;
  const rising = new Float64Array(length).fill(Number.NaN);
  const falling = new Float64Array(length).fill(Number.NaN);
  let last = Number.NaN;
  for (let t = 0; t < length; t++) {
    const typical = (bars.high[t] + bars.low[t] + bars.close[t]) / 3;
    if (t > 0) {
      const change = typical - last;
      rising[t] = change > ROUNDING * typical ? typical * bars.volume[t] : 0;
      falling[t] = change < -ROUNDING * typical ? typical * bars.volume[t] : 0;
    }
    last = typical;
  }
  const down = rollingSum(falling, window);
  const out = rollingSum(rising, window);
  for (let t = 0; t < length; t++) {
    const flow = out[t] + down[t];
    out[t] = flow === 0 ? 50 : (100 * out[t]) / flow;
  }
  return out;
}

export const moneyFlowFeatures: readonly Feature[] = [
  {
    name: 'mfi_14',
    inputs: ['high', 'low', 'close', 'volume'],
    warmUp: 14,
    range: [0, 100],
    source: 'Quong and Soudack 1989',
    set: 'basic',
    compute: (bars) => moneyFlowIndex(bars, 14),
  },
];
