/** What the trades of one bar, taken together, make of its prices, amounts and flow columns (bar-extras.ts). */
import type { Bars } from '../data/bars.js';
import { selectOrder } from './select-order.js';
import type { TradeRange } from './trade-columns.js';

/** Buckets of equal volume in a bar: the n of VPIN. */
const BUCKETS = 5;
const UPPER_QUANTILE = 0.95;

/**
 * Fills row `row` of `out`, times excepted, from the trades of the range (at least one). `out` has FLOW_EXTRAS. Sums run in
 * trade order. A return r is the log of a trade's price over the price of the trade before it in the range, so the first
 * trade has none, and a sum over no term is 0. Quantiles are of type 7 (core/stats/quantile.ts).
 */
export function fillBar(out: Bars, row: number, range: TradeRange): void {
  fillPrices(out, row, range);
  fillReturns(out, row, range);
  fillSizes(out, row, range);
  out.extras.bucketImbalance[row] = bucketImbalance(range, out.volume[row]);
}

function fillPrices(out: Bars, row: number, range: TradeRange): void {
  const { from, to } = range;
  const { price } = range.trades;
  const sums = sumPrices(range);
  out.open[row] = price[from];
  out.high[row] = sums.high;
  out.low[row] = sums.low;
  out.close[row] = price[to - 1];
  out.volume[row] = sums.volume;
  out.quoteVolume[row] = sums.quoteVolume;
  out.tradeCount[row] = to - from;
  out.takerBuyVolume[row] = sums.bought;
  out.extras.takerBuyCount[row] = sums.buys;
}

interface PriceSums {
  readonly high: number;
  readonly low: number;
  readonly volume: number;
  readonly quoteVolume: number;
  readonly bought: number;
  readonly buys: number;
}

/** A loop by itself: behind it code compiled while it ran would stumble over the many shapes of `out` at every bar. */
function sumPrices({ trades, from, to }: TradeRange): PriceSums {
  const { price, quantity, buyerIsMaker } = trades;
  let high = price[from];
  let low = high;
  let volume = 0;
  let quoteVolume = 0;
  let bought = 0;
  let buys = 0;
  for (let i = from; i < to; i++) {
    const p = price[i];
    const q = quantity[i];
    if (p > high) high = p;
    if (p < low) low = p;
    volume += q;
    quoteVolume += q * p;
    if (buyerIsMaker[i] === 0) {
      bought += q;
      buys++;
    }
  }
  return { high, low, volume, quoteVolume, bought, buys };
}

function fillReturns(out: Bars, row: number, range: TradeRange): void {
  const { extras } = out;
  const sums = sumReturns(range);
  extras.realizedVariance[row] = sums.variance;
  extras.bipowerVariation[row] = (Math.PI / 2) * sums.bipower;
  extras.returnProduct[row] = sums.product;
  extras.flowReturn[row] = sums.flowReturn;
  extras.flowSquare[row] = sums.flowSquare;
}

interface ReturnSums {
  readonly variance: number;
  readonly bipower: number;
  readonly product: number;
  readonly flowReturn: number;
  readonly flowSquare: number;
}

/** A return of 0 adds nothing to the sums but the square of its flow, and many trades repeat the price before them. */
function sumReturns({ trades, from, to }: TradeRange): ReturnSums {
  const { price, quantity, buyerIsMaker } = trades;
  let variance = 0;
  let bipower = 0;
  let product = 0;
  let flowReturn = 0;
  let flowSquare = 0;
  let before = 0;
  let last = price[from];
  for (let i = from + 1; i < to; i++) {
    const q = quantity[i];
    flowSquare += q * q;
    const p = price[i];
    if (p === last) {
      before = 0;
      continue;
    }
    const r = Math.log(p / last);
    last = p;
    variance += r * r;
    product += r * before;
    bipower += Math.abs(r * before);
    flowReturn += buyerIsMaker[i] === 0 ? q * r : -q * r;
    before = r;
  }
  return { variance, bipower, product, flowReturn, flowSquare };
}

function fillSizes(out: Bars, row: number, range: TradeRange): void {
  const sizes = range.trades.quantity.slice(range.from, range.to);
  out.extras.medianSize[row] = quantileFrom(sizes, 0.5, 0);
  // The median has put the larger half behind it.
  out.extras.upperSize[row] = quantileFrom(sizes, UPPER_QUANTILE, Math.floor((sizes.length - 1) / 2));
  let largest = sizes[sizes.length - 1];
  for (let i = sizes.length - 2; i >= UPPER_QUANTILE * (sizes.length - 1); i--) if (sizes[i] > largest) largest = sizes[i];
  out.extras.largestSize[row] = largest;
}

/** quantileSorted to the bit, of values whose smallest `from` stand first; reorders them. */
function quantileFrom(values: Float64Array, q: number, from: number): number {
  const position = (values.length - 1) * q;
  const low = Math.floor(position);
  const value = selectOrder(values, low, from);
  const fraction = position - low;
  if (fraction === 0) return value;
  // Those behind are not less: the next in order is the least of them.
  let next = values[low + 1];
  for (let i = low + 2; i < values.length; i++) if (values[i] < next) next = values[i];
  return value + fraction * (next - value);
}

/** The sum over the buckets of |bought - sold|. Buckets end at k / 5 of the volume; a trade across an end is split there. */
function bucketImbalance(range: TradeRange, volume: number): number {
  const { quantity, buyerIsMaker } = range.trades;
  let sum = 0;
  let bucket = 0;
  let done = 0;
  let k = 1;
  let end = volume / BUCKETS;
  for (let i = range.from; i < range.to; i++) {
    const side = buyerIsMaker[i] === 0 ? 1 : -1;
    // Sums as the volume was summed, so that the last trade ends at the volume exactly.
    let start = done;
    done += quantity[i];
    while (k < BUCKETS && done > end) {
      sum += Math.abs(bucket + side * (end - start));
      bucket = 0;
      start = end;
      k++;
      end = (volume * k) / BUCKETS;
    }
    bucket += side * (done - start);
  }
  return sum + Math.abs(bucket);
}
