/** One line of a recording: local time, a space, the exchange's message as JSON (Binance's stream and snapshot formats). */
import { InvalidData } from '../../core/errors.js';
import type { BestQuote, BookDelta, BookMessage, BookSnapshot, Levels } from '../../core/order-book/book-message.js';

/** What a line says. */
export interface RecordedLine {
  /** The exchange's time of the message, UTC ms; null where it gives none (spot snapshots and best quotes). */
  readonly eventMs: number | null;
  /** Without its time; null for a message that says nothing of the book, such as a trade. */
  readonly message: Untimed | null;
}

export type Untimed = Omit<BookSnapshot, 'timeMs'> | Omit<BookDelta, 'timeMs'> | Omit<BestQuote, 'timeMs'>;

/** The message at a moment. */
export function timed(message: Untimed, timeMs: number): BookMessage {
  return { ...message, timeMs } as BookMessage;
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws InvalidData naming the field and what was found; `where` is file and line */
export function parseRecordedLine(line: string, where: string): RecordedLine {
  const space = line.indexOf(' ');
  const json = parseJson(line.slice(space + 1), where);
  const stream = json['stream'];
  if (stream === undefined) return { eventMs: eventTime(json, where), message: snapshot(json, where) };
  const data = json['data'];
  if (typeof stream !== 'string' || typeof data !== 'object' || data === null)
    throw new InvalidData(`${where}: expected stream and data, found ${line.slice(0, 80)}`);
  const fields = data as Fields;
  const eventMs = eventTime(fields, where);
  if (stream.includes('@depth')) return { eventMs, message: delta(fields, where) };
  if (stream.includes('@bookTicker')) return { eventMs, message: quote(fields, where) };
  return { eventMs, message: null };
}

function snapshot(fields: Fields, where: string): Untimed {
  return { kind: 'snapshot', lastUpdateId: number(fields, 'lastUpdateId', where), bids: levels(fields, 'bids', where), asks: levels(fields, 'asks', where) };
}

function delta(fields: Fields, where: string): Untimed {
  return {
    kind: 'delta',
    firstUpdateId: number(fields, 'U', where),
    lastUpdateId: number(fields, 'u', where),
    previousUpdateId: fields['pu'] === undefined ? null : number(fields, 'pu', where),
    bids: levels(fields, 'b', where),
    asks: levels(fields, 'a', where),
  };
}

function quote(fields: Fields, where: string): Untimed {
  return {
    kind: 'quote',
    updateId: number(fields, 'u', where),
    bid: number(fields, 'b', where),
    bidQuantity: number(fields, 'B', where),
    ask: number(fields, 'a', where),
    askQuantity: number(fields, 'A', where),
  };
}

function eventTime(fields: Fields, where: string): number | null {
  return fields['E'] === undefined ? null : number(fields, 'E', where);
}

function number(fields: Fields, name: string, where: string): number {
  return toNumber(fields[name], `${where}: expected a number ${name}`);
}

function toNumber(value: unknown, expected: string): number {
  const result = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof result !== 'number' || !Number.isFinite(result)) throw new InvalidData(`${expected}, found ${JSON.stringify(value) ?? 'nothing'}`);
  return result;
}

function levels(fields: Fields, name: string, where: string): Levels {
  const pairs = fields[name];
  if (!Array.isArray(pairs)) throw new InvalidData(`${where}: expected a list ${name} of price and quantity, found ${JSON.stringify(pairs) ?? 'nothing'}`);
  const out = new Float64Array(2 * pairs.length);
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i] as readonly unknown[];
    out[2 * i] = toNumber(pair[0], `${where}: expected a price in ${name}[${i}]`);
    out[2 * i + 1] = toNumber(pair[1], `${where}: expected a quantity in ${name}[${i}]`);
  }
  return out;
}

function parseJson(text: string, where: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Fields;
  } catch {
    // Told below, with what was found.
  }
  throw new InvalidData(`${where}: expected a local time, a space and a JSON object, found ${text.slice(0, 80)}`);
}
