/** Columns that bars may have beside open, high, low, close and amounts: what each is, and how finer bars make a coarser one. */

/**
 * How the values of the fine bars in a coarse bar make its value; missing ones are left out, and it is NaN where all are.
 * sum, last, maximum; meanByTrades = weighted by tradeCount; mean = each fine bar counts once.
 */
export type ExtraRule = 'sum' | 'last' | 'maximum' | 'mean' | 'meanByTrades';

export interface BarExtra {
  readonly rule: ExtraRule;
  readonly unit: string;
  readonly description: string;
}

const flow = (rule: ExtraRule, unit: string, description: string): BarExtra => ({ rule, unit, description });
const asOf = (unit: string, description: string): BarExtra => ({ rule: 'last', unit, description });

/**
 * The extras by name. Flow columns come from trades, one minute at a time: r is the log return of a trade to the one before it in
 * the same minute, q its quantity with the sign of the taker. A coarser bar adds the minutes up, so its value does not depend on
 * how it was made. As-of columns hold what was known at the bar's close (as-of-join.ts).
 */
export const BAR_EXTRAS = {
  takerBuyCount: flow('sum', 'trades', 'trades whose taker bought'),
  realizedVariance: flow('sum', '1', 'sum of r^2 (Andersen and Bollerslev 1998)'),
  bipowerVariation: flow('sum', '1', 'pi / 2 times the sum of |r(i)| |r(i-1)| (Barndorff-Nielsen and Shephard 2004)'),
  returnProduct: flow('sum', '1', 'sum of r(i) r(i-1): its mean is the autocovariance of Roll 1984'),
  flowReturn: flow('sum', 'base', 'sum of q r: numerator of the slope of Kyle 1985'),
  flowSquare: flow('sum', 'base^2', 'sum of q^2 over the trades with an r: its denominator'),
  bucketImbalance: flow(
    'sum',
    'base',
    "sum over the minute's five buckets of equal volume of |taker buys - taker sells|: numerator of VPIN (Easley, Lopez de Prado and O'Hara 2012)",
  ),
  medianSize: flow('meanByTrades', 'base', 'median quantity of a trade'),
  upperSize: flow('meanByTrades', 'base', '0.95 quantile of the quantities'),
  largestSize: flow('maximum', 'base', 'largest quantity of a trade'),
  bid: asOf('quote', 'best bid'),
  ask: asOf('quote', 'best ask'),
  bidQuantity: asOf('base', 'quantity at the best bid'),
  askQuantity: asOf('base', 'quantity at the best ask'),
  quotedSpread: flow('mean', '1', 'time-weighted mean of (ask - bid) / middle'),
  orderFlowImbalance: flow('sum', 'base', "sum of the changes of the best quotes' queues (Cont, Kukanov and Stoikov 2014)"),
  quoteUpdates: flow('sum', 'updates', 'changes of the best quotes'),
  bidDepth: asOf('base', 'quantity bid within 1 % of the middle'),
  askDepth: asOf('base', 'quantity offered within 1 % of the middle'),
  markPrice: asOf('quote', 'mark price of the perpetual'),
  openInterest: asOf('base', 'open interest'),
  accountRatio: asOf('1', 'long over short accounts, all traders'),
  topAccountRatio: asOf('1', 'long over short accounts, top traders'),
  topPositionRatio: asOf('1', 'long over short positions, top traders'),
  takerRatio: asOf('1', 'taker buy over sell volume, as the exchange publishes it'),
  fearGreed: asOf('0..100', 'fear and greed index'),
  hashRate: asOf('hashes/s', 'hash rate of the Bitcoin network'),
  imputed: flow('maximum', '0 or 1', '1 where a cell was filled in'),
} as const satisfies Readonly<Record<string, BarExtra>>;

export type BarExtraName = keyof typeof BAR_EXTRAS;

/** Extras that the bar engine makes of trades. */
export const FLOW_EXTRAS = [
  'takerBuyCount',
  'realizedVariance',
  'bipowerVariation',
  'returnProduct',
  'flowReturn',
  'flowSquare',
  'bucketImbalance',
  'medianSize',
  'upperSize',
  'largestSize',
] as const satisfies readonly BarExtraName[];

/** Extras that quote bars make of the best quotes, and of the depth of the book where it is known. */
export const QUOTE_EXTRAS = [
  'bid',
  'ask',
  'bidQuantity',
  'askQuantity',
  'quotedSpread',
  'orderFlowImbalance',
  'quoteUpdates',
] as const satisfies readonly BarExtraName[];
export const DEPTH_EXTRAS = ['bidDepth', 'askDepth'] as const satisfies readonly BarExtraName[];

/** Extras of another asset are named so: its close (last) and its volume in base currency (sum) on the same bars. */
export const PAIR_CLOSE = 'close:';
export const PAIR_VOLUME = 'volume:';

/** The rule of an extra by its name. @throws RangeError when no rule is known for the name */
export function extraRule(name: string): ExtraRule {
  if (name.startsWith(PAIR_CLOSE)) return 'last';
  if (name.startsWith(PAIR_VOLUME)) return 'sum';
  const known = (BAR_EXTRAS as Readonly<Record<string, BarExtra>>)[name];
  if (known === undefined) throw new RangeError(`expected a bar column out of ${Object.keys(BAR_EXTRAS).join(', ')}, found ${name}`);
  return known.rule;
}

/** Symbols of the other assets whose close the bars carry, in the order of the columns. */
export function pairSymbols(extras: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(extras).flatMap((name) => (name.startsWith(PAIR_CLOSE) ? [name.slice(PAIR_CLOSE.length)] : []));
}
