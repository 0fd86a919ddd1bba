/** Money flow index (Quong and Soudack 1989): the RSI's idea on price times volume. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { directionOf } from './direction-of.js';
import { followBars } from './follow-bars.js';
import { toSuffixSums } from './suffix-sums.js';

/** A typical price that differs by less than this part of itself is the same one, rounded. */
const ROUNDING = 1e-12;

/** 100 x rising money flow / money flow over `window` bars in [0, 100]; 50 where no flow moved the price; NaN for the first `window` bars. */
export function moneyFlowIndex({ high, low, close, volume }: Bars, window: number): Float64Array {
  const [rising, falling] = [new Float64Array(window + 1), new Float64Array(window + 1)];
  const series = { high, low, close, volume, window, rising, falling, out: new Float64Array(close.length) };
  return followBars(series, { k: 0, up: 0, down: 0, last: Number.NaN }, (inputs, state, { from, to }) => {
    const { high, low, close, volume, window, rising, falling, out } = inputs;
    let { k, up, down, last } = state;
    for (let t = from; t < to; t++) {
      const typical = (high[t] + low[t] + close[t]) / 3;
      const change = typical - last;
      last = typical;
      const direction = Math.abs(change) <= ROUNDING * typical ? 0 : directionOf(change);
      const amount = typical * volume[t] * direction;
      const rise = (Math.abs(amount) + amount) / 2;
      const fall = rise - amount;
      up += rise;
      down += fall;
      rising[k] = rise;
      falling[k++] = fall;
      const sum = rising[k] + up;
      const flow = sum + falling[k] + down;
      out[t] = t < window ? Number.NaN : flow === 0 ? 50 : (100 * sum) / flow;
      if (k < window) continue;
      toSuffixSums(rising);
      toSuffixSums(falling);
      k = 0;
      up = 0;
      down = 0;
    }
    state.k = k;
    state.up = up;
    state.down = down;
    state.last = last;
  });
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
