/** Open contracts against the price: new money, or positions closed (Bessembinder and Seguin 1993; Hong and Yogo 2012). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { logReturns } from '../market/log-return.js';
import { rollingCorrelation } from '../rolling/rolling-correlation.js';
import { rollingScore } from '../rolling/rolling-variance.js';
import { ratioOrZero } from '../rolling/ratio.js';
import { rollingSum } from '../rolling/rolling-sum.js';

/**
 * z-score over 3 x `window` bars of the log return of `window` bars, less that of the log change of open interest: above 0 where the price
 * rose more than its contracts. NaN for the first 4 x window - 1 bars.
 */
export function openInterestDivergence(bars: Bars, window: number): Float64Array {
  const contracts = rollingScore(logReturns(bars.extras['openInterest'], window), 3 * window);
  return rollingScore(logReturns(bars.close, window), 3 * window).map((price, t) => price - contracts[t]);
}

const SEGUIN = 'Bessembinder and Seguin 1993';
const YOGO = 'Hong and Yogo 2012';
const DIVERGENCE_BOUND = (2 * 95) / Math.sqrt(96);

const change = (lag: number): Feature => ({
  name: `open_interest_change_${lag}`,
  inputs: ['openInterest'],
  warmUp: lag,
  range: [null, null],
  source: YOGO,
  set: lag === 8 ? 'basic' : 'all',
  compute: (bars) => logReturns(bars.extras['openInterest'], lag),
});

export const openInterestFeatures: readonly Feature[] = [
  change(8),
  change(96),
  {
    name: 'open_interest_correlation_96',
    inputs: ['close', 'openInterest'],
    warmUp: 96,
    range: [-1, 1],
    source: SEGUIN,
    set: 'all',
    compute: (bars) => rollingCorrelation(logReturns(bars.close), logReturns(bars.extras['openInterest']), 96),
  },
  {
    name: 'open_interest_divergence_32',
    inputs: ['close', 'openInterest'],
    warmUp: 127,
    range: [-DIVERGENCE_BOUND, DIVERGENCE_BOUND],
    source: YOGO,
    set: 'all',
    compute: (bars) => openInterestDivergence(bars, 32),
  },
  // How often the open contracts were traded over: ln(1 + volume of 96 bars / open interest).
  {
    name: 'open_interest_turnover_96',
    inputs: ['volume', 'openInterest'],
    warmUp: 95,
    range: [0, null],
    source: SEGUIN,
    set: 'all',
    compute: (bars) => ratioOrZero(rollingSum(bars.volume, 96), bars.extras['openInterest']).map(Math.log1p),
  },
];
