/** How the asset moves with the reference: correlation, beta, what beta leaves over, and the spread of their prices. */
import type { Bars } from '../../data/bars.js';
import type { Feature, FeatureSet } from '../feature.js';
import { logReturns } from '../market/log-return.js';
import { logRatioOrZero } from '../rolling/ratio.js';
import { rollingCorrelation, rollingCovariance } from '../rolling/rolling-correlation.js';
import { rollingDeviation, rollingScore } from '../rolling/rolling-variance.js';
import { rollingSum } from '../rolling/rolling-sum.js';
import { referenceClose } from './reference-asset.js';

interface PairReturns {
  readonly own: Float64Array;
  readonly reference: Float64Array;
}

/** Log returns of both; NaN in the first bar and where a close is missing. */
export function pairReturns(bars: Bars): PairReturns {
  return { own: logReturns(bars.close), reference: logReturns(referenceClose(bars)) };
}

/** Pearson correlation of the log returns of `window` bars, in [-1, 1]; 0 where one stands still; NaN for the first `window` bars. */
export function pairCorrelation(bars: Bars, window: number): Float64Array {
  const { own, reference } = pairReturns(bars);
  return rollingCorrelation(own, reference, window);
}

/** Slope of the asset's log returns on the reference's over `window` bars; 0 where the reference stands still. NaN as above. */
export function pairBeta(bars: Bars, window: number): Float64Array {
  const { own, reference } = pairReturns(bars);
  const { covariance, varianceB } = rollingCovariance(own, reference, window);
  return covariance.map((value, t) => (varianceB[t] === 0 ? 0 * value : value / varianceB[t]));
}

/**
 * Sum over `window` bars of the log return less beta times the reference's, each bar with the beta of the `betaWindow` bars before it:
 * the asset's own drift. NaN for the first betaWindow + window bars.
 */
export function residualMomentum(bars: Bars, window: number, betaWindow: number): Float64Array {
  const { own, reference } = pairReturns(bars);
  const beta = pairBeta(bars, betaWindow);
  const residuals = own.map((value, t) => (t === 0 ? Number.NaN : value - beta[t - 1] * reference[t]));
  return rollingSum(residuals, window);
}

/** z-score of ln(close / reference close) over `window` bars, this one included; NaN for the first window - 1 bars. */
export function pairSpreadScore(bars: Bars, window: number): Float64Array {
  const reference = referenceClose(bars);
  return rollingScore(
    bars.close.map((price, t) => Math.log(price / reference[t])),
    window,
  );
}

const INPUTS = ['close', 'pairs'] as const;
const entry = (name: string, compute: Feature['compute'], rest: Pick<Feature, 'warmUp' | 'range' | 'source'> & { set?: FeatureSet }): Feature => ({
  name,
  inputs: INPUTS,
  set: 'all',
  compute,
  ...rest,
});

const CORRELATION = 'Forbes and Rigobon 2002';
const BETA = 'Sharpe 1964';

export const pairCorrelationFeatures: readonly Feature[] = [
  entry('pair_correlation_96', (bars) => pairCorrelation(bars, 96), { warmUp: 96, range: [-1, 1], source: CORRELATION, set: 'basic' }),
  entry('pair_correlation_32', (bars) => pairCorrelation(bars, 32), { warmUp: 32, range: [-1, 1], source: CORRELATION }),
  entry('pair_beta_96', (bars) => pairBeta(bars, 96), { warmUp: 96, range: [null, null], source: BETA, set: 'basic' }),
  entry('residual_momentum_32', (bars) => residualMomentum(bars, 32, 96), {
    warmUp: 128,
    range: [null, null],
    source: 'Blitz, Huij and Martens 2011',
  }),
  entry('pair_spread_score_96', (bars) => pairSpreadScore(bars, 96), {
    warmUp: 95,
    range: [-95 / Math.sqrt(96), 95 / Math.sqrt(96)],
    source: 'Gatev, Goetzmann and Rouwenhorst 2006',
  }),
  entry(
    'pair_volatility_ratio_96',
    (bars) => {
      const { own, reference } = pairReturns(bars);
      return logRatioOrZero(rollingDeviation(own, 96), rollingDeviation(reference, 96));
    },
    { warmUp: 96, range: [null, null], source: BETA },
  ),
];
