/** Close-to-close volatility: root of the mean squared log return (Andersen et al. 2003), and short against long. */
import type { Feature, FeatureSet } from '../feature.js';
import { squaredReturns } from '../market/log-return.js';
import { rollingMeanInPlace } from '../rolling/rolling-sum.js';

/** Root mean square of the last `window` log returns (no mean taken off), per bar; NaN for the first `window` bars. */
export function realizedVolatility(close: Float64Array, window: number): Float64Array {
  const out = rollingMeanInPlace(squaredReturns(close), window);
  for (let t = 0; t < out.length; t++) out[t] = Math.sqrt(out[t]);
  return out;
}

const SOURCE = 'Andersen, Bollerslev, Diebold and Labys 2003';
const WINDOWS: readonly (readonly [number, FeatureSet])[] = [
  [16, 'minimal'],
  [64, 'basic'],
];

export const realizedVolatilityFeatures: readonly Feature[] = [
  ...WINDOWS.map(
    ([window, set]): Feature => ({
      name: `realized_volatility_${window}`,
      inputs: ['close'],
      warmUp: window,
      range: [0, null],
      source: SOURCE,
      set,
      compute: (bars) => realizedVolatility(bars.close, window),
    }),
  ),
  {
    name: 'volatility_ratio_8_64',
    inputs: ['close'],
    warmUp: 64,
    range: [0, Math.sqrt(8)],
    source: SOURCE,
    set: 'basic',
    compute: (bars) => {
      const long = realizedVolatility(bars.close, 64);
      const out = realizedVolatility(bars.close, 8);
      for (let t = 0; t < out.length; t++) out[t] = long[t] === 0 ? 1 : out[t] / long[t];
      return out;
    },
  },
];
