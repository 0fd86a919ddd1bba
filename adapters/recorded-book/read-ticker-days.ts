/** Quote bars of the archive's bookTicker files, a day after the other, while rows are read. */
import { basename } from 'node:path';
import { InvalidData } from '../../core/errors.js';
import type { QuoteBarMaker } from '../../core/order-book/quote-bars.js';
import { makeQuoteBars } from '../../core/order-book/quote-bars.js';
import type { Abort } from '../../core/abort.js';
import type { DayOfQuotes, QualityFinding, TradeDay } from '../../pipeline/market-source.js';
import type { PlannedFile, Span } from '../../pipeline/plan.js';
import { checkHash } from '../market-files/file-hash.js';
import { namedFile } from '../market-files/file-name.js';
import { finding, isoTime } from '../market-files/findings.js';
import type { RowBatch } from '../market-files/row-batches.js';
import { rowBatches } from '../market-files/row-batches.js';
import { utcMs } from '../market-files/utc-time.js';
import { BOOK_TICKER } from './book-ticker-layout.js';
import type { QuotePiece } from './quote-piece.js';
import { dayOfPieces } from './quote-piece.js';

/** A longer silence of the best quotes is told. */
const PAUSE_MS = 60_000;
/** Times differ a little from the order of the rows and from the file's name; a larger difference is a wrong stamp, behind which quotes would be lost. */
const SLACK_MS = 60_000;

export interface TickerRequest {
  readonly days: readonly TradeDay[];
  readonly periodMs: number;
  /** US dollars that a contract is worth, where the files count contracts. */
  readonly contractSize?: number;
  readonly signal: Abort;
}

/**
 * The days (ascending) out of files in order of time. A quote is known when the exchange sent it (event_time, else transaction_time),
 * never before one that came earlier. Each file stands for itself: a bar needs quotes of its own file, so that a day is the same
 * whichever files are read with it; a file named for a whole day is whole from midnight to midnight. Repaired: rows whose update id
 * does not rise, left out. Flagged: rows without a bid below an ask, left out; silences above a minute, to the end of a whole file's day too,
 * through which the last quote stands; bars without a quote.
 * @throws InvalidData with file and line, also for a time more than a minute before an earlier row's or after the span of the file's name. @throws PipelineError IntegrityError when a file has changed since the plan
 */
export async function* readTickerDays(
  files: Iterable<PlannedFile> | AsyncIterable<PlannedFile>,
  request: TickerRequest,
): AsyncGenerator<DayOfQuotes, void, undefined> {
  const { days, periodMs } = request;
  const options = { periodMs, hasDepth: false };
  let pieces: QuotePiece[] = [];
  let next = 0;
  for await (const file of files) {
    await checkHash(file);
    for await (const { dayIndex, piece } of piecesOfFile(file, request)) {
      if (dayIndex < next)
        throw new InvalidData(`${basename(file.path)}: expected files in order of time, found quotes of ${days[dayIndex]?.day} after later ones`);
      for (; next < dayIndex; next++) {
        yield dayOfPieces(days[next] as TradeDay, pieces, options);
        pieces = [];
      }
      pieces.push(piece);
    }
  }
  for (; next < days.length; next++) {
    yield dayOfPieces(days[next] as TradeDay, pieces, options);
    pieces = [];
  }
}

/** Quotes of a day and a file as they come. */
interface OpenPiece {
  readonly maker: QuoteBarMaker;
  readonly dayIndex: number;
  rows: number;
  late: number;
  crossed: number;
  pauses: number;
  firstPauseMs: number;
  /** When its last row was known; NaN before the first. */
  lastMs: number;
}

interface FoundPiece {
  readonly dayIndex: number;
  readonly piece: QuotePiece;
}

/** Where the reading of a file stands. */
interface Cursor {
  readonly file: string;
  /** Span of a whole day or month by the file's name, else null. */
  readonly whole: Span | null;
  dayIndex: number;
  open: OpenPiece | null;
  lastId: number;
  /** Latest time of any row so far. */
  clockMs: number;
}

async function* piecesOfFile(file: PlannedFile, request: TickerRequest): AsyncGenerator<FoundPiece, void, undefined> {
  const { days } = request;
  const { span } = namedFile(file.path);
  const cursor: Cursor = {
    file: basename(file.path),
    whole: span?.isWhole === true ? span : null,
    dayIndex: 0,
    open: null,
    lastId: Number.NEGATIVE_INFINITY,
    clockMs: Number.NEGATIVE_INFINITY,
  };
  for await (const batch of rowBatches(file.path, BOOK_TICKER)) {
    request.signal.throwIfAborted();
    for (let row = 0; row < batch.count; row++) {
      const beforeMs = cursor.clockMs;
      if (!advance(cursor, batch, row)) continue;
      while (cursor.dayIndex < days.length && cursor.clockMs >= (days[cursor.dayIndex] as TradeDay).toMs) {
        yield* finished(cursor, (days[cursor.dayIndex] as TradeDay).toMs);
        cursor.dayIndex++;
      }
      const day = days[cursor.dayIndex];
      if (day === undefined) return;
      if (cursor.clockMs >= day.fromMs) addQuote(cursor, batch, { row, beforeMs, day, request });
    }
  }
  const day = days[cursor.dayIndex];
  if (day !== undefined) yield* finished(cursor, Math.min(day.toMs, cursor.whole?.toMs ?? cursor.clockMs));
}

