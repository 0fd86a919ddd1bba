/** Which files of a folder serve a run: the finest series of the symbol that covers the window. */
import { InvalidData } from '../../core/errors.js';
import type { FoundSeries } from '../../pipeline/ports.js';
import { hashFile } from './file-hash.js';
import type { MarketKind, NamedFile } from './file-name.js';
import { isoTime } from './findings.js';
import { describeFiles, listMarketFiles } from './list-files.js';
import type { MeasuredFile } from './measure-span.js';
import { measureSpan } from './measure-span.js';

export interface SeriesQuery {
  readonly root: string;
  readonly symbol: string;
  readonly market: MarketKind;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** Length of the window where from or to is open. */
  readonly days: number;
  /** Coarsest bars that serve. */
  readonly periodMs: number;
}

const DAY_MS = 86_400_000;
/** Pause between two files of trades that still counts as whole. */
const TRADES_PAUSE_MS = 60_000;

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

interface Candidate {
  readonly label: string;
  readonly series: 'trades' | 'bars';
  readonly periodMs: number;
  readonly files: readonly NamedFile[];
}

/**
 * The series that serves the window. Tried in order: raw trades, aggregate trades (both only if their files follow one
 * another through the whole window), then bars from the finest up to `periodMs`, whose first and last row must enclose
 * the dates given; gaps between are flagged later. Without from the window is the last `days` days, or, where bars of no
 * interval reach so far back, all of the finest. Files that another covers by name are left out.
 * @throws InvalidData when the symbol has no file, or none serves; the message lists what was found.
 */
export async function findSeries(query: SeriesQuery): Promise<FoundSeries> {
  const all = await listMarketFiles(query.root);
  const own = all.filter((file) => file.symbol === query.symbol && file.market === query.market);
  if (own.length === 0) throw new InvalidData(`symbol: expected files of ${query.symbol} ${query.market} in ${query.root}, found ${describeFiles(all)}`);
  const tried: string[] = [];
  let short: { candidate: Candidate; measured: readonly MeasuredFile[] } | null = null;
  for (const candidate of candidates(own, query.periodMs)) {
    if (candidate.series === 'trades' && !mayCover(candidate.files, query)) {
      tried.push(`${candidate.label} not whole in the window`);
      continue;
    }
    const measured = await measureAll(candidate.files);
    const run = candidate.series === 'trades' ? wholeRun(measured, query) : measured;
    const wanted = windowOf(query, spanOf(run));
    const span = spanOf(run);
    if (wanted.fromMs < wanted.toMs && span.fromMs <= wanted.fromMs && wanted.toMs <= span.toMs) return describeSeries(candidate, { run, wanted, span }, own);
    tried.push(`${candidate.label} from ${isoTime(span.fromMs)} to ${isoTime(span.toMs)}`);
    if (candidate.series === 'bars' && query.fromMs === null && wanted.toMs <= span.toMs && wanted.toMs > span.fromMs) short ??= { candidate, measured };
  }
  if (short !== null) {
    const span = spanOf(short.measured);
    return describeSeries(short.candidate, { run: short.measured, wanted: { fromMs: span.fromMs, toMs: query.toMs ?? span.toMs }, span }, own);
  }
  const asked = `${query.fromMs === null ? `${query.days} days` : `from ${isoTime(query.fromMs)}`} to ${query.toMs === null ? 'its end' : isoTime(query.toMs)}`;
  throw new InvalidData(
    `${query.symbol} ${query.market}: expected trades or bars of at most ${query.periodMs} ms that cover the window, ${asked}; found ${tried.join('; ') || 'none'} among ${describeFiles(own)}`,
  );
}

