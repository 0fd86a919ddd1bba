/** The running state of a bar rule, asked trade by trade. */
import type { BarRule, BarUnit, SignedRule, StandardRule, TradeSide } from './bar-rule.js';
import { checkBarRule } from './bar-rule.js';
import type { RecentValues } from './recent-values.js';
import { makeRecentValues } from './recent-values.js';

/** True when this trade, the next in order, ends a bar. */
export type BarEnd = (price: number, quantity: number, buyerIsMaker: number) => boolean;

/** The state of a rule before its first trade. @throws RangeError for a rule out of range */
export function makeBarEnd(rule: BarRule): BarEnd {
  checkBarRule(rule);
  if (rule.kind === 'standard') return standardEnd(rule);
  return rule.kind === 'imbalance' ? imbalanceEnd(rule) : runEnd(rule);
}

type TradeSize = (price: number, quantity: number) => number;

function sizeOf(unit: BarUnit): TradeSize {
  if (unit === 'tick') return () => 1;
  return unit === 'volume' ? (_, quantity) => quantity : (price, quantity) => price * quantity;
}

/** 1 buy, -1 sell, 0 neither. */
function makeSideOf(side: TradeSide): (price: number, buyerIsMaker: number) => number {
  if (side === 'taker') return (_, buyerIsMaker) => (buyerIsMaker === 0 ? 1 : -1);
  let before = Number.NaN;
  let last = 0;
  return (price) => {
    if (price > before) last = 1;
    else if (price < before) last = -1;
    before = price;
    return last;
  };
}

function standardEnd(rule: StandardRule): BarEnd {
  const size = sizeOf(rule.unit);
  let sum = 0;
  return (price, quantity) => {
    sum += size(price, quantity);
    if (sum < rule.threshold) return false;
    sum = 0;
    return true;
  };
}

/** The expected number of trades of the next bar. */
function makeTradesExpected(rule: SignedRule): (finishedTrades: number) => number {
  const [least, most] = rule.bounds ?? [0, Number.POSITIVE_INFINITY];
  const recent = makeRecentValues(rule.barWindow);
  return (finishedTrades) => {
    recent.push(finishedTrades);
    return rule.adapts ? Math.min(Math.max(recent.exponentialMean(rule.barWindow), least), most) : rule.expectedTrades;
  };
}

/** Over the trades there are while they are fewer than the window. */
function meanSize(sizes: RecentValues, rule: SignedRule): number {
  return sizes.exponentialMean(Math.min(sizes.count(), rule.window));
}

function imbalanceEnd(rule: SignedRule): BarEnd {
  const size = sizeOf(rule.unit);
  const sideOf = makeSideOf(rule.side);
  const imbalances = makeRecentValues(rule.window);
  const nextTrades = makeTradesExpected(rule);
  let trades = 0;
  let imbalance = 0;
  let threshold = Number.NaN;
  return (price, quantity, buyerIsMaker) => {
    const signed = sideOf(price, buyerIsMaker) * size(price, quantity);
    imbalances.push(signed);
    imbalance += signed;
    trades++;
    if (Number.isNaN(threshold) && imbalances.count() >= rule.expectedTrades) threshold = rule.expectedTrades * Math.abs(meanSize(imbalances, rule));
    if (!(Math.abs(imbalance) > threshold)) return false;
    threshold = nextTrades(trades) * Math.abs(meanSize(imbalances, rule));
    imbalance = 0;
    trades = 0;
    return true;
  };
}

/** Buys or sells of the bar so far, and the sizes that their expectation rests on. */
interface RunSide {
  sum: number;
  readonly sizes: RecentValues;
}

function runEnd(rule: SignedRule): BarEnd {
  const size = sizeOf(rule.unit);
  const sideOf = makeSideOf(rule.side);
  const buys: RunSide = { sum: 0, sizes: makeRecentValues(rule.window) };
  const sells: RunSide = { sum: 0, sizes: makeRecentValues(rule.window) };
  const shares = makeRecentValues(rule.barWindow);
  const nextTrades = makeTradesExpected(rule);
  let trades = 0;
  let bought = 0;
  let threshold = Number.NaN;
  const expect = (expectedTrades: number, buyShare: number): number =>
    expectedTrades * Math.max(buyShare * meanSize(buys.sizes, rule), (1 - buyShare) * meanSize(sells.sizes, rule));
  return (price, quantity, buyerIsMaker) => {
    const side = sideOf(price, buyerIsMaker);
    trades++;
    if (side > 0) bought++;
    if (side !== 0) addToRun(side > 0 ? buys : sells, size(price, quantity));
    const known = Math.min(buys.sizes.count(), sells.sizes.count());
    if (Number.isNaN(threshold) && known >= rule.expectedTrades) threshold = expect(rule.expectedTrades, bought / trades);
    if (!(Math.max(buys.sum, sells.sum) > threshold)) return false;
    shares.push(bought / trades);
    threshold = expect(nextTrades(trades), shares.exponentialMean(rule.barWindow));
    buys.sum = sells.sum = bought = trades = 0;
    return true;
  };
}

function addToRun(side: RunSide, size: number): void {
  side.sum += size;
  side.sizes.push(size);
}