/** Moves the clock; false for a row that is not looked at further: an old one, or one after the span that the file's name says. */
function advance(cursor: Cursor, batch: RowBatch, row: number): boolean {
  const { values, width, firstLine } = batch;
  const at = row * width;
  const id = values[at] as number;
  if (!(id > cursor.lastId)) {
    if (cursor.open !== null) cursor.open.late++;
    return false;
  }
  const sentMs = values[at + 6] as number;
  const timeMs = utcMs(Number.isNaN(sentMs) ? (values[at + 5] as number) : sentMs, cursor.file, firstLine + row);
  checkTime(cursor, timeMs, firstLine + row);
  cursor.lastId = id;
  cursor.clockMs = Math.max(cursor.clockMs, timeMs);
  return cursor.whole === null || cursor.clockMs < cursor.whole.toMs;
}

function checkTime({ file, whole, clockMs }: Cursor, timeMs: number, line: number): void {
  const where = `${file}:${line}: expected a time`;
  if (timeMs < clockMs - SLACK_MS) throw new InvalidData(`${where} not before those of earlier rows, found ${isoTime(timeMs)} after ${isoTime(clockMs)}`);
  if (whole !== null && timeMs >= whole.toMs + SLACK_MS) {
    throw new InvalidData(`${where} before the end of the file's name, ${isoTime(whole.toMs)}, found ${isoTime(timeMs)}`);
  }
}

function addQuote(cursor: Cursor, batch: RowBatch, place: { row: number; beforeMs: number; day: TradeDay; request: TickerRequest }): void {
  const { row, beforeMs, day, request } = place;
  const { clockMs, whole } = cursor;
  // Without a name of whole days, a day is known from its start on where the file has rows of the day before.
  const knownMs = whole?.fromMs ?? (beforeMs > 0 ? day.fromMs : clockMs);
  cursor.open ??= openPiece(cursor.dayIndex, makeQuoteBars({ periodMs: request.periodMs, fromMs: Math.max(day.fromMs, knownMs) }));
  const { open } = cursor;
  tellPause(open, clockMs);
  open.lastMs = clockMs;
  const { values, width, firstLine } = batch;
  const at = row * width;
  const [bid, ask] = [values[at + 1] as number, values[at + 3] as number];
  const [bidSize, askSize] = [values[at + 2] as number, values[at + 4] as number];
  if (!(bidSize >= 0 && askSize >= 0)) {
    throw new InvalidData(`${cursor.file}:${firstLine + row}: expected quantities of at least 0, found best_bid_qty ${bidSize} and best_ask_qty ${askSize}`);
  }
  if (!(bid > 0 && bid < ask)) {
    open.crossed++;
    return;
  }
  open.rows++;
  const { contractSize } = request;
  const inBase = (size: number, price: number): number => (contractSize === undefined ? size : (size * contractSize) / price);
  open.maker.quote({ timeMs: clockMs, bid, bidQuantity: inBase(bidSize, bid), ask, askQuantity: inBase(askSize, ask) });
}

/** Counts the silence from the piece's last row to `untilMs` where it is long. */
function tellPause(open: OpenPiece, untilMs: number): void {
  if (untilMs - open.lastMs > PAUSE_MS && open.pauses++ === 0) open.firstPauseMs = open.lastMs;
}

function openPiece(dayIndex: number, maker: QuoteBarMaker): OpenPiece {
  return { maker, dayIndex, rows: 0, late: 0, crossed: 0, pauses: 0, firstPauseMs: Number.NaN, lastMs: Number.NaN };
}

function finished(cursor: Cursor, untilMs: number): readonly FoundPiece[] {
  const { open, file } = cursor;
  if (open === null) return [];
  cursor.open = null;
  tellPause(open, untilMs);
  const note = (action: 'repaired' | 'flagged', check: string, found: { count: number; detail: string; timeMs?: number }): QualityFinding[] =>
    found.count === 0 ? [] : [finding({ action, check, file, ...found, detail: `${found.count} ${found.detail}` })];
  const findings = [
    ...note('repaired', 'late quote', { count: open.late, detail: 'rows whose update id does not rise, left out' }),
    ...note('flagged', 'crossed quote', { count: open.crossed, detail: 'rows without a bid below an ask, left out' }),
    ...note('flagged', 'quote pause', {
      count: open.pauses,
      timeMs: open.firstPauseMs,
      detail: `silences of more than ${PAUSE_MS / 1000} s, through which the last quote stands; the first begins at timeMs`,
    }),
    finding({ action: 'passed', check: 'quotes', count: open.rows, file, detail: `${open.rows} changes of the best quotes` }),
  ];
  return [{ dayIndex: open.dayIndex, piece: { table: open.maker.finish(untilMs), findings } }];
}
