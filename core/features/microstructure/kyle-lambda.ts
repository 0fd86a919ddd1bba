/** Price impact of trades: the slope of returns on signed quantities (Kyle 1985), from what the bars carry of their trades. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { rollingSum } from '../rolling/rolling-sum.js';

/**
 * Kyle's lambda over `window` bars, as the log return that a signed trade of one root mean square quantity brings:
 * (sum qr / sum q^2) sqrt(sum q^2 / trades). 0 in a window without trades; NaN for the first window - 1 bars.
 */
export function kyleLambda(bars: Bars, window: number): Float64Array {
  const slope = rollingSum(bars.extras['flowReturn'], window);
  const square = rollingSum(bars.extras['flowSquare'], window);
  const count = rollingSum(bars.tradeCount, window);
  return slope.map((value, t) => {
    const scale = Math.sqrt(square[t] * count[t]);
    return scale === 0 ? 0 : value / scale;
  });
}

/**
 * Correlation through the origin of trade returns and signed quantities over `window` bars: sum qr / sqrt(sum q^2 sum r^2) in
 * [-1, 1], how much of the price's moves is the takers'. 0 where nothing moved; NaN for the first window - 1 bars.
 */
export function flowReturnCorrelation(bars: Bars, window: number): Float64Array {
  const product = rollingSum(bars.extras['flowReturn'], window);
  const square = rollingSum(bars.extras['flowSquare'], window);
  const variance = rollingSum(bars.extras['realizedVariance'], window);
  return product.map((value, t) => {
    const scale = Math.sqrt(square[t]) * Math.sqrt(variance[t]);
    return scale === 0 ? 0 : Math.min(1, Math.max(-1, value / scale));
  });
}

const lambda = (window: number, set: Feature['set']): Feature => ({
  name: `kyle_lambda_${window}`,
  inputs: ['tradeCount', 'flowReturn', 'flowSquare'],
  warmUp: window - 1,
  range: [null, null],
  source: 'Kyle 1985; Hasbrouck 2009',
  set,
  compute: (bars) => kyleLambda(bars, window),
});

export const kyleLambdaFeatures: readonly Feature[] = [
  lambda(32, 'basic'),
  lambda(96, 'all'),
  {
    name: 'flow_return_correlation_32',
    inputs: ['flowReturn', 'flowSquare', 'realizedVariance'],
    warmUp: 31,
    range: [-1, 1],
    source: 'Kyle 1985',
    set: 'all',
    compute: (bars) => flowReturnCorrelation(bars, 32),
  },
];
