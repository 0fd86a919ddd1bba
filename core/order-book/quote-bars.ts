/** Columns of bars out of best quotes and depths: spread, queues, and the flow of orders through them. */
import { InvalidData } from '../errors.js';
import { DEPTH_EXTRAS, QUOTE_EXTRAS } from '../data/bar-extras.js';
import type { GrowingColumn } from '../data/growing-column.js';
import { makeGrowingColumn } from '../data/growing-column.js';
import type { Table } from '../data/table.js';
import { makeTable } from '../data/table.js';

/** The best quotes from `timeMs` on. */
export interface Quote {
  readonly timeMs: number;
  readonly bid: number;
  readonly bidQuantity: number;
  readonly ask: number;
  readonly askQuantity: number;
}

export interface QuoteBarOptions {
  readonly periodMs: number;
  /** Time from which on nothing is missing; default: the first quote or depth. */
  readonly fromMs?: number;
}

export interface QuoteBarMaker {
  /** @throws InvalidData when time goes back, or the bid is not below the ask */
  quote(quote: Quote): void;
  /** Base quantities within 1 % of the middle from `timeMs` on. @throws InvalidData when time goes back */
  depth(timeMs: number, bidDepth: number, askDepth: number): void;
  /** The bars that close by `untilMs`, the time up to which nothing is missing; default: the last quote or depth. */
  finish(untilMs?: number): Table;
}

const COLUMNS = ['openTimeMs', 'closeTimeMs', ...QUOTE_EXTRAS, ...DEPTH_EXTRAS] as const;

/**
 * e(n) of Cont, Kukanov and Stoikov 2014, section 2.1: what the step between two quotes added to the bid queue and took from the ask
 * queue, base quantity with sign.
 */
export function quoteFlow(before: Quote, now: Quote): number {
  return flowBetween(now.bid - before.bid, now.bidQuantity, before.bidQuantity) - flowBetween(before.ask - now.ask, now.askQuantity, before.askQuantity);
}

/** What a side gained: its new queue unless its price got worse (`better` < 0), less its old one unless the price got better. */
function flowBetween(better: number, quantity: number, before: number): number {
  return (better >= 0 ? quantity : 0) - (better <= 0 ? before : 0);
}

/**
 * Takes quotes and depths in order of time and makes a row of every interval [k periodMs, (k + 1) periodMs) that lies wholly in
 * what was recorded, quotes or none in it (a quote stands until the next). A row holds openTimeMs, closeTimeMs and the extras of
 * bar-extras.ts: the quote, queues and depths that stood at its close (an event at the close belongs to the next), the mean spread
 * weighted by the time it stood, the sum of quoteFlow, and the number of changes. NaN where nothing was known yet.
 */
export function makeQuoteBars(options: QuoteBarOptions): QuoteBarMaker {
  const { periodMs } = options;
  const rows = Object.fromEntries(COLUMNS.map((name) => [name, makeGrowingColumn()])) as Record<(typeof COLUMNS)[number], GrowingColumn>;
  // Scalars, not objects: a day may have tens of millions of quotes.
  let [bid, ask, bidQuantity, askQuantity] = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
  let [bidDepth, askDepth] = [Number.NaN, Number.NaN];
  let isQuoted = false;
  let nowMs = Number.NEGATIVE_INFINITY;
  // The bar in progress; a bar cut by the beginning of the recording is only passed through.
  let openMs = options.fromMs === undefined ? Number.NaN : Math.ceil(options.fromMs / periodMs) * periodMs;
  let [spreadMs, knownMs, flow, updates] = [0, 0, 0, 0];

  const closeBar = (): void => {
    rows.openTimeMs.push(openMs);
    rows.closeTimeMs.push(openMs + periodMs);
    rows.bid.push(bid);
    rows.ask.push(ask);
    rows.bidQuantity.push(bidQuantity);
    rows.askQuantity.push(askQuantity);
    rows.quotedSpread.push(knownMs > 0 ? spreadMs / knownMs : Number.NaN);
    rows.orderFlowImbalance.push(isQuoted ? flow : Number.NaN);
    rows.quoteUpdates.push(isQuoted ? updates : Number.NaN);
    rows.bidDepth.push(bidDepth);
    rows.askDepth.push(askDepth);
    spreadMs = knownMs = flow = updates = 0;
    openMs += periodMs;
  };
  /** Lets the standing quote stand up to `toMs`. */
  const stand = (toMs: number): void => {
    const fromMs = Math.max(nowMs, openMs);
    if (!isQuoted || !(toMs > fromMs)) return;
    spreadMs += ((toMs - fromMs) * (ask - bid)) / ((ask + bid) / 2);
    knownMs += toMs - fromMs;
  };
  const advance = (timeMs: number): void => {
    if (!(timeMs >= nowMs)) throw new InvalidData(`expected quotes and depths in order of time, found ${timeMs} after ${nowMs}`);
    if (Number.isNaN(openMs)) openMs = Math.ceil(timeMs / periodMs) * periodMs;
    while (timeMs >= openMs + periodMs) {
      stand(openMs + periodMs);
      nowMs = openMs + periodMs;
      closeBar();
    }
    stand(timeMs);
    nowMs = timeMs;
  };

  return {
    quote: (next) => {
      if (!(next.bid < next.ask)) throw new InvalidData(`expected a bid below the ask at ${next.timeMs}, found bid ${next.bid} and ask ${next.ask}`);
      advance(next.timeMs);
      const isChange = bid !== next.bid || ask !== next.ask || bidQuantity !== next.bidQuantity || askQuantity !== next.askQuantity;
      if (isQuoted && isChange && nowMs >= openMs) {
        flow += flowBetween(next.bid - bid, next.bidQuantity, bidQuantity) - flowBetween(ask - next.ask, next.askQuantity, askQuantity);
        updates++;
      }
      ({ bid, ask, bidQuantity, askQuantity } = next);
      isQuoted = true;
    },
    depth: (timeMs, bidQuantityWithin, askQuantityWithin) => {
      advance(timeMs);
      bidDepth = bidQuantityWithin;
      askDepth = askQuantityWithin;
    },
    finish: (untilMs) => {
      if (untilMs !== undefined) advance(untilMs);
      return makeTable(Object.fromEntries(COLUMNS.map((name) => [name, rows[name].toArray()])));
    },
  };
}

/** Columns of quotes, one a change. */
export type QuoteColumns = Readonly<Record<'timeMs' | 'bid' | 'bidQuantity' | 'ask' | 'askQuantity', Float64Array>>;

/** Quote bars of quotes at hand, by makeQuoteBars; without depths. @throws InvalidData as there */
export function quoteBars(quotes: QuoteColumns, options: QuoteBarOptions & { readonly untilMs?: number }): Table {
  const maker = makeQuoteBars(options);
  for (let i = 0; i < quotes.timeMs.length; i++) {
    maker.quote({
      timeMs: quotes.timeMs[i],
      bid: quotes.bid[i],
      bidQuantity: quotes.bidQuantity[i],
      ask: quotes.ask[i],
      askQuantity: quotes.askQuantity[i],
    });
  }
  return maker.finish(options.untilMs);
}
