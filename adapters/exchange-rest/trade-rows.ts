/** Trades of one day as they come in, checked one by one. */
import { makeGrowingColumn } from '../../core/data/growing-column.js';
import type { Table } from '../../core/data/table.js';
import { makeTable } from '../../core/data/table.js';
import { findTradeFault } from '../../core/data/trade-faults.js';
import { InvalidData } from '../../core/errors.js';

export interface TradeRow {
  readonly id: number;
  readonly timeMs: number;
  readonly price: number;
  /** Base currency. */
  readonly quantity: number;
  readonly buyerIsMaker: boolean;
}

export interface TradeRows {
  readonly count: number;
  /** @throws InvalidData naming field and value for a trade that cannot be used, or one earlier than the one before */
  add(trade: TradeRow): void;
  /** Schema ares.trades. */
  toTable(): Table;
}

/** An empty day; `place` says in errors where its trades came from. */
export function makeTradeRows(place: string): TradeRows {
  const [timeMs, id, price, quantity, buyerIsMaker] = [makeGrowingColumn(), makeGrowingColumn(), makeGrowingColumn(), makeGrowingColumn(), makeGrowingColumn()];
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    get count() {
      return id.length;
    },
    add: (trade) => {
      const fault = findTradeFault(trade);
      if (fault !== null) throw new InvalidData(`${place}: trade ${trade.id}: ${fault}`);
      if (trade.timeMs < lastMs) throw new InvalidData(`${place}: trade ${trade.id}: expected time to go forwards, found ${trade.timeMs} after ${lastMs}`);
      lastMs = trade.timeMs;
      timeMs.push(trade.timeMs);
      id.push(trade.id);
      price.push(trade.price);
      quantity.push(trade.quantity);
      buyerIsMaker.push(trade.buyerIsMaker ? 1 : 0);
    },
    toTable: () =>
      makeTable({
        timeMs: timeMs.toArray(),
        id: id.toArray(),
        price: price.toArray(),
        quantity: quantity.toArray(),
        buyerIsMaker: Uint8Array.from(buyerIsMaker.toArray()),
      }),
  };
}
