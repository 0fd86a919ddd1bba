/** Trades a day at a time, in one pass over the files: memory holds one day, however long a file is. */
import { basename } from 'node:path';
import type { GrowingColumn } from '../../core/data/growing-column.js';
import { makeGrowingColumn } from '../../core/data/growing-column.js';
import type { Table } from '../../core/data/table.js';
import { makeTable } from '../../core/data/table.js';
import { findTradeFault } from '../../core/data/trade-faults.js';
import { InvalidData } from '../../core/errors.js';
import type { FoundFile, QualityFinding } from '../../pipeline/ports.js';
import { checkHash } from './file-hash.js';
import { parseFileName } from './file-name.js';
import { finding, isoTime } from './findings.js';
import type { FileKind } from './layouts.js';
import { AGGREGATE_TRADES, TRADES } from './layouts.js';
import { rowBatches } from './row-batches.js';
import { utcMs } from './utc-time.js';

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

/** Columns of `TradeFileKind` rows. */
const WIDTH = 5;

interface DayBuffer {
  readonly id: GrowingColumn;
  readonly price: GrowingColumn;
  readonly quantity: GrowingColumn;
  readonly timeMs: GrowingColumn;
  readonly buyerIsMaker: GrowingColumn;
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
 * of one id within a day. Flagged: ids that are missing between two trades, days without trades.
 * @throws InvalidData with file and line. @throws PipelineError IntegrityError when a file has changed since the plan.
 */
export async function* readTradeDays(files: readonly FoundFile[], days: readonly TradeDay[]): AsyncGenerator<DayOfTrades, void, undefined> {
  const cursor: Cursor = { buffer: emptyBuffer(), dayIndex: 0, lastId: -1, lastMs: Number.NEGATIVE_INFINITY };
  for (const file of files) {
    if (cursor.dayIndex >= days.length) break;
    if (!mayHold(file, days)) continue;
    await checkHash(file);
    yield* readFile(file, days, cursor);
  }
  while (cursor.dayIndex < days.length) yield finishDay(days, cursor);
}

async function* readFile(file: FoundFile, days: readonly TradeDay[], cursor: Cursor): AsyncGenerator<DayOfTrades, void, undefined> {
  const name = basename(file.path);
  for await (const batch of rowBatches(file.path, kindOf(file))) {
    for (let row = 0; row < batch.count; row++) {
      const values = batch.values.subarray(row * WIDTH, (row + 1) * WIDTH);
      const line = batch.firstLine + row;
      const timeMs = checkTrade(values, { name, line, cursor });
      while (cursor.dayIndex < days.length && timeMs >= (days[cursor.dayIndex] as TradeDay).toMs) yield finishDay(days, cursor);
      const day = days[cursor.dayIndex];
      if (day === undefined) return;
      addTrade(values, { timeMs, name, line, isInside: timeMs >= day.fromMs }, cursor);
    }
  }
}

function kindOf(file: FoundFile): FileKind {
  const kind = parseFileName('', basename(file.path))?.kind;
  if (kind === 'trades') return TRADES;
  if (kind === 'aggTrades') return AGGREGATE_TRADES;
  throw new InvalidData(`${basename(file.path)}: expected trades or aggTrades in the file's name`);
}

/** False when the name's dates say that a file has nothing of the days. */
function mayHold(file: FoundFile, days: readonly TradeDay[]): boolean {
  const span = parseFileName('', basename(file.path))?.span;
  const [first, last] = [days[0], days[days.length - 1]];
  return span === null || span === undefined || first === undefined || last === undefined || (span.toMs > first.fromMs && span.fromMs < last.toMs);
}

function checkTrade(values: Float64Array, row: { name: string; line: number; cursor: Cursor }): number {
  const [id, price, quantity, time] = values as unknown as [number, number, number, number];
  const place = (): string => `${row.name}:${row.line}`;
  const timeMs = utcMs(time, place);
  const fault = findTradeFault({ id, price, quantity });
  if (fault !== null) throw new InvalidData(`${place()}: ${fault}`);
  const { lastMs } = row.cursor;
  if (timeMs < lastMs) throw new InvalidData(`${place()}: expected time to go forwards, found ${timeMs} (${isoTime(timeMs)}) after ${lastMs} (${isoTime(lastMs)})`);
  return timeMs;
}

function addTrade(values: Float64Array, row: { timeMs: number; name: string; line: number; isInside: boolean }, cursor: Cursor): void {
  const [id, price, quantity, , isMaker] = values as unknown as [number, number, number, number, number];
  const { buffer, lastId } = cursor;
  if (id <= lastId) {
    dropDuplicate({ id, price, quantity, isMaker, ...row }, cursor);
    return;
  }
  if (lastId >= 0 && id > lastId + 1 && row.isInside) {
    if (buffer.missingIds === 0) buffer.firstMissingMs = row.timeMs;
    buffer.missingIds += id - lastId - 1;
  }
  cursor.lastId = id;
  cursor.lastMs = row.timeMs;
  if (!row.isInside) return;
  buffer.id.push(id);
  buffer.price.push(price);
  buffer.quantity.push(quantity);
  buffer.timeMs.push(row.timeMs);
  buffer.buyerIsMaker.push(isMaker);
}

function dropDuplicate(trade: { id: number; price: number; quantity: number; isMaker: number; timeMs: number; name: string; line: number; isInside: boolean }, cursor: Cursor): void {
  const { buffer, lastId } = cursor;
  const place = `${trade.name}:${trade.line}`;
  if (trade.id < lastId) throw new InvalidData(`${place}: expected trade ids to rise, found ${trade.id} after ${lastId}`);
  if (!trade.isInside) return;
  const at = buffer.id.length - 1;
  const before = { price: buffer.price.at(at), quantity: buffer.quantity.at(at), timeMs: buffer.timeMs.at(at), isMaker: buffer.buyerIsMaker.at(at) };
  for (const name of ['timeMs', 'price', 'quantity', 'isMaker'] as const) {
    if (before[name] !== trade[name]) throw new InvalidData(`${place}: expected trade ${trade.id} as in the row before, found ${name} ${trade[name]} instead of ${before[name]}`);
  }
  buffer.repaired.push(finding({ action: 'repaired', check: 'duplicate trade', file: trade.name, line: trade.line, timeMs: trade.timeMs, detail: `trade ${trade.id} equal to the row before, dropped` }));
}

function finishDay(days: readonly TradeDay[], cursor: Cursor): DayOfTrades {
  const { day, fromMs } = days[cursor.dayIndex++] as TradeDay;
  const { buffer } = cursor;
  cursor.buffer = emptyBuffer();
  const findings = [...buffer.repaired];
  const count = buffer.id.length;
  if (count === 0) findings.push(finding({ action: 'flagged', check: 'empty day', count: 0, timeMs: fromMs, detail: `no trade on ${day}` }));
  if (buffer.missingIds > 0) {
    findings.push(finding({ action: 'flagged', check: 'missing trade ids', count: buffer.missingIds, timeMs: buffer.firstMissingMs, detail: `${buffer.missingIds} ids between trades are in no file; the first gap ends at timeMs` }));
  }
  findings.push(finding({ action: 'passed', check: 'trades', count, detail: `${count} trades of ${day}; prices, quantities, ids and times checked` }));
  const table = makeTable({
    timeMs: buffer.timeMs.toArray(), id: buffer.id.toArray(), price: buffer.price.toArray(), quantity: buffer.quantity.toArray(),
    buyerIsMaker: Uint8Array.from(buffer.buyerIsMaker.toArray()),
  });
  return { day, table, findings };
}

function emptyBuffer(): DayBuffer {
  return {
    id: makeGrowingColumn(), price: makeGrowingColumn(), quantity: makeGrowingColumn(), timeMs: makeGrowingColumn(), buyerIsMaker: makeGrowingColumn(),
    repaired: [], missingIds: 0, firstMissingMs: Number.NaN,
  };
}
