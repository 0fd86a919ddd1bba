/** Which files of a folder serve a run: the finest series of the symbol that covers the window. */
import type { ExternalName } from '../../core/data/external-series.js';
import { InvalidData } from '../../core/errors.js';
import { PipelineError } from '../../pipeline/errors.js';
import type { FoundSeries, SourceQuery } from '../../pipeline/market-source.js';
import type { PlannedFile, Span } from '../../pipeline/plan.js';
import { externalKind, externalLayout, externalSpan } from './external-files.js';
import { hashFile, statedHash } from './file-hash.js';
import type { NamedFile } from './file-name.js';
import { isoTime } from './findings.js';
import { describeFiles, listMarketFiles } from './list-files.js';
import type { MeasuredFile } from './measure-span.js';
import { measureSpans } from './measure-span.js';

const DAY_MS = 86_400_000;
/** Pause between two files of trades that still counts as whole. */
const TRADES_PAUSE_MS = 60_000;
const FUNDING_MS = 8 * 3_600_000;

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
export async function findSeries(query: SourceQuery): Promise<FoundSeries> {
  if (query.root === null) throw new PipelineError('InvalidSpec', 'path: expected a folder of market files, found none in the spec');
  const all = await listMarketFiles(query.root);
  const own = all.filter((file) => file.symbol === query.symbol && file.market === query.market);
  if (own.length === 0) throw new InvalidData(`symbol: expected files of ${query.symbol} ${query.market} in ${query.root}, found ${describeFiles(all)}`);
  const tried: string[] = [];
  let short: { candidate: Candidate; measured: readonly MeasuredFile[] } | null = null;
  for (const candidate of candidates(own, query)) {
    if (candidate.series === 'trades' && !mayCover(candidate.files, query)) {
      tried.push(`${candidate.label} not whole in the window`);
      continue;
    }
    const measured = await measureSpans(candidate.files);
    const run = candidate.series === 'trades' ? wholeRun(measured, query) : measured;
    const wanted = windowOf(query, spanOf(run));
    const span = spanOf(run);
    if (wanted.fromMs < wanted.toMs && span.fromMs <= wanted.fromMs && wanted.toMs <= span.toMs)
      return describeSeries(candidate, { run, wanted, span }, { query, own, all });
    tried.push(`${candidate.label} from ${isoTime(span.fromMs)} to ${isoTime(span.toMs)}`);
    if (candidate.series === 'bars' && query.fromMs === null && wanted.toMs <= span.toMs && wanted.toMs > span.fromMs) short ??= { candidate, measured };
  }
  if (short !== null) {
    const span = spanOf(short.measured);
    return describeSeries(short.candidate, { run: short.measured, wanted: { fromMs: span.fromMs, toMs: query.toMs ?? span.toMs }, span }, { query, own, all });
  }
  const asked = `${query.fromMs === null ? `${query.days} days` : `from ${isoTime(query.fromMs)}`} to ${query.toMs === null ? 'its end' : isoTime(query.toMs)}`;
  throw new InvalidData(
    `${query.symbol} ${query.market}: expected ${query.series === 'auto' ? 'trades or bars' : query.series} of at most ${query.periodMs} ms that cover the window, ${asked}; found ${tried.join('; ') || 'none'} among ${describeFiles(own)}`,
  );
}

function candidates(own: readonly NamedFile[], query: SourceQuery): readonly Candidate[] {
  const coarsestMs = query.periodMs;
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
  return [...trades, ...bars]
    .filter(
      ({ label, series, files }) => files.length > 0 && (query.series === 'auto' || query.series === label || (query.series === 'bars' && series === 'bars')),
    )
    .map((candidate) => ({ ...candidate, files: withoutCovered(candidate.files) }));
}

/** Archive files that no other archive file's days enclose: a month serves for its days. */
function withoutCovered(files: readonly NamedFile[]): readonly NamedFile[] {
  const whole = files.filter((file) => file.span?.isWhole === true).sort((a, b) => spanStart(a) - spanStart(b) || spanEnd(b) - spanEnd(a));
  const covered = new Set<NamedFile>();
  let endMs = Number.NEGATIVE_INFINITY;
  for (const file of whole) {
    if (spanEnd(file) <= endMs) covered.add(file);
    else endMs = spanEnd(file);
  }
  return files.filter((file) => !covered.has(file));
}

function spanStart(file: NamedFile): number {
  return file.span?.fromMs ?? Number.NEGATIVE_INFINITY;
}

