/** What a file's name says: symbol, market, kind, interval and dates. */
import { sep } from 'node:path';

export type MarketKind = 'spot' | 'perp';

export interface NamedFile {
  readonly path: string;
  readonly symbol: string;
  /** Null when neither name nor folders say. */
  readonly market: MarketKind | null;
  /** trades, aggTrades, fundingRate, markPrice, or klines with their interval. */
  readonly kind: 'trades' | 'aggTrades' | 'fundingRate' | 'markPrice' | 'klines';
  /** Length of a bar, 0 for others. */
  readonly periodMs: number;
  /** Interval or kind as written. */
  readonly label: string;
  /** Span by the name, UTC ms; null when the name has no dates. `isWhole`: an archive day or month, covered whole. */
  readonly span: { readonly fromMs: number; readonly toMs: number; readonly isWhole: boolean } | null;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const DAY_MS = 86_400_000;
const NAME = /^([A-Z0-9]{2,20})(?:-(perp|um|spot))?-(trades|aggTrades|fundingRate|markPrice-8h|\d+[smhdw])-(.+)\.(?:csv|csv\.gz|zip)$/;
const DATE = /^(\d{4})-(\d{2})(?:-(\d{2}))?(?:T(\d{2})(\d{2})(\d{2})?)?$/;

/**
 * The file's description, or null when its name is none of
 * `SYMBOL[-perp|-um|-spot]-KIND-DATES.csv|.csv.gz|.zip` with KIND `trades`, `aggTrades`, `fundingRate`, `markPrice-8h`
 * or an interval (`1s`, `1m`, `1h`, `1d` ...) and DATES `YYYY-MM`, `YYYY-MM-DD` (Binance's archive: the whole month or
 * day) or `DATE_DATE` with optional times `Thhmm[ss]`. A name without a market takes it from the nearest folder called
 * spot, um, perp or futures below `root`, the archive's own layout.
 */
export function parseFileName(root: string, relativePath: string): NamedFile | null {
  const folders = relativePath.split(sep);
  const match = NAME.exec(folders.pop() ?? '');
  if (match === null) return null;
  const [, symbol, market, label, dates] = match as unknown as [string, string, string | undefined, string, string];
  const interval = /^(\d+)([smhdw])$/.exec(label);
  return {
    path: `${root}${sep}${relativePath}`,
    symbol,
    market: market === undefined ? marketOfFolders(folders) : marketOf(market),
    kind: interval !== null ? 'klines' : label === 'markPrice-8h' ? 'markPrice' : (label as 'trades' | 'aggTrades' | 'fundingRate'),
    periodMs: interval === null ? 0 : Number(interval[1]) * (UNIT_MS[interval[2] as string] as number),
    label,
    span: spanOf(dates),
  };
}

function marketOf(text: string): MarketKind {
  return text === 'spot' ? 'spot' : 'perp';
}

function marketOfFolders(folders: readonly string[]): MarketKind | null {
  const found = folders.filter((folder) => ['spot', 'um', 'perp', 'futures'].includes(folder)).pop();
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
