/** What the archive offers for a query: trades or candles that cover the window, funding, external series; every file pinned by its checksum. */
import type { ExternalName } from '../../core/data/external-series.js';
import { InvalidData } from '../../core/errors.js';
import type { FoundSeries, SourceQuery } from '../../pipeline/market-source.js';
import type { PlannedFile, Span } from '../../pipeline/plan.js';
import { externalKind, externalLayout, externalSpan } from '../market-files/index.js';
import type { ArchiveSeries } from './archive-address.js';
import { archiveSeries, longestInterval } from './archive-address.js';
import type { FileFinder, PinnedFile } from './find-files.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

interface Candidate {
  readonly label: string;
  readonly tradeKind: FoundSeries['tradeKind'];
  readonly series: ArchiveSeries;
}

interface Asked {
  readonly query: SourceQuery;
  readonly address: string;
  readonly nowMs: number;
}

/**
 * The series that serves the window. Tried in order: raw trades, aggregate trades, the longest candles that make up `periodMs`; each
 * has to cover the window without a hole. Days missing at an open start mean that the symbol was not listed yet: the span begins later.
 * An open end is the last published day. A date that was asked for must be covered.
 * @throws InvalidData when nothing serves; the message says for each what was found. PipelineError as the client
 */
export async function findArchiveSeries(finder: FileFinder, asked: Asked): Promise<FoundSeries> {
  const { query } = asked;
  const tried: string[] = [];
  for (const candidate of candidates(query)) {
    const window = await windowOf(finder, candidate, asked);
    if (window === null) {
      tried.push(`no ${candidate.label} of the last days`);
      continue;
    }
    const found = await finder.findFiles(candidate.series, window, query.fromMs === null);
    const fault = faultOf(found, window, query);
    if (fault === null) return describeSeries(finder, { candidate, files: found.files, window }, query);
    tried.push(`${candidate.label} ${fault}`);
  }
  throw new InvalidData(
    `symbol: expected ${query.symbol} ${query.market} in the archive at ${asked.address}, ${query.series === 'auto' ? 'trades or bars' : query.series} of the window ${windowText(query)}; found ${tried.join('; ') || 'no interval that fits'}`,
  );
}

function candidates(query: SourceQuery): readonly Candidate[] {
  const trades = (['trades', 'aggTrades'] as const).map((kind) => ({ label: kind, tradeKind: kind, series: archiveSeries(query, kind) }));
  const periodMs = longestInterval(query.periodMs);
  const bars = periodMs === null ? [] : [{ label: `bars of ${periodMs / MINUTE_MS}m`, tradeKind: null, series: archiveSeries(query, 'klines', periodMs) }];
  return [...trades, ...bars].filter(({ label, tradeKind }) => {
    if (query.series === 'auto' || query.series === label) return true;
    return query.series === (tradeKind === null ? 'bars' : 'trades') && label !== 'aggTrades';
  });
}

async function windowOf(finder: FileFinder, candidate: Candidate, { query, nowMs }: Asked): Promise<Span | null> {
  const toMs = query.toMs ?? (await finder.lastPublished(candidate.series, nowMs));
  return toMs === null ? null : { fromMs: query.fromMs ?? toMs - query.days * DAY_MS, toMs };
}

/** Why the files do not serve, in words; null where they do. */
function faultOf(
  { files, holes }: { readonly files: readonly PinnedFile[]; readonly holes: readonly string[] },
  window: Span,
  query: SourceQuery,
): string | null {
  const [first, last] = [files[0], files[files.length - 1]];
  if (first === undefined || last === undefined) return 'of no day';
  const days = `from ${isoTime(first.span.fromMs)} to ${isoTime(last.span.toMs)}`;
  if (holes.length > 0) return `${days} without ${holes.length} days: ${holes.slice(0, 10).join(', ')}${holes.length > 10 ? ' ...' : ''}`;
  const reachesStart = first.span.fromMs <= window.fromMs || query.fromMs === null;
  return reachesStart && window.toMs <= last.span.toMs ? null : days;
}

async function describeSeries(
  finder: FileFinder,
  found: { readonly candidate: Candidate; readonly files: readonly PinnedFile[]; readonly window: Span },
  query: SourceQuery,
): Promise<FoundSeries> {
  const { candidate, files } = found;
  const span = { fromMs: Math.min(...files.map((file) => file.span.fromMs)), toMs: Math.max(...files.map((file) => file.span.toMs)) };
  const window = { fromMs: Math.max(found.window.fromMs, span.fromMs), toMs: found.window.toMs };
  return {
    series: candidate.tradeKind === null ? 'bars' : 'trades',
    tradeKind: candidate.tradeKind,
    periodMs: candidate.series.periodMs,
    ...span,
    files,
    fundingFiles: query.market === 'spot' ? [] : await fundingFiles(finder, window, query),
    externalFiles: await externalFiles(finder, window, query),
  };
}

/** Rates, which the archive has as whole past months alone, and hourly candles of the mark price. @throws InvalidData naming days of a hole */
async function fundingFiles(finder: FileFinder, window: Span, query: SourceQuery): Promise<readonly PlannedFile[]> {
  const rates = await finder.findFiles(archiveSeries(query, 'fundingRate'), window, false);
  if (rates.holes.length > 0) {
    throw new InvalidData(`${query.symbol}: expected funding rates of every month, found none of ${rates.holes[0]} to ${rates.holes[rates.holes.length - 1]}`);
  }
  if (rates.files.length === 0) return [];
  const marks = await finder.findFiles(archiveSeries(query, 'markPriceKlines', HOUR_MS), window, false);
  return [...rates.files, ...marks.files];
}

async function externalFiles(finder: FileFinder, window: Span, query: SourceQuery): Promise<FoundSeries['externalFiles']> {
  const found: Partial<Record<ExternalName, readonly PlannedFile[]>> = {};
  const byKind = new Map<string, Promise<readonly PlannedFile[]>>();
  for (const name of query.external) {
    externalLayout(name, query.market);
    const series = externalSeries(name, query);
    const span = externalSpan(name, window);
    const files = byKind.get(series.kind) ?? finder.findFiles(series, span, false).then(({ files: pinned }) => pinned);
    byKind.set(series.kind, files);
    const pinned = await files;
    if (pinned.length === 0) {
      throw new InvalidData(`external: expected ${series.kind} of ${query.symbol} for ${name}, found none of ${isoTime(span.fromMs)} to ${isoTime(span.toMs)}`);
    }
    found[name] = pinned;
  }
  return found;
}

/** @throws InvalidData for what the archive does not hold */
function externalSeries(name: ExternalName, query: SourceQuery): ArchiveSeries {
  const kind = externalKind(name);
  if (query.market !== 'spot') {
    if (kind === 'markPrice') return archiveSeries(query, 'markPriceKlines', MINUTE_MS);
    if (kind === 'metrics' || kind === 'bookDepth') return archiveSeries(query, kind);
  }
  throw new InvalidData(`external: expected series that the archive has for ${query.market}, found ${name}`);
}

function windowText(query: SourceQuery): string {
  const from = query.fromMs === null ? `${query.days} days` : `from ${isoTime(query.fromMs)}`;
  return `${from} to ${query.toMs === null ? 'the last published day' : isoTime(query.toMs)}`;
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
