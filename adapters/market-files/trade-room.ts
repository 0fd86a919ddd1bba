/** Columns that the trades of a day gather in. */
import type { Table } from '../../core/data/table.js';
import { makeTable } from '../../core/data/table.js';

/** Trades of one day as they come: rows [0, count) of arrays that are longer, the rest of which holds anything. */
export interface TradeRoom {
  count: number;
  id: Float64Array;
  price: Float64Array;
  quantity: Float64Array;
  timeMs: Float64Array;
  buyerIsMaker: Uint8Array;
}

/** Room for `rows` trades, without any. */
export function emptyRoom(rows: number): TradeRoom {
  return { count: 0, id: column(rows), price: column(rows), quantity: column(rows), timeMs: column(rows), buyerIsMaker: flags(rows) };
}

/** Doubles the room. */
export function growRoom(room: TradeRoom): void {
  const rows = 2 * room.id.length;
  for (const name of ['id', 'price', 'quantity', 'timeMs'] as const) {
    const larger = column(rows);
    larger.set(room[name]);
    room[name] = larger;
  }
  const larger = flags(rows);
  larger.set(room.buyerIsMaker);
  room.buyerIsMaker = larger;
}

/** The trades as a table of schema ares.trades, over the same memory. */
export function roomTable({ count, timeMs, id, price, quantity, buyerIsMaker }: TradeRoom): Table {
  return makeTable({
    timeMs: timeMs.subarray(0, count),
    id: id.subarray(0, count),
    price: price.subarray(0, count),
    quantity: quantity.subarray(0, count),
    buyerIsMaker: buyerIsMaker.subarray(0, count),
  });
}

/** Not filled with zeros first: every row is written before it counts. */
function column(rows: number): Float64Array {
  return new Float64Array(Buffer.allocUnsafeSlow(rows * Float64Array.BYTES_PER_ELEMENT).buffer);
}

function flags(rows: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(rows).buffer);
}
