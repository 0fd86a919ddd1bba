/** How each external series stands in the files: which kind of file, which of its columns, in which unit. */
import type { ExternalName } from '../../core/data/external-series.js';
import { EXTERNAL_SERIES } from '../../core/data/external-series.js';
import { InvalidData } from '../../core/errors.js';
import type { MarketKind } from '../../pipeline/config.js';
import type { Span } from '../../pipeline/plan.js';
import type { NamedFile } from './file-name.js';

export interface ExternalLayout {
  readonly kind: NamedFile['kind'];
  /** Column of time, column of the value; further columns that `accepts` looks at. */
  readonly columns: readonly [string, string, ...string[]];
  /** All columns of a file without a header. */
  readonly bare: readonly string[];
  /** What the file's value times this is, in the unit of the bars' column. */
  readonly unit: number;
  /** False for rows of the file that belong to another series. */
  readonly accepts?: (further: readonly string[]) => boolean;
}

const METRICS = [
  'create_time',
  'symbol',
  'sum_open_interest',
  'sum_open_interest_value',
  'count_toptrader_long_short_ratio',
  'sum_toptrader_long_short_ratio',
  'count_long_short_ratio',
  'sum_taker_long_short_vol_ratio',
] as const;
const BOOK_DEPTH = ['timestamp', 'percentage', 'depth', 'notional'] as const;

/** The band of 1 percent: cumulative quantity from the middle of the book that far down (-1) or up (1). */
const band = (percent: number): ExternalLayout => ({
  kind: 'bookDepth',
  columns: ['timestamp', 'depth', 'percentage'],
  bare: BOOK_DEPTH,
  unit: 1,
  accepts: ([percentage]) => Number(percentage) === percent,
});
const metric = (column: (typeof METRICS)[number]): ExternalLayout => ({ kind: 'metrics', columns: ['create_time', column], bare: METRICS, unit: 1 });
const dated = (kind: 'fear-greed' | 'hash-rate', column: string, unit: number): ExternalLayout => ({
  kind,
  columns: ['date', column],
  bare: ['date', column],
  unit,
});

/** mark-price is read from candles (their close, known at the close). Hash rates come in TH/s. */
const LAYOUTS: Readonly<Record<Exclude<ExternalName, 'mark-price'>, ExternalLayout>> = {
  'open-interest': metric('sum_open_interest'),
  'account-ratio': metric('count_long_short_ratio'),
  'top-account-ratio': metric('count_toptrader_long_short_ratio'),
  'top-position-ratio': metric('sum_toptrader_long_short_ratio'),
  'taker-ratio': metric('sum_taker_long_short_vol_ratio'),
  'bid-depth': band(-1),
  'ask-depth': band(1),
  'fear-greed': dated('fear-greed', 'value', 1),
  'hash-rate': dated('hash-rate', 'hash_rate_ths', 1e12),
};

/** The kind of file that holds a series. */
export function externalKind(name: ExternalName): NamedFile['kind'] {
  return name === 'mark-price' ? 'markPrice' : LAYOUTS[name].kind;
}

/**
 * The layout of a series; null for the mark price. COIN-M counts open interest in contracts and states the amount in base
 * currency as its value.
 * @throws InvalidData for the depth of COIN-M, whose unit the exchange does not document
 */
export function externalLayout(name: ExternalName, market: MarketKind): ExternalLayout | null {
  if (name === 'mark-price') return null;
  const layout = LAYOUTS[name];
  if (market !== 'coin') return layout;
  if (layout.kind === 'bookDepth') throw new InvalidData(`external: ${name} of COIN-M counts contracts in a way that is not documented; leave it out`);
  return name === 'open-interest' ? metric('sum_open_interest_value') : layout;
}

/** When a row must speak of to matter in a window: from a time to live and the publisher's delay before it. */
export function externalSpan(name: ExternalName, window: Span): Span {
  return { fromMs: window.fromMs - EXTERNAL_SERIES[name].timeToLiveMs, toMs: window.toMs };
}
