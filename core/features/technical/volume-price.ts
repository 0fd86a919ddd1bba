/** Price and volume together: their correlation (Karpoff 1987), and the price-volume trend (Achelis 2000) as a difference over a window. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { logReturns, rateOfChange } from '../market/log-return.js';
import { rollingCorrelation } from '../rolling/rolling-correlation.js';
import { rollingSum } from '../rolling/rolling-sum.js';

/** Mean one-bar change of `window` bars weighted by volume: the change of the price-volume trend over their volume; 0 without volume; NaN for the first `window` bars. */
export function priceVolumeTrend(bars: Bars, window: number): Float64Array {
  const flow = rateOfChange(bars.close, 1);
  for (let t = 0; t < flow.length; t++) flow[t] *= bars.volume[t];
  const out = rollingSum(flow, window);
  const volume = rollingSum(bars.volume, window);
  for (let t = 0; t < out.length; t++) out[t] = volume[t] === 0 ? 0 : out[t] / volume[t];
  return out;
}

const COMMON = { inputs: ['close', 'volume'], set: 'all' } as const;

export const volumePriceFeatures: readonly Feature[] = [
  {
    ...COMMON,
    name: 'price_volume_correlation_20',
    warmUp: 19,
    range: [-1, 1],
    source: 'Karpoff 1987',
    compute: ({ close, volume }) => rollingCorrelation(close, volume, 20),
  },
  {
    ...COMMON,
    name: 'return_volume_correlation_32',
    warmUp: 32,
    range: [-1, 1],
    source: 'Karpoff 1987',
    compute: ({ close, volume }) => rollingCorrelation(logReturns(close), volume, 32),
  },
  {
    ...COMMON,
    name: 'absolute_return_volume_correlation_32',
    warmUp: 32,
    range: [-1, 1],
    source: 'Karpoff 1987',
    compute: ({ close, volume }) => rollingCorrelation(logReturns(close).map(Math.abs), volume, 32),
  },
  { ...COMMON, name: 'price_volume_trend_20', warmUp: 20, range: [-1, null], source: 'Achelis 2000', compute: (bars) => priceVolumeTrend(bars, 20) },
];
