/** Contracts of COIN-M (inverse) futures: what one is worth, and trades counted in contracts turned into base currency. */
import type { Table } from '../../core/data/table.js';
import { float64Column, makeTable } from '../../core/data/table.js';

/** US dollars that one contract is worth: 100 for Bitcoin, 10 for any other (the exchange's contract specification). */
export function contractSizeOf(symbol: string): number {
  return symbol.startsWith('BTCUSD_') ? 100 : 10;
}

/** Trades (schema ares.trades) whose quantity is in contracts, with quantity in base currency: contracts x size / price. */
export function contractsToBase(trades: Table, contractSize: number): Table {
  const price = float64Column(trades, 'price');
  const quantity = float64Column(trades, 'quantity').map((contracts, i) => (contracts * contractSize) / (price[i] as number));
  return makeTable({ ...trades.columns, quantity });
}
