/** Bars of a recording that are handed out as days end: memory holds those since the last cut. */
import type { Table } from '../../core/data/table.js';
import type { Quote } from '../../core/order-book/quote-bars.js';
import { makeQuoteBars } from '../../core/order-book/quote-bars.js';

export interface RecordingBars {
  /** @throws InvalidData as makeQuoteBars does */
  quote(quote: Quote): void;
  /** @throws InvalidData as makeQuoteBars does */
  depth(depth: Depth): void;
  /** The bars since the last cut that close by `cutMs`, a multiple of the period up to which nothing is missing; later bars are as without a cut. */
  cut(cutMs: number): Table;
  /** The bars since the last cut that are known to be whole. */
  finish(): Table;
}

/** Base quantities within 1 % of the middle from `timeMs` on. */
interface Depth {
  readonly timeMs: number;
  readonly bidDepth: number;
  readonly askDepth: number;
}

/** Bars of `periodMs` with the columns of makeQuoteBars. */
export function makeRecordingBars(periodMs: number): RecordingBars {
  let maker = makeQuoteBars({ periodMs });
  const standing: { quote: Quote | null; depth: Depth | null } = { quote: null, depth: null };
  return {
    quote: (quote) => {
      maker.quote(quote);
      standing.quote = quote;
    },
    depth: (depth) => {
      maker.depth(depth.timeMs, depth.bidDepth, depth.askDepth);
      standing.depth = depth;
    },
    cut: (cutMs) => {
      const { quote, depth } = standing;
      // Where nothing has come yet, nothing is known from the cut on either.
      if (quote === null && depth === null) return maker.finish();
      const table = maker.finish(cutMs);
      maker = makeQuoteBars({ periodMs, fromMs: cutMs });
      if (quote !== null) maker.quote({ ...quote, timeMs: cutMs });
      if (depth !== null) maker.depth(cutMs, depth.bidDepth, depth.askDepth);
      return table;
    },
    finish: () => maker.finish(),
  };
}
