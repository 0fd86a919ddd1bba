/** Quote bars of recorded streams, a day after the other; the book is rebuilt and checked on the way. */
import type { Abort } from '../../core/abort.js';
import type { Table } from '../../core/data/table.js';
import { float64Column, takeRows } from '../../core/data/table.js';
import type { BookMessage } from '../../core/order-book/book-message.js';
import type { BookReplay } from '../../core/order-book/book-replay.js';
import { makeBookReplay } from '../../core/order-book/book-replay.js';
import type { QuoteBarMaker } from '../../core/order-book/quote-bars.js';
import { makeQuoteBars } from '../../core/order-book/quote-bars.js';
import type { DayOfQuotes, TradeDay } from '../../pipeline/market-source.js';
import type { PlannedFile } from '../../pipeline/plan.js';
import { checkHash } from '../market-files/file-hash.js';
import { finding } from '../market-files/findings.js';
import type { QuotePiece } from './quote-piece.js';
import { dayOfPieces } from './quote-piece.js';
import { readBookMessages } from './read-book-messages.js';
import { frontOf } from './recorded-quote-bars.js';

/** A longer silence on all streams means that the recorder was off: what comes after is a recording of its own. */
const OFF_MS = 60_000;

export interface RecordedDaysRequest {
  readonly days: readonly TradeDay[];
  readonly periodMs: number;
  readonly signal: Abort;
}

/**
 * The days (ascending) out of the parts of recordings, all of them from the first part on in order of time: the book is rebuilt from its
 * snapshot. Best quotes are those of the bookTicker stream; of a recording without it, the front of the rebuilt book. Bars hold what was
 * recorded throughout. Flagged: recordings without a snapshot, whose bars have no depth; bars without a quote.
 * @throws InvalidData with file and line on a message that does not parse, when updates of the book are missing, or its sides cross.
 * @throws PipelineError IntegrityError when a part has changed since the plan
 */
export async function* readRecordedDays(
  files: Iterable<PlannedFile> | AsyncIterable<PlannedFile>,
  request: RecordedDaysRequest,
): AsyncGenerator<DayOfQuotes, void, undefined> {
  const paths: string[] = [];
  for await (const file of files) {
    await checkHash(file);
    paths.push(file.path);
  }
  const recordings: Recording[] = [];
  let current: Recording | null = null;
  for await (const message of readBookMessages(paths)) {
    if (current === null || message.timeMs - current.lastMs > OFF_MS) {
      request.signal.throwIfAborted();
      current = { maker: makeQuoteBars(request), replay: makeBookReplay(), hasTicker: false, lastMs: message.timeMs };
      recordings.push(current);
    }
    take(current, message);
  }
  const tables = recordings.map(({ maker }) => maker.finish());
  for (const day of request.days) {
    const pieces = tables.flatMap((table) => piecesOf(table, day));
    yield dayOfPieces(day, pieces, { periodMs: request.periodMs, hasDepth: true });
  }
}

/** Parts that follow one another without a pause. */
interface Recording {
  readonly maker: QuoteBarMaker;
  readonly replay: BookReplay;
  hasTicker: boolean;
  lastMs: number;
}

function take(recording: Recording, message: BookMessage): void {
  const { maker, replay } = recording;
  recording.lastMs = message.timeMs;
  if (message.kind === 'quote') {
    recording.hasTicker = true;
    maker.quote(message);
    return;
  }
  if (!replay.apply(message)) return;
  const { bidDepth, askDepth } = replay.depth();
  maker.depth(message.timeMs, bidDepth, askDepth);
  if (!recording.hasTicker) maker.quote(frontOf(replay, message.timeMs));
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