function candidates(own: readonly NamedFile[], coarsestMs: number): readonly Candidate[] {
  const trades = (['trades', 'aggTrades'] as const).map((kind) => ({
    label: kind,
    series: 'trades' as const,
    periodMs: 0,
    files: own.filter((file) => file.kind === kind),
  }));
  const klines = own.filter((file) => file.kind === 'klines' && file.periodMs <= coarsestMs && coarsestMs % file.periodMs === 0);
  const periods = [...new Set(klines.map((file) => file.periodMs))].sort((a, b) => a - b);
  const bars = periods.map((periodMs) => {
    const files = klines.filter((file) => file.periodMs === periodMs);
    return { label: `bars of ${files[0]?.label}`, series: 'bars' as const, periodMs, files };
  });
  return [...trades, ...bars].map((candidate) => ({ ...candidate, files: withoutCovered(candidate.files) })).filter((candidate) => candidate.files.length > 0);
}

/** Archive files that no other archive file's days enclose: a month serves for its days. */
function withoutCovered(files: readonly NamedFile[]): readonly NamedFile[] {
  return files.filter((file, i) => !files.some((other, j) => i !== j && covers(other, file) && (!covers(file, other) || j < i)));
}

function covers(outer: NamedFile, inner: NamedFile): boolean {
  return (
    outer.span !== null &&
    inner.span !== null &&
    outer.span.isWhole &&
    inner.span.isWhole &&
    outer.span.fromMs <= inner.span.fromMs &&
    inner.span.toMs <= outer.span.toMs
  );
}

/** False when the names alone say that the trades are too few: spares reading them. */
function mayCover(files: readonly NamedFile[], query: SeriesQuery): boolean {
  if (files.some((file) => file.span === null)) return true;
  const spans = files.map((file) => file.span as Span);
  const covered = spans.reduce((sum, span) => sum + span.toMs - span.fromMs, 0);
  const neededMs = query.fromMs !== null && query.toMs !== null ? query.toMs - query.fromMs : query.fromMs === null ? query.days * DAY_MS : 0;
  return covered >= neededMs;
}

async function measureAll(files: readonly NamedFile[]): Promise<readonly MeasuredFile[]> {
  const measured: MeasuredFile[] = [];
  for (const file of files) measured.push(await measureSpan(file));
  return measured.sort((a, b) => a.fromMs - b.fromMs || b.toMs - a.toMs);
}

/** The last run of trade files without a pause that holds the window's end. */
function wholeRun(measured: readonly MeasuredFile[], query: SeriesQuery): readonly MeasuredFile[] {
  const runs: MeasuredFile[][] = [];
  let endMs = Number.NEGATIVE_INFINITY;
  for (const file of measured) {
    if (file.fromMs > endMs + TRADES_PAUSE_MS) runs.push([]);
    runs[runs.length - 1]?.push(file);
    endMs = Math.max(endMs, file.toMs);
  }
  const holding = query.toMs === null ? runs : runs.filter((run) => spanOf(run).fromMs < (query.toMs as number));
  return holding[holding.length - 1] ?? runs[runs.length - 1] ?? [];
}

function spanOf(files: readonly Span[]): Span {
  return { fromMs: Math.min(...files.map((file) => file.fromMs)), toMs: Math.max(...files.map((file) => file.toMs)) };
}

function windowOf(query: SeriesQuery, span: Span): Span {
  const toMs = query.toMs ?? span.toMs;
  return { fromMs: query.fromMs ?? toMs - query.days * DAY_MS, toMs };
}

function isFundingOf(file: NamedFile, wanted: Span): boolean {
  const isFunding = file.kind === 'fundingRate' || file.kind === 'markPrice';
  return isFunding && (file.span === null || (file.span.fromMs < wanted.toMs && file.span.toMs > wanted.fromMs));
}

async function describeSeries(
  candidate: Candidate,
  found: { run: readonly MeasuredFile[]; wanted: Span; span: Span },
  own: readonly NamedFile[],
): Promise<FoundSeries> {
  const files = [];
  for (const { file, fromMs, toMs } of found.run) if (fromMs < found.wanted.toMs && toMs > found.wanted.fromMs) files.push(await hashFile(file.path));
  const fundingFiles = [];
  for (const file of own) if (isFundingOf(file, found.wanted)) fundingFiles.push(await hashFile(file.path));
  return { series: candidate.series, periodMs: candidate.periodMs, files, fundingFiles, fromMs: found.span.fromMs, toMs: found.span.toMs };
}
