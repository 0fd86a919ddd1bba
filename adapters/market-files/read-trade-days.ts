/** Trades a day at a time, in one pass over the files: memory holds one day, however long a file is. */
import { basename } from 'node:path';
import { findTradeFault } from '../../core/data/trade-faults.js';
import { InvalidData } from '../../core/errors.js';
import type { DayOfTrades, QualityFinding, TradeDay } from '../../pipeline/market-source.js';
import type { PlannedFile } from '../../pipeline/plan.js';
import { checkHash } from './file-hash.js';
import { parseFileName } from './file-name.js';
import { finding, isoTime } from './findings.js';
import type { FileKind } from './layouts.js';
import { AGGREGATE_TRADES, TRADES } from './layouts.js';
import type { LineBlock } from './line-blocks.js';
import { lineBlocks } from './line-blocks.js';
import { readPlainTrades, tradeShape } from './plain-trades.js';
import type { RowBatch, RowReader } from './row-batches.js';
import { makeRowReader } from './row-batches.js';
import type { TradeRoom } from './trade-room.js';
import { emptyRoom, growRoom, roomTable } from './trade-room.js';
import { utcMs } from './utc-time.js';

/** Room that a day begins with: at least this, else more trades than a packed file of a day holds, within a limit for files of a month. */
const FIRST_ROWS = 65_536;
const PACKED_ROW_BYTES = 10;
const MOST_FIRST_ROWS = 1 << 20;
const NEWLINE = 10;

/** Trades of one day as they come, and what was found on the way. */
interface OpenDay {
  readonly room: TradeRoom;
  readonly repaired: QualityFinding[];
  missingIds: number;
  firstMissingMs: number;
}

/** Where the pass stands: across files, so that order is checked through all of them. */
interface Cursor {
  open: OpenDay;
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
  const cursor: Cursor = { open: openDay(), dayIndex: 0, lastId: -1, lastMs: Number.NEGATIVE_INFINITY };
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
  if (cursor.open.room.count === 0 && room > cursor.open.room.id.length) cursor.open = openDay(room);
  const reader = makeRowReader(file.path, kindOf(file));
  for await (const block of lineBlocks(file.path)) {
    for (let at = block.start; at < block.end; ) {
      at = readPlainRows(block, at, { days, cursor, reader });
      if (at === block.end) break;
      const next = block.text.indexOf(NEWLINE, at) + 1;
      const batch = reader.read(block.text, at, next);
      at = next;
      // No row where the line was the header.
      if (batch.count === 0) continue;
      const trade = readTrade(batch, 0, name);
      checkTrade(trade, { name, lastMs: cursor.lastMs });
      while (cursor.dayIndex < days.length && trade.timeMs >= (days[cursor.dayIndex] as TradeDay).toMs) yield finishDay(days, cursor);
      const day = days[cursor.dayIndex];
      if (day === undefined) return;
      addTrade(trade, { name, isInside: trade.timeMs >= day.fromMs }, cursor);
    }
  }
  reader.finish();
}

/** Adds the plain rows from byte `at` on to the open day; where the first other row begins. */
function readPlainRows(
  block: LineBlock,
  at: number,
  pass: { readonly days: readonly TradeDay[]; readonly cursor: Cursor; readonly reader: RowReader },
): number {
  const { cursor, reader } = pass;
  const day = pass.days[cursor.dayIndex];
  const layout = reader.layout();
  const shape = layout === null ? null : tradeShape(layout);
  if (day === undefined || shape === null) return at;
  const { room } = cursor.open;
  for (;;) {
    const before = room.count;
    const read = readPlainTrades(block, at, { shape, room, place: cursor, day });
    if (read.count > before) {
      reader.passOver(read.count - before);
      room.count = read.count;
      cursor.lastId = room.id[read.count - 1] as number;
      cursor.lastMs = room.timeMs[read.count - 1] as number;
    }
    if (room.count < room.id.length) return read.at;
    at = read.at;
    growRoom(room);
  }
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
  const { open, lastId } = cursor;
  const { room } = open;
  if (trade.id <= lastId) {
    dropDuplicate(trade, place, cursor);
    return;
  }
  // Gaps between days are told by the step, which sees them whatever a unit holds.
  if (room.count > 0 && trade.id > lastId + 1 && place.isInside) {
    if (open.missingIds === 0) open.firstMissingMs = trade.timeMs;
    open.missingIds += trade.id - lastId - 1;
  }
  cursor.lastId = trade.id;
  cursor.lastMs = trade.timeMs;
  if (!place.isInside) return;
  if (room.count === room.id.length) growRoom(room);
  const at = room.count++;
  room.id[at] = trade.id;
  room.price[at] = trade.price;
  room.quantity[at] = trade.quantity;
  room.timeMs[at] = trade.timeMs;
  room.buyerIsMaker[at] = trade.isMaker;
}

function dropDuplicate(trade: Trade, place: { name: string; isInside: boolean }, cursor: Cursor): void {
  const { open, lastId } = cursor;
  const { room } = open;
  const where = `${place.name}:${trade.line}`;
  if (trade.id < lastId) throw new InvalidData(`${where}: expected trade ids to rise, found ${trade.id} after ${lastId}`);
  if (!place.isInside) return;
  const at = room.count - 1;
  if (at < 0) throw new InvalidData(`${where}: expected trade ${trade.id} once, found it on two days`);
  const before = { price: room.price[at], quantity: room.quantity[at], timeMs: room.timeMs[at], isMaker: room.buyerIsMaker[at] };
  for (const name of ['timeMs', 'price', 'quantity', 'isMaker'] as const) {
    if (before[name] !== trade[name])
      throw new InvalidData(`${where}: expected trade ${trade.id} as in the row before, found ${name} ${trade[name]} instead of ${before[name]}`);
  }
  open.repaired.push(
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
  const { open } = cursor;
  const { room } = open;
  // Days are much alike: room for a little more than this one has.
  cursor.open = openDay(Math.max(FIRST_ROWS, Math.ceil(1.1 * room.count)));
  const findings = [...open.repaired];
  const { count } = room;
  if (count === 0) findings.push(finding({ action: 'flagged', check: 'empty day', count: 0, timeMs: fromMs, detail: `no trade on ${day}` }));
  if (open.missingIds > 0) {
    findings.push(
      finding({
        action: 'flagged',
        check: 'missing trade ids',
        count: open.missingIds,
        timeMs: open.firstMissingMs,
        detail: `${open.missingIds} ids between trades are in no file; the first gap ends at timeMs`,
      }),
    );
  }
  findings.push(finding({ action: 'passed', check: 'trades', count, detail: `${count} trades of ${day}; prices, quantities, ids and times checked` }));
  return { day, table: roomTable(room), findings };
}

function openDay(rows = FIRST_ROWS): OpenDay {
  return { room: emptyRoom(rows), repaired: [], missingIds: 0, firstMissingMs: Number.NaN };
}
