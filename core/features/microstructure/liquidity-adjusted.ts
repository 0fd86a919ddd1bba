/**
 * Returns and volumes against the liquidity that met them. With all depths scaled by k: depth_turnover's argument and depth_consumed
 * scale by 1 / k, and the liquidity-adjusted return is r / (1 + |flow| / (k depth)).
 */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { logReturns } from '../market/log-return.js';
import { logRatioOrZero, ratioOrZero } from '../rolling/ratio.js';
import { rollingMean, rollingSum } from '../rolling/rolling-sum.js';
import { amihudRatios } from './amihud-illiquidity.js';

/**
 * Net taker flow of the bar over the depth that it met, offers for buys and bids for sells: signed, 1 = as much as lay within 1 % of the
 * middle. Depth is the one at the bar before's close: what lay there before the flow came. 0 where there was no depth; NaN for the first bar.
 */
export function depthConsumed(bars: Bars): Float64Array {
  const { bidDepth, askDepth } = bars.extras;
  const out = new Float64Array(bars.volume.length).fill(Number.NaN);
  for (let t = 1; t < out.length; t++) {
    const flow = 2 * bars.takerBuyVolume[t] - bars.volume[t];
    const depth = flow >= 0 ? askDepth[t - 1] : bidDepth[t - 1];
    out[t] = depth === 0 ? 0 * Math.abs(flow) : flow / depth;
  }
  return out;
}

/** Log return of the bar over 1 + |net taker flow / depth met|: the move that the flow does not explain by depth. NaN for the first bar. */
export function liquidityAdjustedReturn(bars: Bars): Float64Array {
  const consumed = depthConsumed(bars);
  return logReturns(bars.close).map((change, t) => change / (1 + Math.abs(consumed[t])));
}

/** ln(1 + volume over `window` bars / the mean depth of both sides in them): how often the visible book was traded. NaN for the first window - 1 bars. */
export function depthTurnover(bars: Bars, window: number): Float64Array {
  const { bidDepth, askDepth } = bars.extras;
  const depth = bidDepth.map((quantity, t) => quantity + askDepth[t]);
  return ratioOrZero(rollingSum(bars.volume, window), rollingMean(depth, window)).map(Math.log1p);
}

/** ln of Amihud's mean |return| per value of `short` bars over that of `long`: illiquidity against its own level. NaN for the first `long` bars. */
export function illiquidityTrend(bars: Bars, short: number, long: number): Float64Array {
  const ratios = amihudRatios(bars);
  return logRatioOrZero(rollingMean(ratios, short), rollingMean(ratios, long));
}

const AMIHUD = 'Amihud 2002';
const BOOK = 'Bouchaud, Farmer and Lillo 2009';

export const liquidityAdjustedFeatures: readonly Feature[] = [
  {
    name: 'illiquidity_trend_8_96',
    inputs: ['close', 'volume', 'quoteVolume'],
    warmUp: 96,
    range: [null, null],
    source: AMIHUD,
    set: 'all',
    compute: (bars) => illiquidityTrend(bars, 8, 96),
  },
  {
    name: 'depth_consumed',
    inputs: ['volume', 'takerBuyVolume', 'bidDepth', 'askDepth'],
    warmUp: 1,
    range: [null, null],
    source: BOOK,
    set: 'all',
    compute: depthConsumed,
  },
  {
    name: 'liquidity_adjusted_return',
    inputs: ['close', 'volume', 'takerBuyVolume', 'bidDepth', 'askDepth'],
    warmUp: 1,
    range: [null, null],
    source: BOOK,
    set: 'all',
    compute: liquidityAdjustedReturn,
  },
  {
    name: 'depth_turnover_8',
    inputs: ['volume', 'bidDepth', 'askDepth'],
    warmUp: 7,
    range: [0, null],
    source: BOOK,
    set: 'all',
    compute: (bars) => depthTurnover(bars, 8),
  },
];
