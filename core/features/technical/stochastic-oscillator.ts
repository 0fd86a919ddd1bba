/** Stochastic oscillator (Lane 1984) and Williams %R: where the close lies in the range of the last bars. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { followBars } from './follow-bars.js';
import { priceChannel } from './price-channel.js';

const INPUTS = ['high', 'low', 'close'] as const;

/** %K = 100 (close - lowest low) / (highest high - lowest low) in [0, 100]; 50 where the range is 0; NaN for the first window - 1 bars. */
export function stochasticOscillator(bars: Bars, window: number): Float64Array {
  return priceChannel(bars, window, 'percent');
}

/** Mean of each value and the two before it, in place; NaN for the first two and where one of the three is. */
function meanOfThree(values: Float64Array): Float64Array {
  return followBars({ out: values }, { before: Number.NaN, last: Number.NaN }, ({ out }, state, { from, to }) => {
    let { before, last } = state;
    for (let t = from; t < to; t++) {
      const value = out[t];
      out[t] = (before + last + value) / 3;
      before = last;
      last = value;
    }
    state.before = before;
    state.last = last;
  });
}

export const stochasticFeatures: readonly Feature[] = [
  {
    name: 'stochastic_k_14',
    inputs: INPUTS,
    warmUp: 13,
    range: [0, 100],
    source: 'Lane 1984',
    set: 'basic',
    compute: (bars) => stochasticOscillator(bars, 14),
  },
  {
    name: 'stochastic_d_14',
    inputs: INPUTS,
    warmUp: 15,
    range: [0, 100],
    source: 'Lane 1984 (%D: mean of three %K)',
    set: 'basic',
    compute: (bars) => meanOfThree(stochasticOscillator(bars, 14)),
  },
  {
    name: 'stochastic_slow_d_14',
    inputs: INPUTS,
    warmUp: 17,
    range: [0, 100],
    source: 'Lane 1984 (mean of three %D)',
    set: 'all',
    compute: (bars) => meanOfThree(meanOfThree(stochasticOscillator(bars, 14))),
  },
  {
    name: 'williams_r_14',
    inputs: INPUTS,
    warmUp: 13,
    range: [-100, 0],
    source: 'Williams 1979 (%K - 100)',
    set: 'all',
    compute: (bars) => priceChannel(bars, 14, 'depth'),
  },
];
