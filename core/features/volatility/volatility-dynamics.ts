/** Volatility of volatility, short against long, its rank, its clustering (Engle 1982), and its answer to falls (Black 1976). */
import type { Feature } from '../feature.js';
import { parkinsonVolatility } from './range-volatility.js';
import { realizedVolatility } from './realized-volatility.js';
import { absoluteReturns, logReturns, squaredReturns } from '../market/log-return.js';
import { exponentialAverageInPlace } from '../rolling/exponential-average.js';
import { lagged } from '../rolling/lagged.js';
import { rollingAutocorrelation, rollingCorrelation } from '../rolling/rolling-correlation.js';
import { varianceBlocks } from '../rolling/rolling-variance.js';
import { rollingRank } from '../rolling/rolling-rank.js';

/** RiskMetrics' decay of daily data. */
const DECAY = 0.94;
const SEED_BARS = 20;
const FORGETTING = Math.ceil(Math.log(1e-8) / Math.log(DECAY));

/** Root of the exponential average of squared log returns, decay 0.94, begun with the mean of 20; per bar; NaN for the first 20 bars. */
export function exponentialVolatility(close: Float64Array): Float64Array {
  const out = exponentialAverageInPlace(squaredReturns(close), 1 - DECAY, SEED_BARS);
  for (let t = 0; t < out.length; t++) out[t] = Math.sqrt(out[t]);
  return out;
}

/** Sample deviation / mean of the last `window` realised volatilities of 16 bars; 0 where the price stood still; NaN for the first window + 15 bars. */
export function volatilityOfVolatility(close: Float64Array, window: number): Float64Array {
  const out = realizedVolatility(close, 16);
  const { mean, variance, take } = varianceBlocks(out, window);
  for (let start = 0, end = 0; start < out.length; start = end) {
    end = take(start);
    for (let t = start, k = 0; t < end; t++, k++) out[t] = mean[k] === 0 ? 0 : Math.sqrt(variance[k]) / mean[k];
  }
  return out.fill(Number.NaN, 0, window - 1);
}

/** numerator / denominator; 1 where the denominator is 0. */
function ratio(numerator: Float64Array, denominator: Float64Array): Float64Array {
  for (let t = 0; t < numerator.length; t++) numerator[t] = denominator[t] === 0 ? 1 : numerator[t] / denominator[t];
  return numerator;
}

const COMMON = { inputs: ['close'], set: 'all' } as const;

export const volatilityDynamicsFeatures: readonly Feature[] = [
  {
    ...COMMON,
    name: 'exponential_volatility_94',
    warmUp: SEED_BARS + FORGETTING,
    range: [0, null],
    source: 'RiskMetrics 1996',
    compute: (bars) => exponentialVolatility(bars.close),
  },
  {
    ...COMMON,
    name: 'volatility_of_volatility_32',
    warmUp: 47,
    // The coefficient of variation of n values of one sign is at most sqrt(n).
    range: [0, Math.sqrt(32)],
    source: 'Corsi, Mittnik, Pigorsch and Pigorsch 2008',
    compute: (bars) => volatilityOfVolatility(bars.close, 32),
  },
  {
    ...COMMON,
    name: 'volatility_ratio_16_96',
    warmUp: 96,
    range: [0, Math.sqrt(6)],
    source: 'Andersen, Bollerslev, Diebold and Labys 2003',
    compute: ({ close }) => ratio(realizedVolatility(close, 16), realizedVolatility(close, 96)),
  },
  {
    ...COMMON,
    name: 'range_volatility_ratio_5_20',
    inputs: ['high', 'low'],
    warmUp: 19,
    range: [0, 2],
    source: 'Parkinson 1980',
    compute: (bars) => ratio(parkinsonVolatility(bars, 5), parkinsonVolatility(bars, 20)),
  },
  {
    ...COMMON,
    name: 'range_to_close_volatility_20',
    inputs: ['high', 'low', 'close'],
    warmUp: 20,
    range: [0, null],
    source: 'Parkinson 1980',
    compute: (bars) => ratio(parkinsonVolatility(bars, 20), realizedVolatility(bars.close, 20)),
  },
  {
    ...COMMON,
    name: 'volatility_rank_96',
    warmUp: 112,
    range: [0, 1],
    source: 'Conover 1999, ch. 5',
    compute: (bars) => rollingRank(realizedVolatility(bars.close, 16), 96),
  },
  {
    ...COMMON,
    name: 'volatility_clustering_64',
    warmUp: 65,
    range: [-1, 1],
    source: 'Engle 1982',
    compute: (bars) => rollingAutocorrelation(absoluteReturns(bars.close), 1, 64),
  },
  {
    ...COMMON,
    name: 'leverage_correlation_64',
    warmUp: 65,
    range: [-1, 1],
    source: 'Black 1976',
    compute: (bars) => rollingCorrelation(lagged(logReturns(bars.close), 1), absoluteReturns(bars.close), 64),
  },
];
