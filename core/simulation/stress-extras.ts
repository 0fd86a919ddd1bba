/** What a shock does to the bars' further columns, each by its meaning. */
import type { BarExtraName } from '../data/bar-extras.js';
import { extraRule, PAIR_CLOSE, PAIR_VOLUME } from '../data/bar-extras.js';

/** A shock's numbers for one bar. */
export interface BarShock {
  /** Shocked close over the close before the shock. */
  readonly price: number;
  /** Factor on log moves. */
  readonly scale: number;
  /** Factor on volumes and numbers of trades; sizes of single trades stay. */
  readonly volume: number;
  /** Factor on the half-spread. */
  readonly halfSpread: number;
}

/** The factor on a column. */
type Response = (shock: BarShock) => number;

const unchanged: Response = () => 1;
const withPrice: Response = ({ price }) => price;
const withVolume: Response = ({ volume }) => volume;
const withVariance: Response = ({ scale }) => scale * scale;

/**
 * By column. Variances go with the square of the moves, the bounce (returnProduct) also with that of the spread; amounts
 * and queues with volume; a flow times a return with the moves alone, so that impact for a given flow (flowReturn over
 * flowSquare) rises as volume dries up; quotes follow the price (the spread around them: see stressQuotes); positions,
 * ratios, sentiment and other assets are not this shock's matter. A shock's drift and gap are not in the variances.
 */
const RESPONSES: Readonly<Record<BarExtraName, Response>> = {
  takerBuyCount: withVolume,
  realizedVariance: withVariance,
  bipowerVariation: withVariance,
  returnProduct: ({ scale, halfSpread }) => (scale * halfSpread) ** 2,
  flowReturn: ({ scale }) => scale,
  flowSquare: withVolume,
  bucketImbalance: withVolume,
  medianSize: unchanged,
  upperSize: unchanged,
  largestSize: unchanged,
  bid: withPrice,
  ask: withPrice,
  bidQuantity: withVolume,
  askQuantity: withVolume,
  quotedSpread: ({ halfSpread }) => halfSpread,
  orderFlowImbalance: withVolume,
  quoteUpdates: withVolume,
  bidDepth: withVolume,
  askDepth: withVolume,
  markPrice: withPrice,
  openInterest: unchanged,
  accountRatio: unchanged,
  topAccountRatio: unchanged,
  topPositionRatio: unchanged,
  takerRatio: unchanged,
  fearGreed: unchanged,
  hashRate: unchanged,
  imputed: unchanged,
};

/**
 * The extras with each bar's shock from bar `first` on (shocks[k] is that of bar first + k); missing values stay missing.
 * @throws RangeError for a column that bar-extras.ts does not know
 */
export function stressExtras(
  extras: Readonly<Record<string, Float64Array>>,
  first: number,
  shocks: readonly BarShock[],
): Readonly<Record<string, Float64Array>> {
  const out: Record<string, Float64Array> = {};
  for (const [name, before] of Object.entries(extras)) {
    extraRule(name);
    const isOtherAsset = name.startsWith(PAIR_CLOSE) || name.startsWith(PAIR_VOLUME);
    const response = isOtherAsset ? unchanged : RESPONSES[name as BarExtraName];
    const values = before.slice();
    for (const [k, shock] of shocks.entries()) values[first + k] *= response(shock);
    out[name] = values;
  }
  stressQuotes(out, first, shocks);
  return out;
}

/** Quotes widen around their middle. */
function stressQuotes({ bid, ask }: Record<string, Float64Array>, first: number, shocks: readonly BarShock[]): void {
  if (bid === undefined || ask === undefined) return;
  for (const [k, { halfSpread }] of shocks.entries()) {
    const middle = (bid[first + k] + ask[first + k]) / 2;
    bid[first + k] = middle + (bid[first + k] - middle) * halfSpread;
    ask[first + k] = middle + (ask[first + k] - middle) * halfSpread;
  }
}
