/** Variance read from trades: its level, its jump part and its noise (Barndorff-Nielsen and Shephard 2004; Hansen and Lunde 2006). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { squaredReturns } from '../market/log-return.js';
import { logRatioOrZero } from '../rolling/ratio.js';
import { rollingMean, rollingSum, rollingSumInPlace } from '../rolling/rolling-sum.js';

/** Square root of the mean realised variance of a bar over `window` bars: log return a bar. NaN for the first window - 1 bars. */
export function tradeVolatility(bars: Bars, window: number): Float64Array {
  return rollingMean(bars.extras['realizedVariance'], window).map(Math.sqrt);
}

/** max(0, 1 - bipower variation / realised variance) over `window` bars in [0, 1]: the share of jumps; 0 where nothing moved. NaN as above. */
export function jumpShare(bars: Bars, window: number): Float64Array {
  const bipower = rollingSum(bars.extras['bipowerVariation'], window);
  return rollingSum(bars.extras['realizedVariance'], window).map((total, t) => (total === 0 ? 0 * bipower[t] : Math.max(0, 1 - bipower[t] / total)));
}

/**
 * ln of the trades' realised variance over the sum of squared log returns of the bars, over `window` bars: above 0 the more, the
 * more of the trades' moves comes back (bid-ask bounce). 0 where either is 0; NaN for the first `window` bars.
 */
export function noiseRatio(bars: Bars, window: number): Float64Array {
  return logRatioOrZero(rollingSum(bars.extras['realizedVariance'], window), rollingSumInPlace(squaredReturns(bars.close), window));
}

/**
 * Roll's effective spread of trades over `window` bars, a fraction of the price: 2 sqrt(-mean of r(i) r(i-1)) with the mean over all
 * trades; each minute's first two have no product, so thin trading makes it too small. 0 where the mean is positive. NaN for the first
 * window - 1 bars.
 */
export function tradeRollSpread(bars: Bars, window: number): Float64Array {
  const count = rollingSum(bars.tradeCount, window);
  return rollingSum(bars.extras['returnProduct'], window).map((product, t) => (count[t] === 0 ? 0 * product : 2 * Math.sqrt(Math.max(0, -product / count[t]))));
}

const SHEPHARD = 'Barndorff-Nielsen and Shephard 2004';

export const tradeVarianceFeatures: readonly Feature[] = [
  {
    name: 'trade_volatility_32',
    inputs: ['realizedVariance'],
    warmUp: 31,
    range: [0, null],
    source: 'Andersen and Bollerslev 1998',
    set: 'basic',
    compute: (bars) => tradeVolatility(bars, 32),
  },
  {
    name: 'trade_volatility_ratio_8_96',
    inputs: ['realizedVariance'],
    warmUp: 95,
    range: [null, null],
    source: 'Andersen and Bollerslev 1998; Corsi 2009',
    set: 'all',
    compute: (bars) => logRatioOrZero(tradeVolatility(bars, 8), tradeVolatility(bars, 96)),
  },
  {
    name: 'jump_share_32',
    inputs: ['realizedVariance', 'bipowerVariation'],
    warmUp: 31,
    range: [0, 1],
    source: SHEPHARD,
    set: 'basic',
    compute: (bars) => jumpShare(bars, 32),
  },
  {
    name: 'jump_share_96',
    inputs: ['realizedVariance', 'bipowerVariation'],
    warmUp: 95,
    range: [0, 1],
    source: SHEPHARD,
    set: 'all',
    compute: (bars) => jumpShare(bars, 96),
  },
  {
    name: 'noise_ratio_32',
    inputs: ['close', 'realizedVariance'],
    warmUp: 32,
    range: [null, null],
    source: 'Hansen and Lunde 2006',
    set: 'all',
    compute: (bars) => noiseRatio(bars, 32),
  },
  {
    name: 'trade_roll_spread_32',
    inputs: ['tradeCount', 'returnProduct'],
    warmUp: 31,
    range: [0, null],
    source: 'Roll 1984',
    set: 'all',
    compute: (bars) => tradeRollSpread(bars, 32),
  },
];
