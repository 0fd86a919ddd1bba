/** Another asset beside the simulated one, correlated with it and leading or following it. */
import type { Bars } from '../data/bars.js';
import { sliceBars } from '../data/bars.js';
import { makeBars } from '../data/make-bars.js';
import { deriveSeed, makeRandom } from '../stats/random.js';
import type { Random } from '../stats/random.js';
import { MINUTE_MS } from './market-parameters.js';
import { makeMarketSkeleton } from './market.js';
import type { MarketSkeleton } from './market.js';

export interface PairParameters {
  readonly symbol: string;
  /** Correlation of the two assets' standardised moves of one minute. */
  readonly correlation: number;
  /** Minutes by which the other asset follows the main one; below 0 it leads by so many. */
  readonly lagMinutes: number;
  /** Correlation of the other asset's moves with the main one's moves lagMinutes earlier; 0 = no lead and no lag. */
  readonly strength: number;
}

/** First price of the other asset, and the median quantity of a trade in its base currency. */
const START_PRICE = 100;
const MEAN_QUANTITY = 10;

/**
 * 1m bars of the other asset over the same window, minutes without a trade left out. Its standardised move of minute m is
 * correlation x z(m) + strength x z(m - lagMinutes) + an own part, with z the main asset's standardised moves (jumps,
 * drift and signal in them), at the main asset's volatility of that minute and its number of trades. High and low are
 * those of a Brownian bridge. Made anew from (seed, symbol) only; an earlier end of the window changes no earlier bar.
 * @throws RangeError when lagMinutes is no integer, strength stands without a lag, or the two correlations leave no room (squares above 1)
 */
export function simulatePairBars(skeleton: MarketSkeleton, pair: PairParameters): Bars {
  const { correlation, lagMinutes, strength } = pair;
  if (!Number.isInteger(lagMinutes)) throw new RangeError(`expected lagMinutes in whole minutes, found ${lagMinutes}`);
  if (lagMinutes === 0 && strength !== 0) throw new RangeError(`expected a lag other than 0 for strength ${strength}`);
  const own = 1 - correlation ** 2 - strength ** 2;
  if (!(own >= 0)) throw new RangeError(`expected correlation^2 + strength^2 at most 1, found ${correlation} and ${strength}`);
  const { minuteCount, parameters, sigma, firstTrade } = skeleton;
  const random = makeRandom(deriveSeed(parameters.seed, 'pair', parameters.symbol, pair.symbol));
  const z = standardisedMoves(skeleton, lagMinutes);
  const bars = makeBars(minuteCount);
  let price = START_PRICE;
  let row = 0;
  for (let m = 0; m < minuteCount; m++) {
    const earlier = m - lagMinutes >= 0 ? z[m - lagMinutes] : random.normal();
    const move = correlation * z[m] + strength * earlier + Math.sqrt(own) * random.normal();
    const close = price * Math.exp(sigma[m] * move);
    const trades = firstTrade[m + 1] - firstTrade[m];
    fillBar(bars, row, { openMs: parameters.fromMs + m * MINUTE_MS, open: price, close, sigma: sigma[m], trades, random });
    if (trades > 0) row++;
    price = close;
  }
  return sliceBars(bars, 0, row);
}

/** The main asset's moves in standard deviations, variance 1 with its jumps; where the other asset leads, so many minutes past the end. */
function standardisedMoves(skeleton: MarketSkeleton, lagMinutes: number): Float64Array {
  const { parameters } = skeleton;
  const ahead = Math.max(0, -lagMinutes);
  // A later end changes no earlier minute: the same market, seen further.
  const { logPrice, sigma } = ahead === 0 ? skeleton : makeMarketSkeleton({ ...parameters, toMs: parameters.toMs + ahead * MINUTE_MS });
  const spread = Math.sqrt(1 + (parameters.jumpsPerDay / 1440) * parameters.jumpSize ** 2);
  return sigma.map((value, m) => (logPrice[m + 1] - logPrice[m]) / (value * spread));
}

interface Minute {
  readonly openMs: number;
  readonly open: number;
  readonly close: number;
  readonly sigma: number;
  readonly trades: number;
  readonly random: Random;
}

/** Writes the minute's bar; takes the same count of random numbers whether or not it had trades. */
function fillBar(bars: Bars, row: number, { openMs, open, close, sigma, trades, random }: Minute): void {
  const move = Math.log(close / open);
  // Extremes of a Brownian bridge (Karatzas and Shreve 1991, 4.3): P(maximum > b) = exp(-2 b (b - move) / sigma^2).
  const reach = (): number => Math.sqrt(move * move - 2 * sigma * sigma * Math.log(1 - random.uniform()));
  const [up, down] = [(move + reach()) / 2, (move - reach()) / 2];
  const quantity = trades * MEAN_QUANTITY * Math.exp(0.2 * random.normal());
  const buyShare = Math.min(1, Math.max(0, 0.5 + (0.5 * random.normal()) / Math.sqrt(Math.max(1, trades))));
  bars.openTimeMs[row] = openMs;
  bars.closeTimeMs[row] = openMs + MINUTE_MS;
  bars.open[row] = open;
  bars.close[row] = close;
  bars.high[row] = Math.max(open, close, open * Math.exp(up));
  bars.low[row] = Math.min(open, close, open * Math.exp(down));
  bars.volume[row] = quantity;
  bars.quoteVolume[row] = (quantity * (open + close)) / 2;
  bars.tradeCount[row] = trades;
  bars.takerBuyVolume[row] = quantity * buyShare;
}
