/** Trades as the columns that bars need. */
import type { Table } from '../data/table.js';
import { float64Column } from '../data/table.js';

/** One row a trade, in order of time and id. */
export interface TradeColumns {
  /** UTC ms. */
  readonly timeMs: Float64Array;
  /** Quote currency, above 0. */
  readonly price: Float64Array;
  /** Base currency, above 0. */
  readonly quantity: Float64Array;
  /** 1 = the taker sold, 0 = the taker bought. */
  readonly buyerIsMaker: Uint8Array;
}

/** Trades [from, to). */
export interface TradeRange {
  readonly trades: TradeColumns;
  readonly from: number;
  readonly to: number;
}

/** The columns of a table of schema ares.trades. @throws TypeError on a missing column or one of another type */
export function tradeColumns(trades: Table): TradeColumns {
  const buyerIsMaker = trades.columns['buyerIsMaker'];
  if (!(buyerIsMaker instanceof Uint8Array)) throw new TypeError(`expected a boolean column buyerIsMaker, found ${typeof buyerIsMaker}`);
  return { timeMs: float64Column(trades, 'timeMs'), price: float64Column(trades, 'price'), quantity: float64Column(trades, 'quantity'), buyerIsMaker };
}

/** The trades of `first`, then those of `second`; a side without trades costs no copy. */
export function joinTrades(first: TradeColumns, second: TradeColumns): TradeColumns {
  const [n, m] = [first.timeMs.length, second.timeMs.length];
  if (n === 0 || m === 0) return n === 0 ? second : first;
  const join = (name: 'timeMs' | 'price' | 'quantity'): Float64Array => {
    const out = new Float64Array(n + m);
    out.set(first[name]);
    out.set(second[name], n);
    return out;
  };
  const buyerIsMaker = new Uint8Array(n + m);
  buyerIsMaker.set(first.buyerIsMaker);
  buyerIsMaker.set(second.buyerIsMaker, n);
  return { timeMs: join('timeMs'), price: join('price'), quantity: join('quantity'), buyerIsMaker };
}

/** A copy of the trades from row `from` on, so that the columns they came in can be let go. */
export function copyTrades(trades: TradeColumns, from: number): TradeColumns {
  return {
    timeMs: trades.timeMs.slice(from),
    price: trades.price.slice(from),
    quantity: trades.quantity.slice(from),
    buyerIsMaker: trades.buyerIsMaker.slice(from),
  };
}
