/**
 * Chaikin's money flow and oscillator (Achelis 2000). The accumulation/distribution line is a running total, whose level depends on
 * where the series began: its difference over a window is the money flow, and the oscillator is a filter of its steps.
 */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { averageWeight } from './average-weight.js';
import { followBars } from './follow-bars.js';
import { toSuffixSums } from './suffix-sums.js';
import { spanWarmUp } from '../rolling/exponential-average.js';
import { rollingSum } from '../rolling/rolling-sum.js';

/** Steps of the accumulation/distribution line: volume times ((close - low) - (high - close)) / (high - low), 0 in a bar without range. */
export function moneyFlowVolume(bars: Bars): Float64Array {
  const { high, low, close, volume } = bars;
  const out = new Float64Array(close.length);
  for (let t = 0; t < out.length; t++) out[t] = high[t] === low[t] ? 0 : (volume[t] * (close[t] - low[t] - (high[t] - close[t]))) / (high[t] - low[t]);
  return out;
}

/** Change of the line over `window` bars / their volume, in [-1, 1]; 0 without volume; NaN for the first window - 1 bars. */
export function chaikinMoneyFlow(bars: Bars, window: number): Float64Array {
  const out = rollingSum(moneyFlowVolume(bars), window);
  const volume = rollingSum(bars.volume, window);
  for (let t = 0; t < out.length; t++) out[t] = volume[t] === 0 ? 0 : out[t] / volume[t];
  return out;
}

/**
 * Average of span `fast` of the line less that of span `slow`, in mean volumes of `slow` bars; 0 without volume; NaN for the first
 * slow - 1 bars. A line less its average of span n is (n - 1) / 2 times the average of its steps, so the line itself is not needed.
 */
export function chaikinOscillator({ high, low, close, volume }: Bars, fast: number, slow: number): Float64Array {
  const series = { high, low, close, volume, fast, slow, block: new Float64Array(slow + 1), out: new Float64Array(close.length) };
  return followBars(series, { seen: 0, quick: 0, calm: 0, k: 0, sum: 0 }, (inputs, state, { from, to }) => {
    const { high, low, close, volume, fast, slow, block, out } = inputs;
    let { seen, quick, calm, k, sum } = state;
    const [ofQuick, ofCalm, toMean] = [2 / (fast + 1), 2 / (slow + 1), 1 / slow];
    for (let t = from; t < to; t++) {
      const amount = volume[t];
      const range = high[t] - low[t];
      const step = range === 0 ? 0 : (amount * (close[t] - low[t] - (high[t] - close[t]))) / range;
      sum += amount;
      block[k++] = amount;
      const usual = (block[k] + sum) * toMean;
      out[t] = step;
      if (step === step) {
        seen++;
        quick += averageWeight(seen, fast, ofQuick) * (step - quick);
        calm += averageWeight(seen, slow, ofCalm) * (step - calm);
        out[t] = seen < slow ? Number.NaN : usual === 0 ? 0 : (((slow - 1) / 2) * calm - ((fast - 1) / 2) * quick) / usual;
      }
      if (k < slow) continue;
      toSuffixSums(block);
      k = 0;
      sum = 0;
    }
    state.seen = seen;
    state.quick = quick;
    state.calm = calm;
    state.k = k;
    state.sum = sum;
  });
}

const COMMON = { inputs: ['high', 'low', 'close', 'volume'], source: 'Chaikin, in Achelis 2000', set: 'all' } as const;

export const chaikinFeatures: readonly Feature[] = [
  { ...COMMON, name: 'chaikin_money_flow_20', warmUp: 19, range: [-1, 1], compute: (bars) => chaikinMoneyFlow(bars, 20) },
  { ...COMMON, name: 'chaikin_oscillator_3_10', warmUp: spanWarmUp(10), range: [null, null], compute: (bars) => chaikinOscillator(bars, 3, 10) },
];
