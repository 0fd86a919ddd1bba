/** The column layouts that Binance's archive and the project's data use, with and without header. */
import { InvalidData } from '../../core/errors.js';

export type FieldKind = 'number' | 'boolean';

/** What a reader wants from a file: its fields by the reader's names. */
export interface FileKind {
  readonly name: 'klines' | 'trades' | 'aggTrades' | 'fundingRate' | 'markPrice' | 'bookTicker';
  /** The reader's fields, in the order of the row's values; `optional` ones are NaN where a file has none. */
  readonly fields: readonly { readonly name: string; readonly kind: FieldKind; readonly headers: readonly string[]; readonly optional?: true }[];
  /** Headers that may stand in a file and are not read. */
  readonly ignored: readonly string[];
  /** Layouts of files without a header, by number of columns. */
  readonly bare: Readonly<Record<number, readonly string[]>>;
}

const KLINE_COLUMNS = [
  'open_time',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'close_time',
  'quote_volume',
  'count',
  'taker_buy_volume',
  'taker_buy_quote_volume',
  'ignore',
] as const;

const number = (name: string, ...headers: readonly string[]): FileKind['fields'][number] => ({ name, kind: 'number', headers: [name, ...headers] });
const optional = (name: string, ...headers: readonly string[]): FileKind['fields'][number] => ({ ...number(name, ...headers), optional: true });

const IS_BUYER_MAKER = { name: 'is_buyer_maker', kind: 'boolean', headers: ['is_buyer_maker'] } as const;

export const KLINES: FileKind = {
  name: 'klines',
  fields: [
    number('open_time'),
    number('open'),
    number('high'),
    number('low'),
    number('close'),
    number('volume'),
    optional('close_time'),
    optional('quote_volume', 'quote_asset_volume'),
    optional('count', 'number_of_trades'),
    optional('taker_buy_volume', 'taker_buy_base_asset_volume'),
  ],
  ignored: ['taker_buy_quote_volume', 'taker_buy_quote_asset_volume', 'ignore'],
  bare: { 12: KLINE_COLUMNS },
};

/**
 * Klines of COIN-M: the exchange counts contracts, and the amounts in base currency stand where other markets have those in quote
 * currency, under either header. Fields in the order of KLINES; the number of contracts stands for the quote volume.
 */
export const COIN_KLINES: FileKind = {
  name: 'klines',
  fields: [
    ...KLINES.fields.slice(0, 5),
    number('quote_volume', 'base_asset_volume'),
    optional('close_time'),
    number('volume'),
    optional('count', 'number_of_trades'),
    optional('taker_buy_quote_volume', 'taker_buy_base_asset_volume'),
  ],
  ignored: ['taker_buy_volume', 'ignore'],
  bare: { 12: KLINE_COLUMNS },
};

export const TRADES: FileKind = {
  name: 'trades',
  fields: [number('id'), number('price'), number('quantity', 'qty'), number('time'), IS_BUYER_MAKER],
  ignored: ['quote_qty', 'base_qty', 'is_best_match'],
  bare: {
    7: ['id', 'price', 'qty', 'quote_qty', 'time', 'is_buyer_maker', 'is_best_match'],
    6: ['id', 'price', 'qty', 'quote_qty', 'time', 'is_buyer_maker'],
  },
};

export const AGGREGATE_TRADES: FileKind = {
  name: 'aggTrades',
  fields: [number('id', 'agg_trade_id'), number('price'), number('quantity'), number('time', 'transact_time'), IS_BUYER_MAKER],
  ignored: ['first_trade_id', 'last_trade_id', 'is_best_match'],
  bare: {
    8: ['agg_trade_id', 'price', 'quantity', 'first_trade_id', 'last_trade_id', 'transact_time', 'is_buyer_maker', 'is_best_match'],
    7: ['agg_trade_id', 'price', 'quantity', 'first_trade_id', 'last_trade_id', 'transact_time', 'is_buyer_maker'],
  },
};

export const FUNDING_RATE: FileKind = {
  name: 'fundingRate',
  fields: [number('calc_time'), number('last_funding_rate')],
  ignored: ['funding_interval_hours'],
  bare: { 3: ['calc_time', 'funding_interval_hours', 'last_funding_rate'] },
};

export const MARK_PRICE: FileKind = {
  name: 'markPrice',
  fields: [number('open_time'), number('open'), number('high'), number('low'), number('close')],
  ignored: KLINE_COLUMNS.slice(5),
  bare: { 12: KLINE_COLUMNS },
};

/** Where in a file's columns the reader's fields stand. */
export interface Layout {
  readonly columnCount: number;
  readonly hasHeader: boolean;
  /** For each column: index of the reader's field, or -1. */
  readonly fieldOfColumn: Int32Array;
}

/**
 * The layout of a file by its first line.
 * @throws InvalidData naming file, line 1 and the columns found.
 */
export function detectLayout(kind: FileKind, firstLine: string, file: string): Layout {
  const cells = firstLine.split(',');
  const hasHeader = !/^[+-]?[\d.]/.test(firstLine);
  const columns = hasHeader ? cells : kind.bare[cells.length];
  if (columns === undefined) {
    const counts = Object.keys(kind.bare).join(' or ') || 'a header and its';
    throw new InvalidData(`${file}:1: expected ${counts} columns of ${kind.name}, found ${cells.length}: ${firstLine.slice(0, 120)}`);
  }
  const fieldOfColumn = Int32Array.from(columns, (column) => kind.fields.findIndex((field) => field.headers.includes(column)));
  const unknown = columns.filter((column, i) => fieldOfColumn[i] === -1 && !kind.ignored.includes(column));
  if (unknown.length > 0)
    throw new InvalidData(`${file}:1: expected the columns of ${kind.name}, found unknown column ${unknown.join(', ')} in ${firstLine.slice(0, 200)}`);
  for (const [index, field] of kind.fields.entries()) {
    const count = fieldOfColumn.filter((value) => value === index).length;
    if (count > 1 || (count === 0 && field.optional !== true)) {
      throw new InvalidData(`${file}:1: expected one column ${field.name} in ${kind.name}, found ${count} in ${firstLine.slice(0, 200)}`);
    }
  }
  return { columnCount: columns.length, hasHeader, fieldOfColumn };
}
