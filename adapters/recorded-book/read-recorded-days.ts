/** Quote bars of recorded streams, a day after the other; the book is rebuilt and checked on the way. */
import type { Abort } from '../../core/abort.js';
import type { Table } from '../../core/data/table.js';
import { float64Column, takeRows } from '../../core/data/table.js';
import type { BookMessage } from '../../core/order-book/book-message.js';
import type { BookReplay } from '../../core/order-book/book-replay.js';
import { makeBookReplay } from '../../core/order-book/book-replay.js';
import type { DayOfQuotes, TradeDay } from '../../pipeline/market-source.js';
import type { PlannedFile } from '../../pipeline/plan.js';
import { checkHash } from '../market-files/file-hash.js';
import { finding, isoTime } from '../market-files/findings.js';
import type { QuotePiece } from './quote-piece.js';
import { dayOfPieces } from './quote-piece.js';
import { readBookMessages } from './read-book-messages.js';
import { frontOf } from './recorded-quote-bars.js';
import type { RecordingBars } from './recording-bars.js';
import { makeRecordingBars } from './recording-bars.js';

/** A longer silence on all streams means that the recorder was off: what comes after is a recording of its own. */
const OFF_MS = 60_000;
/** A part may take longer to read than a step may be silent. */
const TOLD_EVERY_MS = 600_000;

export interface RecordedDaysRequest {
  readonly days: readonly TradeDay[];
  readonly periodMs: number;
  readonly signal: Abort;
  /** Told every ten minutes of recorded time. */
  readonly progress?: (message: string) => void;
}

/**
 * The days (ascending) out of the parts of recordings, all of them from the first part on in order of time: the book is rebuilt from its
 * snapshot. Each part is read once, a day is there as soon as what comes after it shows that it is whole, and nothing is read beyond the
 * last one. Best quotes are those of the bookTicker stream; of a recording without it, the front of the rebuilt book. Bars hold what was
 * recorded throughout. Flagged: recordings without a snapshot, whose bars have no depth; bars without a quote.
 * @throws InvalidData with file and line on a message that does not parse, when updates of the book are missing, or its sides cross.
 * @throws PipelineError IntegrityError when a part has changed since the plan
 */
export async function* readRecordedDays(
  files: Iterable<PlannedFile> | AsyncIterable<PlannedFile>,
  request: RecordedDaysRequest,
): AsyncGenerator<DayOfQuotes, void, undefined> {
  const { days, periodMs } = request;
  const options = { periodMs, hasDepth: true };
  let recording: Recording | null = null;
  let pieces: QuotePiece[] = [];
  let next = 0;
  let toldMs = Number.NEGATIVE_INFINITY;
  for await (const message of readBookMessages(checkedPaths(files, request))) {
    if (message.timeMs - toldMs >= TOLD_EVERY_MS) {
      toldMs = message.timeMs;
      request.progress?.(`recorded quotes up to ${isoTime(toldMs)}`);
    }
    if (recording === null || message.timeMs - recording.lastMs > OFF_MS) {
      if (recording !== null) pieces.push(...piecesOf(recording.bars.finish(), days[next] as TradeDay));
      recording = { bars: makeRecordingBars(periodMs), replay: makeBookReplay(), hasTicker: false, lastMs: message.timeMs };
    }
    recording.lastMs = message.timeMs;
    if (message.kind !== 'quote' && !recording.replay.apply(message)) continue;
    for (let day = days[next]; day !== undefined && message.timeMs >= lastCloseMs(day, periodMs); day = days[++next]) {
      yield dayOfPieces(day, [...pieces, ...piecesOf(recording.bars.cut(lastCloseMs(day, periodMs)), day)], options);
      pieces = [];
    }
    if (next === days.length) return;
    take(recording, message);
  }
  if (recording !== null) pieces.push(...piecesOf(recording.bars.finish(), days[next] as TradeDay));
  for (; next < days.length; next++) {
    yield dayOfPieces(days[next] as TradeDay, pieces, options);
    pieces = [];
  }
}

async function* checkedPaths(
  files: Iterable<PlannedFile> | AsyncIterable<PlannedFile>,
  { signal }: RecordedDaysRequest,
): AsyncGenerator<string, void, undefined> {
  for await (const file of files) {
    signal.throwIfAborted();
    await checkHash(file);
    yield file.path;
  }
}

/** Close of the day's last bar. */
function lastCloseMs(day: TradeDay, periodMs: number): number {
  return Math.floor(day.toMs / periodMs) * periodMs;
}

/** Parts that follow one another without a pause. */
interface Recording {
  readonly bars: RecordingBars;
  readonly replay: BookReplay;
  hasTicker: boolean;
  lastMs: number;
}

/** Takes a quote, or a message that the book has taken. */
function take(recording: Recording, message: BookMessage): void {
  const { bars, replay } = recording;
  if (message.kind === 'quote') {
    recording.hasTicker = true;
    bars.quote(message);
    return;
  }
  bars.depth({ timeMs: message.timeMs, ...replay.depth() });
  if (!recording.hasTicker) bars.quote(frontOf(replay, message.timeMs));
}

/** The bars of a recording that lie in the day. What is said of them rests on nothing after it. */
function piecesOf(table: Table, day: TradeDay): QuotePiece[] {
  const closeTimeMs = float64Column(table, 'closeTimeMs');
  const rows = Array.from(closeTimeMs.keys()).filter((row) => (closeTimeMs[row] as number) > day.fromMs && (closeTimeMs[row] as number) <= day.toMs);
  if (rows.length === 0) return [];
  const part = takeRows(table, rows);
  const updates = float64Column(part, 'quoteUpdates').reduce((sum, count) => sum + (Number.isNaN(count) ? 0 : count), 0);
  const shallow = float64Column(part, 'bidDepth').reduce((count, depth) => count + (Number.isNaN(depth) ? 1 : 0), 0);
  const findings = [
    finding({ action: 'passed', check: 'quotes', count: updates, detail: `${updates} changes of the best quotes; the book has no gap and no crossed sides` }),
  ];
  if (shallow > 0) {
    const detail = `${shallow} bars before the first snapshot of a recording have no depth`;
    findings.push(finding({ action: 'flagged', check: 'book without snapshot', count: shallow, timeMs: day.fromMs, detail }));
  }
  return [{ table: part, findings }];
}
