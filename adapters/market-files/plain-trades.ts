/** What nearly all rows of a file of trades are, read from the bytes straight into the columns of the open day. */
import type { TradeDay } from '../../pipeline/market-source.js';
import type { Layout } from './layouts.js';
import type { LineBlock } from './line-blocks.js';
import { areDigits, cellEnd, digitsValue, readDecimal } from './plain-number.js';
import type { TradeRoom } from './trade-room.js';

/** Where the fields stand: id, price, quantity, cells that are not read, time, flag, cells that are not read. */
export interface TradeShape {
  readonly before: number;
  readonly after: number;
}

/** The last trade of the pass; -1 and -infinity before the first. */
export interface TradePlace {
  readonly lastId: number;
  readonly lastMs: number;
}

/** No plain row is longer: two numbers, id, time and flag with their commas, and up to five cells of at most 24 bytes. */
const LONGEST_ROW = 256;
const MOST_SKIPPED = 5;
const NEWLINE = 10;
const RETURN = 13;
const COMMA = 44;
const ZERO = 48;
/** "true" and "fals" as little-endian words, and the bits that make capital letters small. */
const TRUE_WORD = 0x65757274;
const FALS_WORD = 0x736c6166;
const SMALL_LETTERS = 0x20202020;
const SMALL_E = 101;
const MS_DIGITS = 13;
/** The least number of 13 digits: with zeros before it, it would be another's time. */
const LEAST_MS = 1e12;

/** The shape of a file whose fields stand in the archive's order; null for any other. */
export function tradeShape({ fieldOfColumn }: Layout): TradeShape | null {
  const wanted = [...fieldOfColumn].map((field, column) => ({ field, column })).filter(({ field }) => field >= 0);
  if (wanted.some(({ field }, i) => field !== i) || wanted.slice(0, 3).some(({ column }, i) => column !== i)) return null;
  const [time, flag] = [wanted[3]?.column ?? 0, wanted[4]?.column ?? 0];
  const shape = { before: time - 3, after: fieldOfColumn.length - 1 - flag };
  return wanted.length === 5 && flag === time + 1 && shape.before + shape.after <= MOST_SKIPPED ? shape : null;
}

/** Where the first row begins that was not taken, and how many trades the room holds now. */
export interface PlainRows {
  readonly at: number;
  readonly count: number;
}

/**
 * Puts rows of the block from byte `at` on behind the trades of the room while each is plain: the next id after `lastId`, later than
 * `lastMs` or at that time, inside the day, in ms or us, price and quantity plain decimals above 0. Ends too where the room does. A
 * function of its own without a store to an object: code compiled while the loop runs stumbles over nothing behind it.
 */
export function readPlainTrades(
  block: LineBlock,
  at: number,
  into: { readonly shape: TradeShape; readonly room: TradeRoom; readonly place: TradePlace; readonly day: TradeDay },
): PlainRows {
  const { before, after } = into.shape;
  const { id, price, quantity, timeMs, buyerIsMaker } = into.room;
  const bytes = new DataView(block.text.buffer, block.text.byteOffset, block.text.length);
  const stop = Math.min(block.end, block.text.length - LONGEST_ROW);
  const fromMs = Math.max(into.day.fromMs, LEAST_MS);
  const { toMs } = into.day;
  let { lastId, lastMs } = into.place;
  let to = into.room.count;
  while (at < stop && to < id.length) {
    let next = readDecimal(bytes, at, id, to);
    if (next < 0 || id[to] !== lastId + 1 || bytes.getUint8(next) !== COMMA) break;
    next = readDecimal(bytes, next + 1, price, to);
    if (next < 0 || !(price[to]! > 0) || bytes.getUint8(next) !== COMMA) break;
    next = readDecimal(bytes, next + 1, quantity, to);
    if (next < 0 || !(quantity[to]! > 0) || bytes.getUint8(next) !== COMMA) break;
    next = skipCells(bytes, next, before);
    if (next < 0 || bytes.getUint8(next) !== COMMA) break;
    next = readTime(bytes, next + 1, timeMs, to);
    const time = timeMs[to]!;
    if (next < 0 || !(time >= lastMs && time >= fromMs && time < toMs)) break;
    const flag = flagAt(bytes, next + 1);
    if (flag < 0) break;
    next = lineEnd(bytes, skipCells(bytes, next + 1 + (flag === 1 ? 4 : 5), after));
    if (next < 0) break;
    buyerIsMaker[to++] = flag;
    lastId++;
    lastMs = time;
    at = next;
  }
  return { at, count: to };
}

/** From the end of a cell to the end of the cell `count` further; -1 when a comma is missing on the way. */
function skipCells(bytes: DataView, at: number, count: number): number {
  for (let k = 0; k < count && at >= 0; k++) at = bytes.getUint8(at) === COMMA ? cellEnd(bytes, at + 1) : -1;
  return at;
}

/** A time of 13 digits (ms) or 16 (us, rounded down by leaving out the last three), with a comma behind it; -1 for any other. */
// eslint-disable-next-line max-params -- called for every row of a file: an options object would be allocated each time
function readTime(bytes: DataView, at: number, out: Float64Array, index: number): number {
  const first = bytes.getInt32(at, true);
  const second = bytes.getInt32(at + 4, true);
  const third = bytes.getInt32(at + 8, true);
  const last = bytes.getUint8(at + 12) - ZERO;
  if (!(areDigits(first) && areDigits(second) && areDigits(third) && last >= 0 && last <= 9)) return -1;
  out[index] = 1e9 * digitsValue(first) + (100_000 * digitsValue(second) + 10 * digitsValue(third) + last);
  if (bytes.getUint8(at + MS_DIGITS) === COMMA) return at + MS_DIGITS;
  const rest = bytes.getInt32(at + MS_DIGITS, true);
  // Three digits and a comma: a fourth digit in the comma's place makes them four.
  return rest >>> 24 === COMMA && areDigits((rest & 0xffffff) | (ZERO << 24)) ? at + MS_DIGITS + 3 : -1;
}

/** 1 for true, 0 for false, in small or capital letters; -1 for anything else. */
function flagAt(bytes: DataView, at: number): number {
  const word = bytes.getInt32(at, true) | SMALL_LETTERS;
  if (word === TRUE_WORD) return 1;
  return word === FALS_WORD && (bytes.getUint8(at + 4) | 32) === SMALL_E ? 0 : -1;
}

/** Where the next line begins, after a newline or a carriage return and a newline at `at`; -1 when there is none. */
function lineEnd(bytes: DataView, at: number): number {
  if (at < 0) return -1;
  const newline = bytes.getUint8(at) === RETURN ? at + 1 : at;
  return bytes.getUint8(newline) === NEWLINE ? newline + 1 : -1;
}
