/** The archive's bookTicker: every change of the best quotes, one a row. */
import type { FileKind } from '../market-files/layouts.js';

const number = (name: string): FileKind['fields'][number] => ({ name, kind: 'number', headers: [name] });

/** Fields in the order of a row's values. */
export const BOOK_TICKER: FileKind = {
  name: 'bookTicker',
  fields: [
    number('update_id'),
    number('best_bid_price'),
    number('best_bid_qty'),
    number('best_ask_price'),
    number('best_ask_qty'),
    number('transaction_time'),
    { ...number('event_time'), optional: true },
  ],
  ignored: [],
  bare: { 7: ['update_id', 'best_bid_price', 'best_bid_qty', 'best_ask_price', 'best_ask_qty', 'transaction_time', 'event_time'] },
};
