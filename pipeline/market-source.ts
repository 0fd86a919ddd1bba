/** The one port behind which every source of market data lies: folder of files, exchange archive, exchange REST interface. */
import type { Abort } from '../core/abort.js';
import type { ExternalName } from '../core/data/external-series.js';
import type { Table } from '../core/data/table.js';
import type { Exchange, MarketKind, QuoteKind, SourceKind } from './config.js';
import type { PlannedFile, Span } from './plan.js';

/** A repaired, flagged or passed check; rows of schema ares.quality. */
export interface QualityFinding {
  readonly check: string;
  readonly action: 'passed' | 'repaired' | 'flagged';
  readonly count: number;
  readonly file: string;
  readonly line: number;
  /** NaN where it concerns no moment. */
  readonly timeMs: number;
  readonly detail: string;
}

/** Whose data are wanted. */
export interface Instrument {
  readonly exchange: Exchange;
  readonly market: MarketKind;
  readonly symbol: string;
}

export interface SourceQuery extends Instrument {
  /** Folder of source files; null elsewhere. */
  readonly root: string | null;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** Length of the window where from or to is open. */
  readonly days: number;
  /** Coarsest bars that serve. */
  readonly periodMs: number;
  /** auto = the finest that covers the window. */
  readonly series: 'auto' | 'trades' | 'aggTrades' | 'bars';
  readonly external: readonly ExternalName[];
  readonly signal?: Abort;
}

/** What a source offers for a query; the lists are empty where it pins no file (REST, simulator). */
export interface FoundSeries {
  readonly series: 'trades' | 'bars';
  /** Which of two kinds of trades; null for bars. */
  readonly tradeKind: 'trades' | 'aggTrades' | null;
  /** Length of a bar; 0 for trades. */
  readonly periodMs: number;
  /** Half-open span that the series covers. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly files: readonly PlannedFile[];
  readonly fundingFiles: readonly PlannedFile[];
  readonly externalFiles: Readonly<Partial<Record<ExternalName, readonly PlannedFile[]>>>;
}

export interface SourceRequest extends Instrument {
  /** The planned files that hold the span; empty where the source pins none. */
  readonly files: readonly PlannedFile[];
  /** Looked at between requests and files; a running step is ended by ending its process, which may be at any moment. */
  readonly signal: Abort;
  /** Bytes or rows so far, rate and remaining time, in words. */
  readonly progress?: (message: string) => void;
}

export interface TradeDay {
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Schema ares.trades, ascending by (timeMs, id), each id once. */
export interface DayOfTrades {
  readonly day: string;
  readonly table: Table;
  readonly findings: readonly QualityFinding[];
}

export interface FoundQuotes {
  readonly kind: QuoteKind;
  /** In order of time, each with its span. */
  readonly files: readonly PlannedFile[];
}

/** Schema ares.quotes: a row of each bar whose whole interval was recorded. With bidDepth and askDepth for recordings alone. */
export interface DayOfQuotes {
  readonly day: string;
  readonly table: Table;
  readonly findings: readonly QualityFinding[];
}

/** Best quotes of a source that keeps them. */
export interface QuoteSource {
  /** The files that touch the window. @throws InvalidData when there is none; the message lists what was found */
  find(query: Instrument & { readonly root: string | null; readonly window: Span; readonly signal?: Abort }): Promise<FoundQuotes>;
  /**
   * The days in order, reduced to bars of `periodMs` while rows are read: memory holds bars, never a day of quotes. A day's table is the
   * same whichever days are asked for with it.
   */
  readDays(request: SourceRequest & { readonly kind: QuoteKind; readonly periodMs: number; readonly days: readonly TradeDay[] }): AsyncIterable<DayOfQuotes>;
}

export interface SeriesRead {
  readonly table: Table;
  readonly findings: readonly QualityFinding[];
}

/**
 * Every method throws InvalidData with file and line (or the request) for wrong content, IntegrityError where bytes are not those
 * of the pinned sha256 (naming both), UpstreamUnavailable with its delay where the other side fails or throttles, AccessDenied
 * where it refuses us. Nothing half-fetched is ever read.
 */
export interface MarketSource {
  /** @throws InvalidData when the symbol has nothing, or nothing covers the window; the message lists what was found */
  find(query: SourceQuery): Promise<FoundSeries>;
  /** Trades of the days in one pass, a day in memory at a time; a day without trades comes with 0 rows. */
  readTradeDays(request: SourceRequest & { readonly tradeKind: 'trades' | 'aggTrades'; readonly days: readonly TradeDay[] }): AsyncIterable<DayOfTrades>;
  /** Schema ares.bars. */
  readBars(request: SourceRequest & { readonly window: Span; readonly periodMs: number }): Promise<SeriesRead>;
  /** Schema ares.funding. */
  readFunding(request: SourceRequest & { readonly window: Span }): Promise<SeriesRead>;
  /** Schema ares.external; rows known before the window's end whose time lies in the window or a time to live before it. */
  readExternal(request: SourceRequest & { readonly window: Span; readonly external: ExternalName }): Promise<SeriesRead>;
  /** Absent where nothing is kept of past quotes. */
  readonly quotes?: QuoteSource;
}

/** The source of a kind and an exchange. @throws PipelineError InvalidSpec where there is none */
export type MarketSources = (kind: SourceKind, exchange: Exchange) => MarketSource;