function spanEnd(file: NamedFile): number {
  return file.span?.toMs ?? Number.POSITIVE_INFINITY;
}

/** False when the names alone say that the trades are too few: spares reading them. */
function mayCover(files: readonly NamedFile[], query: SourceQuery): boolean {
  if (files.some((file) => file.span === null)) return true;
  const spans = files.map((file) => file.span as Span);
  const covered = spans.reduce((sum, span) => sum + span.toMs - span.fromMs, 0);
  const neededMs = query.fromMs !== null && query.toMs !== null ? query.toMs - query.fromMs : query.fromMs === null ? query.days * DAY_MS : 0;
  return covered >= neededMs;
}

/** The last run of trade files without a pause that holds the window's end. */
function wholeRun(measured: readonly MeasuredFile[], query: SourceQuery): readonly MeasuredFile[] {
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

function windowOf(query: SourceQuery, span: Span): Span {
  const toMs = query.toMs ?? span.toMs;
  return { fromMs: query.fromMs ?? toMs - query.days * DAY_MS, toMs };
}

interface Folder {
  readonly query: SourceQuery;
  /** Files of the symbol. */
  readonly own: readonly NamedFile[];
  readonly all: readonly NamedFile[];
}

async function describeSeries(candidate: Candidate, found: { run: readonly MeasuredFile[]; wanted: Span; span: Span }, folder: Folder): Promise<FoundSeries> {
  const { wanted } = found;
  const files = found.run.filter(({ fromMs, toMs }) => fromMs < wanted.toMs && toMs > wanted.fromMs);
  const tradeKind = candidate.label === 'trades' || candidate.label === 'aggTrades' ? candidate.label : null;
  const external: Partial<Record<ExternalName, readonly PlannedFile[]>> = {};
  for (const name of folder.query.external) external[name] = await pinFiles(externalFiles(name, wanted, folder));
  return {
    series: candidate.series,
    tradeKind,
    periodMs: candidate.periodMs,
    ...found.span,
    files: await pinFiles(files.map(({ file, fromMs, toMs }) => ({ path: file.path, span: { fromMs, toMs } }))),
    fundingFiles: await pinFiles(fundingFiles(folder.own, wanted)),
    externalFiles: external,
  };
}

interface Unpinned {
  readonly path: string;
  readonly span?: Span;
}

function touching(files: readonly NamedFile[], wanted: Span): Unpinned[] {
  return files
    .filter(({ span }) => span === null || (span.fromMs < wanted.toMs && span.toMs > wanted.fromMs))
    .map(({ path, span }) => (span === null ? { path } : { path, span: { fromMs: span.fromMs, toMs: span.toMs } }));
}

/** Rates, and the coarsest candles of the mark price: payments need its open at whole hours alone. */
function fundingFiles(own: readonly NamedFile[], wanted: Span): Unpinned[] {
  const marks = own.filter((file) => file.kind === 'markPrice' && file.periodMs <= FUNDING_MS);
  const periodMs = Math.max(...marks.map((file) => file.periodMs));
  return touching([...own.filter((file) => file.kind === 'fundingRate'), ...withoutCovered(marks.filter((file) => file.periodMs === periodMs))], wanted);
}

/** @throws InvalidData when no file of the series touches the window */
function externalFiles(name: ExternalName, wanted: Span, { query, own, all }: Folder): Unpinned[] {
  externalLayout(name, query.market);
  const kind = externalKind(name);
  const ofKind = [...own, ...all.filter((file) => file.symbol === '')].filter((file) => file.kind === kind);
  const periodMs = Math.min(...ofKind.map((file) => file.periodMs));
  const files = touching(withoutCovered(ofKind.filter((file) => file.periodMs === periodMs)), externalSpan(name, wanted));
  if (files.length > 0) return files;
  throw new InvalidData(
    `external: expected files of ${kind} for ${name} that touch ${isoTime(wanted.fromMs)} to ${isoTime(wanted.toMs)}, found ${describeFiles(all)}`,
  );
}

/** The files with size and hash: taken from a checksum file beside the file where there is one, which every read then checks. */
async function pinFiles(files: readonly Unpinned[]): Promise<readonly PlannedFile[]> {
  const pinned: PlannedFile[] = [];
  for (const { path, span } of files) {
    const file = (await statedHash(path)) ?? (await hashFile(path));
    pinned.push(span === undefined ? file : { ...file, span });
  }
  return pinned;
}
