/** Trades a day at a time, in one pass over the files: memory holds one day, however long a file is. */
import { basename } from 'node:path';
import type { Table } from '../../core/data/table.js';
import { makeTable } from '../../core/data/table.js';
import { findTradeFault } from '../../core/data/trade-faults.js';
import { InvalidData } from '../../core/errors.js';
import type { QualityFinding } from '../../pipeline/market-source.js';
import type { PlannedFile } from '../../pipeline/plan.js';
import { checkHash } from './file-hash.js';
import { parseFileName } from './file-name.js';
import { finding, isoTime } from './findings.js';
import type { FileKind } from './layouts.js';
import { AGGREGATE_TRADES, TRADES } from './layouts.js';
import type { RowBatch } from './row-batches.js';
import { rowBatches } from './row-batches.js';
import { LEAST_US, utcMs } from './utc-time.js';

export interface TradeDay {
  /** YYYY-MM-DD */
  readonly day: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface DayOfTrades {
  readonly day: string;
  readonly table: Table;
  readonly findings: QualityFinding[];
}

/** Room that a day begins with: at least this, else as many trades as a packed file of a day holds, within a limit for files of a month. */
const FIRST_ROWS = 65_536;
const PACKED_ROW_BYTES = 16;
const MOST_FIRST_ROWS = 1 << 20;

/** Trades of one day as they come; arrays are longer than `count`. */
interface DayBuffer {
  count: number;
  id: Float64Array;
  price: Float64Array;
  quantity: Float64Array;
  timeMs: Float64Array;
  buyerIsMaker: Uint8Array;
  readonly repaired: QualityFinding[];
  missingIds: number;
  firstMissingMs: number;
}

/** Where the pass stands: across files, so that order is checked through all of them. */
interface Cursor {
  buffer: DayBuffer;
  dayIndex: number;
  lastId: number;
  lastMs: number;
}

/**
 * The trades of each day (ascending), sorted by time and id; a day without trades comes with 0 rows. Refused: a row that
 * breaks a rule of `findTradeFault`, time or ids going backwards, two different trades of one id. Repaired: equal trades
 * of one id within a day. Flagged: ids that are missing between two trades of a day, days without trades.
 * @throws InvalidData with file and line. @throws PipelineError IntegrityError when a file has changed since the plan.
 */
export async function* readTradeDays(
  files: Iterable<PlannedFile> | AsyncIterable<PlannedFile>,
  days: readonly TradeDay[],
): AsyncGenerator<DayOfTrades, void, undefined> {
  const cursor: Cursor = { buffer: emptyBuffer(), dayIndex: 0, lastId: -1, lastMs: Number.NEGATIVE_INFINITY };
  for await (const file of files) {
    if (cursor.dayIndex >= days.length) break;
    if (!mayHold(file, days)) continue;
    await checkHash(file);
    yield* readFile(file, days, cursor);
  }
  while (cursor.dayIndex < days.length) yield finishDay(days, cursor);
}

async function* readFile(file: PlannedFile, days: readonly TradeDay[], cursor: Cursor): AsyncGenerator<DayOfTrades, void, undefined> {
  const name = basename(file.path);
  const room = Math.min(MOST_FIRST_ROWS, Math.ceil(file.bytes / PACKED_ROW_BYTES));
  if (cursor.buffer.count === 0 && room > cursor.buffer.id.length) cursor.buffer = emptyBuffer(room);
  for await (const batch of rowBatches(file.path, kindOf(file))) {
    for (let row = addPlainRows(batch, 0, { days, cursor }); row < batch.count; row = addPlainRows(batch, row + 1, { days, cursor })) {
      const trade = readTrade(batch, row, name);
      checkTrade(trade, { name, lastMs: cursor.lastMs });
      while (cursor.dayIndex < days.length && trade.timeMs >= (days[cursor.dayIndex] as TradeDay).toMs) yield finishDay(days, cursor);
      const day = days[cursor.dayIndex];
      if (day === undefined) return;
      addTrade(trade, { name, isInside: trade.timeMs >= day.fromMs }, cursor);
    }
  }
}

/**
 * Adds rows from `row` on while they are what nearly all rows are: the next id, later or at the same time, inside the open day, in
 * ms, price and quantity above 0. Returns the first row that is not.
 */
function addPlainRows(batch: RowBatch, row: number, place: { readonly days: readonly TradeDay[]; readonly cursor: Cursor }): number {
  const { cursor } = place;
  const { buffer } = cursor;
  const day = place.days[cursor.dayIndex];
  if (day === undefined) return row;
  const { values, width, count } = batch;
  while (buffer.count + count - row > buffer.id.length) growBuffer(buffer);
  const { id, price, quantity, timeMs, buyerIsMaker } = buffer;
  let { lastId, lastMs } = cursor;
  let to = buffer.count;
  for (; row < count; row++) {
    const at = row * width;
    const time = values[at + 3]!;
    const p = values[at + 1]!;
    const q = values[at + 2]!;
    const isPlain = values[at] === lastId + 1 && time >= lastMs && time >= day.fromMs && time < day.toMs && time < LEAST_US && Math.floor(time) === time;
    if (!isPlain || !(p > 0 && p < Number.POSITIVE_INFINITY && q > 0 && q < Number.POSITIVE_INFINITY)) break;
    id[to] = ++lastId;
    price[to] = p;
    quantity[to] = q;
    timeMs[to] = lastMs = time;
    buyerIsMaker[to++] = values[at + 4]!;
  }
  cursor.lastId = lastId;
  cursor.lastMs = lastMs;
  buffer.count = to;
  return row;
}

interface Trade {
  readonly id: number;
  readonly price: number;
  readonly quantity: number;
  readonly timeMs: number;
  readonly isMaker: number;
  readonly line: number;
}

/** A row of TRADES or AGGREGATE_TRADES of the file `name`. */
function readTrade(batch: RowBatch, row: number, name: string): Trade {
  const { values, width } = batch;
  const at = row * width;
  const time = values[at + 3] as number;
  return {
    id: values[at] as number,
    price: values[at + 1] as number,
    quantity: values[at + 2] as number,
    isMaker: values[at + 4] as number,
    timeMs: utcMs(time, name, batch.firstLine + row),
    line: batch.firstLine + row,
  };
}

function kindOf(file: PlannedFile): FileKind {
  const kind = parseFileName('', basename(file.path))?.kind;
  if (kind === 'trades') return TRADES;
  if (kind === 'aggTrades') return AGGREGATE_TRADES;
  throw new InvalidData(`${basename(file.path)}: expected trades or aggTrades in the file's name`);
}

/** False when the name's dates say that a file has nothing of the days. */
function mayHold(file: PlannedFile, days: readonly TradeDay[]): boolean {
  const span = parseFileName('', basename(file.path))?.span;
  const [first, last] = [days[0], days[days.length - 1]];
  return span === null || span === undefined || first === undefined || last === undefined || (span.toMs > first.fromMs && span.fromMs < last.toMs);
}

function checkTrade(trade: Trade, at: { name: string; lastMs: number }): void {
  const fault = findTradeFault(trade);
  if (fault !== null) throw new InvalidData(`${at.name}:${trade.line}: ${fault}`);
  if (trade.timeMs < at.lastMs) {
    throw new InvalidData(
      `${at.name}:${trade.line}: expected time to go forwards, found ${trade.timeMs} (${isoTime(trade.timeMs)}) after ${at.lastMs} (${isoTime(at.lastMs)})`,
    );
  }
}

function addTrade(trade: Trade, place: { name: string; isInside: boolean }, cursor: Cursor): void {
  const { buffer, lastId } = cursor;
  if (trade.id <= lastId) {
    dropDuplicate(trade, place, cursor);
    return;
  }
  // Gaps between days are told by the step, which sees them whatever a unit holds.
  if (buffer.count > 0 && trade.id > lastId + 1 && place.isInside) {
    if (buffer.missingIds === 0) buffer.firstMissingMs = trade.timeMs;
    buffer.missingIds += trade.id - lastId - 1;
  }
  cursor.lastId = trade.id;
  cursor.lastMs = trade.timeMs;
  if (!place.isInside) return;
  if (buffer.count === buffer.id.length) growBuffer(buffer);
  const at = buffer.count++;
  buffer.id[at] = trade.id;
  buffer.price[at] = trade.price;
  buffer.quantity[at] = trade.quantity;
  buffer.timeMs[at] = trade.timeMs;
  buffer.buyerIsMaker[at] = trade.isMaker;
}

function dropDuplicate(trade: Trade, place: { name: string; isInside: boolean }, cursor: Cursor): void {
  const { buffer, lastId } = cursor;
  const where = `${place.name}:${trade.line}`;
  if (trade.id < lastId) throw new InvalidData(`${where}: expected trade ids to rise, found ${trade.id} after ${lastId}`);
  if (!place.isInside) return;
  const at = buffer.count - 1;
  if (at < 0) throw new InvalidData(`${where}: expected trade ${trade.id} once, found it on two days`);
  const before = { price: buffer.price[at], quantity: buffer.quantity[at], timeMs: buffer.timeMs[at], isMaker: buffer.buyerIsMaker[at] };
  for (const name of ['timeMs', 'price', 'quantity', 'isMaker'] as const) {
    if (before[name] !== trade[name])
      throw new InvalidData(`${where}: expected trade ${trade.id} as in the row before, found ${name} ${trade[name]} instead of ${before[name]}`);
  }
  buffer.repaired.push(
    finding({
      action: 'repaired',
      check: 'duplicate trade',
      file: place.name,
      line: trade.line,
      timeMs: trade.timeMs,
      detail: `trade ${trade.id} equal to the row before, dropped`,
    }),
  );
}

function finishDay(days: readonly TradeDay[], cursor: Cursor): DayOfTrades {
  const { day, fromMs } = days[cursor.dayIndex++] as TradeDay;
  const { buffer } = cursor;
  // Days are much alike: room for a little more than this one has.
  cursor.buffer = emptyBuffer(Math.max(FIRST_ROWS, Math.ceil(1.1 * buffer.count)));
  const findings = [...buffer.repaired];
  const { count } = buffer;
  if (count === 0) findings.push(finding({ action: 'flagged', check: 'empty day', count: 0, timeMs: fromMs, detail: `no trade on ${day}` }));
  if (buffer.missingIds > 0) {
    findings.push(
      finding({
        action: 'flagged',
        check: 'missing trade ids',
        count: buffer.missingIds,
        timeMs: buffer.firstMissingMs,
        detail: `${buffer.missingIds} ids between trades are in no file; the first gap ends at timeMs`,
      }),
    );
  }
  findings.push(finding({ action: 'passed', check: 'trades', count, detail: `${count} trades of ${day}; prices, quantities, ids and times checked` }));
  const table = makeTable({
    timeMs: buffer.timeMs.subarray(0, count),
    id: buffer.id.subarray(0, count),
    price: buffer.price.subarray(0, count),
    quantity: buffer.quantity.subarray(0, count),
    buyerIsMaker: buffer.buyerIsMaker.subarray(0, count),
  });
  return { day, table, findings };
}

function emptyBuffer(rows = FIRST_ROWS): DayBuffer {
  const column = (): Float64Array => new Float64Array(rows);
  return {
    count: 0,
    id: column(),
    price: column(),
    quantity: column(),
    timeMs: column(),
    buyerIsMaker: new Uint8Array(rows),
    repaired: [],
    missingIds: 0,
    firstMissingMs: Number.NaN,
  };
}

function growBuffer(buffer: DayBuffer): void {
  const rows = 2 * buffer.id.length;
  for (const name of ['id', 'price', 'quantity', 'timeMs'] as const) {
    const larger = new Float64Array(rows);
    larger.set(buffer[name]);
    buffer[name] = larger;
  }
  const flags = new Uint8Array(rows);
  flags.set(buffer.buyerIsMaker);
  buffer.buyerIsMaker = flags;
}
