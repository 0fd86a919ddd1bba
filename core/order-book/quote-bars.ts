/** Columns of bars out of best quotes and depths: spread, queues, and the flow of orders through them. */
import { InvalidData } from '../errors.js';
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

const COLUMNS = [
  'openTimeMs',
  'closeTimeMs',
  'bid',
  'ask',
  'bidQuantity',
  'askQuantity',
  'quotedSpread',
  'orderFlowImbalance',
  'quoteUpdates',
  'bidDepth',
  'askDepth',
] as const;

/**
 * e(n) of Cont, Kukanov and Stoikov 2014, section 2.1: what the step between two quotes added to the bid queue and took from the ask
 * queue, base quantity with sign.
 */
export function quoteFlow(before: Quote, now: Quote): number {
  const bid = (now.bid >= before.bid ? now.bidQuantity : 0) - (now.bid <= before.bid ? before.bidQuantity : 0);
  const ask = (now.ask <= before.ask ? now.askQuantity : 0) - (now.ask >= before.ask ? before.askQuantity : 0);
  return bid - ask;
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
  let quote: Quote | null = null;
  let depths: readonly [number, number] = [Number.NaN, Number.NaN];
  let nowMs = Number.NEGATIVE_INFINITY;
  // The bar in progress; a bar cut by the beginning of the recording is only passed through.
  let openMs = options.fromMs === undefined ? Number.NaN : Math.ceil(options.fromMs / periodMs) * periodMs;
  let sums = { spreadMs: 0, knownMs: 0, flow: 0, updates: 0 };

  const closeBar = (): void => {
    const row = {
      openTimeMs: openMs,
      closeTimeMs: openMs + periodMs,
      bid: quote?.bid ?? Number.NaN,
      ask: quote?.ask ?? Number.NaN,
      bidQuantity: quote?.bidQuantity ?? Number.NaN,
      askQuantity: quote?.askQuantity ?? Number.NaN,
      quotedSpread: sums.knownMs > 0 ? sums.spreadMs / sums.knownMs : Number.NaN,
      orderFlowImbalance: quote === null ? Number.NaN : sums.flow,
      quoteUpdates: quote === null ? Number.NaN : sums.updates,
      bidDepth: depths[0],
      askDepth: depths[1],
    };
    for (const name of COLUMNS) rows[name].push(row[name]);
    sums = { spreadMs: 0, knownMs: 0, flow: 0, updates: 0 };
    openMs += periodMs;
  };
  /** Lets the standing quote stand up to `toMs`. */
  const stand = (toMs: number): void => {
    const fromMs = Math.max(nowMs, openMs);
    if (quote === null || !(toMs > fromMs)) return;
    sums.spreadMs += ((toMs - fromMs) * (quote.ask - quote.bid)) / ((quote.ask + quote.bid) / 2);
    sums.knownMs += toMs - fromMs;
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
      if (quote !== null && nowMs >= openMs && differs(quote, next)) {
        sums.flow += quoteFlow(quote, next);
        sums.updates++;
      }
      quote = { ...next };
    },
    depth: (timeMs, bidDepth, askDepth) => {
      advance(timeMs);
      depths = [bidDepth, askDepth];
    },
    finish: (untilMs) => {
      if (untilMs !== undefined) advance(untilMs);
      return makeTable(Object.fromEntries(COLUMNS.map((name) => [name, rows[name].toArray()])));
    },
  };
}

function differs(a: Quote, b: Quote): boolean {
  return a.bid !== b.bid || a.ask !== b.ask || a.bidQuantity !== b.bidQuantity || a.askQuantity !== b.askQuantity;
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
