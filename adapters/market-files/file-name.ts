/** What a file's name says: symbol, market, kind, interval and dates. */
import { sep } from 'node:path';
import { InvalidData } from '../../core/errors.js';
import type { MarketKind } from '../../pipeline/config.js';

export interface NamedFile {
  readonly path: string;
  /** Empty for a series of no symbol. */
  readonly symbol: string;
  /** Null when neither name nor folders say. */
  readonly market: MarketKind | null;
  /** klines with their interval, candles of the mark price likewise; metrics = open interest and ratios; bookDepth = bands of the book, bookTicker = best quotes. */
  readonly kind: 'trades' | 'aggTrades' | 'fundingRate' | 'markPrice' | 'klines' | 'metrics' | 'bookDepth' | 'bookTicker' | 'fear-greed' | 'hash-rate';
  /** Length of a bar or candle, 0 for others. */
  readonly periodMs: number;
  /** Interval or kind as written. */
  readonly label: string;
  /** Span by the name, UTC ms; null when the name has no dates. `isWhole`: an archive day or month, covered whole. */
  readonly span: { readonly fromMs: number; readonly toMs: number; readonly isWhole: boolean } | null;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const DAY_MS = 86_400_000;
const NAME =
  /^([A-Z0-9]{2,20}(?:_PERP)?)(?:-(perp|um|spot|cm|coin))?-(trades|aggTrades|fundingRate|metrics|bookDepth|bookTicker|markPrice-\d+[smhdw]|\d+[smhdw])-(.+)\.(?:csv|csv\.gz|zip)$/;
/** Series of the whole market, by the name's beginning. */
const MARKET_WIDE = /^(?:(fear-greed)|(?:btc-)?(hash-rate)(?:-\d+[hd])?)-(.+)\.(?:csv|csv\.gz|zip)$/;
const DATE = /^(\d{4})-(\d{2})(?:-(\d{2}))?(?:T(\d{2})(\d{2})(\d{2})?)?$/;

/**
 * The file's description, or null when its name is none of
 * `SYMBOL[-perp|-um|-spot|-cm|-coin]-KIND-DATES.csv|.csv.gz|.zip` with KIND `trades`, `aggTrades`, `fundingRate`, `metrics`,
 * `bookDepth`, `bookTicker`, `markPrice-INTERVAL` or an interval (`1s`, `1m`, `1h`, `1d` ...) and DATES `YYYY-MM`, `YYYY-MM-DD` (Binance's
 * archive: the whole month or day) or `DATE_DATE` with optional times `Thhmm[ss]`; or `fear-greed-DATES`, `hash-rate-DATES`.
 * A name without a market takes it from the nearest folder called spot, um, perp, futures, cm or coin below `root`, the
 * archive's own layout; a symbol that ends in _PERP is of COIN-M. In a folder markPriceKlines an interval means candles of
 * the mark price; files of the archive's other price indices are none of ours.
 */
export function parseFileName(root: string, relativePath: string): NamedFile | null {
  const folders = relativePath.split(sep);
  const name = folders.pop() ?? '';
  const path = `${root}${sep}${relativePath}`;
  const match = NAME.exec(name);
  if (match === null) return parseMarketWide(path, name);
  if (folders.includes('indexPriceKlines') || folders.includes('premiumIndexKlines')) return null;
  const [, symbol, market, label, dates] = match as unknown as [string, string, string | undefined, string, string];
  const interval = /^(markPrice-)?(\d+)([smhdw])$/.exec(label);
  const isMark = interval !== null && (interval[1] !== undefined || folders.includes('markPriceKlines'));
  return {
    path,
    symbol,
    market: symbol.endsWith('_PERP') ? 'coin' : market === undefined ? marketOfFolders(folders) : marketOf(market),
    kind: isMark ? 'markPrice' : interval !== null ? 'klines' : (label as 'trades' | 'aggTrades' | 'fundingRate' | 'metrics' | 'bookDepth' | 'bookTicker'),
    periodMs: interval === null ? 0 : Number(interval[2]) * (UNIT_MS[interval[3] as string] as number),
    label: isMark && interval[1] === undefined ? `markPrice-${label}` : label,
    span: spanOf(dates),
  };
}

/** What the planned file's own path says. @throws InvalidData where its name is none of `parseFileName`'s. */
export function namedFile(path: string): NamedFile {
  const named = parseFileName('', path);
  if (named === null) throw new InvalidData(`${path}: expected a name such as ETHUSDT-1m-2024-03-01.zip`);
  return named;
}

function parseMarketWide(path: string, name: string): NamedFile | null {
  const match = MARKET_WIDE.exec(name);
  if (match === null) return null;
  const kind = match[1] === undefined ? 'hash-rate' : 'fear-greed';
  return { path, symbol: '', market: null, kind, periodMs: 0, label: kind, span: spanOf(match[3] as string) };
}

function marketOf(text: string): MarketKind {
  if (text === 'cm' || text === 'coin') return 'coin';
  return text === 'spot' ? 'spot' : 'perp';
}

function marketOfFolders(folders: readonly string[]): MarketKind | null {
  const found = folders.filter((folder) => ['spot', 'um', 'perp', 'futures', 'cm', 'coin'].includes(folder)).pop();
  return found === undefined ? null : marketOf(found);
}

function spanOf(dates: string): NamedFile['span'] {
  const [first, last, ...more] = dates.split('_');
  const from = dateSpan(first ?? '');
  const to = last === undefined ? from : dateSpan(last);
  if (from === null || to === null || more.length > 0) return null;
  return { fromMs: from.fromMs, toMs: to.toMs, isWhole: last === undefined && !dates.includes('T') };
}

function dateSpan(text: string): { fromMs: number; toMs: number } | null {
  const match = DATE.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => (part === undefined ? null : Number(part))) as [
    number,
    number,
    ...(number | null)[],
  ];
  if (day === null || day === undefined) return { fromMs: Date.UTC(year, month - 1), toMs: Date.UTC(year, month) };
  const dayMs = Date.UTC(year, month - 1, day);
  if (hour === null || hour === undefined) return { fromMs: dayMs, toMs: dayMs + DAY_MS };
  const timeMs = dayMs + hour * 3_600_000 + (minute ?? 0) * 60_000 + (second ?? 0) * 1000;
  return { fromMs: timeMs, toMs: timeMs + (second === undefined || second === null ? 60_000 : 1000) };
}
