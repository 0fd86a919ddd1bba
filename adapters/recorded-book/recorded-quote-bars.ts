/** Quote bars straight from a recording: the book is rebuilt and checked on the way. */
import { basename } from 'node:path';
import { InvalidData } from '../../core/errors.js';
import type { Table } from '../../core/data/table.js';
import type { BestQuote } from '../../core/order-book/book-message.js';
import type { BookReplay } from '../../core/order-book/book-replay.js';
import { makeBookReplay } from '../../core/order-book/book-replay.js';
import { makeQuoteBars } from '../../core/order-book/quote-bars.js';
import { readBookMessages } from './read-book-messages.js';

export interface RecordedQuoteOptions {
  readonly periodMs: number;
  /** ticker = every change of the best quotes as the exchange sends it; book = the front of the rebuilt book, once an event. */
  readonly quotes: 'ticker' | 'book';
}

export interface RecordedQuoteBars {
  /** Columns of makeQuoteBars. */
  readonly table: Table;
  /** Deltas applied to the book. */
  readonly deltas: number;
  readonly quotes: number;
}

/**
 * Quote bars of the parts of one recording; depths come from the rebuilt book.
 * @throws InvalidData on a line that does not parse, a gap in the updates, sides that cross, or a recording without a snapshot
 */
export async function recordedQuoteBars(paths: readonly string[], options: RecordedQuoteOptions): Promise<RecordedQuoteBars> {
  const maker = makeQuoteBars({ periodMs: options.periodMs });
  const replay = makeBookReplay();
  let [deltas, quotes] = [0, 0];
  for await (const message of readBookMessages(paths)) {
    if (message.kind === 'quote') {
      if (options.quotes === 'ticker') maker.quote(message);
      quotes++;
      continue;
    }
    if (!replay.apply(message)) continue;
    if (message.kind === 'delta') deltas++;
    const { bidDepth, askDepth } = replay.depth();
    maker.depth(message.timeMs, bidDepth, askDepth);
    if (options.quotes === 'book') maker.quote(frontOf(replay, message.timeMs));
  }
  if (Number.isNaN(replay.lastUpdateId))
    throw new InvalidData(`${paths.map((path) => basename(path)).join(', ')}: expected a snapshot of the book, found none`);
  return { table: maker.finish(), deltas, quotes };
}

/** The front of a rebuilt book as a quote. */
export function frontOf({ bids, asks, lastUpdateId }: BookReplay, timeMs: number): BestQuote {
  return {
    kind: 'quote',
    timeMs,
    updateId: lastUpdateId,
    bid: bids.bestPrice(),
    bidQuantity: bids.bestQuantity(),
    ask: asks.bestPrice(),
    askQuantity: asks.bestQuantity(),
  };
}
