/** Where a file stands in the public archive: its path, made of market, kind, symbol and date. */
import type { MarketKind } from '../../pipeline/config.js';
import type { Span } from '../../pipeline/plan.js';

const DAY_MS = 86_400_000;
const MARKET_FOLDER = { spot: 'spot', perp: 'futures/um', coin: 'futures/cm' } as const satisfies Record<MarketKind, string>;

/** Intervals of candles that the archive offers up to an hour, by length in ms. */
const INTERVALS: ReadonlyMap<number, string> = new Map([
  [60_000, '1m'],
  [180_000, '3m'],
  [300_000, '5m'],
  [900_000, '15m'],
  [1_800_000, '30m'],
  [3_600_000, '1h'],
]);

/** One series of the archive. */
export interface ArchiveSeries {
  readonly market: MarketKind;
  readonly symbol: string;
  readonly kind: 'trades' | 'aggTrades' | 'klines' | 'fundingRate' | 'markPriceKlines' | 'metrics' | 'bookDepth' | 'bookTicker';
  /** Length of a candle; 0 for others. */
  readonly periodMs: number;
  /**
   * Which files the archive has, and which come first. Trades come as days although months exist: a unit of collection reads a few
   * days, and a zip of a month would be unpacked from its start for each of them.
   */
  readonly files: 'months, then days' | 'days, then months' | 'months' | 'days';
}

const FILES = {
  trades: 'days, then months',
  aggTrades: 'days, then months',
  klines: 'months, then days',
  markPriceKlines: 'months, then days',
  fundingRate: 'months',
  metrics: 'days',
  bookDepth: 'days',
  bookTicker: 'days',
} as const satisfies Record<ArchiveSeries['kind'], ArchiveSeries['files']>;

/** The series of a kind; periodMs for candles alone. */
export function archiveSeries(whose: { readonly market: MarketKind; readonly symbol: string }, kind: ArchiveSeries['kind'], periodMs = 0): ArchiveSeries {
  return { market: whose.market, symbol: whose.symbol, kind, periodMs, files: FILES[kind] };
}

/** The longest candle of the archive that `coarsestMs` is a multiple of; null where it has none. */
export function longestInterval(coarsestMs: number): number | null {
  return [...INTERVALS.keys()].filter((periodMs) => periodMs <= coarsestMs && coarsestMs % periodMs === 0).pop() ?? null;
}

/** Path of the file of a day (`YYYY-MM-DD`) or month (`YYYY-MM`). */
export function archivePath(series: ArchiveSeries, date: string): string {
  const { market, symbol, kind, periodMs } = series;
  const interval = INTERVALS.get(periodMs);
  const folder = ['data', MARKET_FOLDER[market], date.length === 7 ? 'monthly' : 'daily', kind, symbol, ...(interval === undefined ? [] : [interval])];
  return `${folder.join('/')}/${symbol}-${interval ?? kind}-${date}.zip`;
}

/** The span of a day or month. */
export function dateSpan(date: string): Span {
  const [year, month] = date.split('-').map(Number) as [number, number];
  if (date.length === 7) return { fromMs: Date.UTC(year, month - 1), toMs: Date.UTC(year, month) };
  const fromMs = Date.parse(`${date}T00:00:00Z`);
  return { fromMs, toMs: fromMs + DAY_MS };
}

/** The UTC day of a time. */
export function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** Months that a span touches, each with those of its days that the span touches, from the first. */
export function monthsOf(span: Span): readonly { readonly month: string; readonly days: readonly string[] }[] {
  const months = new Map<string, string[]>();
  for (let dayMs = Math.floor(span.fromMs / DAY_MS) * DAY_MS; dayMs < span.toMs; dayMs += DAY_MS) {
    const day = dayOf(dayMs);
    const days = months.get(day.slice(0, 7)) ?? [];
    days.push(day);
    months.set(day.slice(0, 7), days);
  }
  return [...months].map(([month, days]) => ({ month, days }));
}
