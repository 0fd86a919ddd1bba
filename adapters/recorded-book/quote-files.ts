/** Best quotes out of files: the archive's bookTicker, or recordings of an exchange's streams. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidData } from '../../core/errors.js';
import { PipelineError } from '../../pipeline/errors.js';
import type { DayOfQuotes, FoundQuotes, Instrument, QuoteSource } from '../../pipeline/market-source.js';
import type { PlannedFile, Span } from '../../pipeline/plan.js';
import { contractSizeOf } from '../market-files/contract-size.js';
import { hashFile, statedHash } from '../market-files/file-hash.js';
import { isoTime } from '../market-files/findings.js';
import { listMarketFiles } from '../market-files/list-files.js';
import { readRecordedDays } from './read-recorded-days.js';
import { readTickerDays } from './read-ticker-days.js';
import { parseRecordingName } from './recording-name.js';

type Named = { readonly path: string; readonly span: Span };
type QuoteDaysRequest = Parameters<QuoteSource['readDays']>[0];

/** Quotes of a folder: bookTicker files where any touches the window, else recordings. */
export function makeQuoteFiles(): QuoteSource {
  return { find: findQuoteFiles, readDays: (request) => readQuoteDays(request.files, request) };
}

/** The days of the request out of files, which may come one after the other while later ones are still fetched. */
export function readQuoteDays(
  files: Iterable<PlannedFile> | AsyncIterable<PlannedFile>,
  request: Omit<QuoteDaysRequest, 'files'>,
): AsyncGenerator<DayOfQuotes, void, undefined> {
  const { kind, market, symbol } = request;
  if (kind === 'recording') return readRecordedDays(files, request);
  return readTickerDays(files, { ...request, ...(market === 'coin' ? { contractSize: contractSizeOf(symbol) } : {}) });
}

async function findQuoteFiles(query: Parameters<QuoteSource['find']>[0]): Promise<FoundQuotes> {
  const { root, symbol, market, window } = query;
  if (root === null) throw new PipelineError('InvalidSpec', 'path: expected a folder of market files, found none in the spec');
  const tickers = withoutCovered((await tickerFiles(root, query)).filter((file) => touches(file, window)));
  if (tickers.length > 0) return { kind: 'bookTicker', files: await pin(tickers) };
  const parts = await recordingParts(root, query);
  if (parts.some((part) => touches(part, window))) return { kind: 'recording', files: await pin(partsFor(parts, window)) };
  const found = parts.length === 0 ? 'none' : `recordings of ${parts.map(({ span }) => isoTime(span.fromMs).slice(0, 10)).join(', ')}`;
  throw new InvalidData(
    `quotes: expected files such as ${symbol}-bookTicker-DATES or recordings such as ${symbol}-um-YYYYMMDD.txt.gz of ${symbol} ${market} that touch ${isoTime(window.fromMs)} to ${isoTime(window.toMs)}, found ${found}`,
  );
}

/** @throws InvalidData for a file whose name has no dates */
async function tickerFiles(root: string, { symbol, market }: Instrument): Promise<readonly Named[]> {
  const own = (await listMarketFiles(root)).filter((file) => file.kind === 'bookTicker' && file.symbol === symbol && file.market === market);
  return own.map(({ path, span }) => {
    if (span === null) throw new InvalidData(`${path}: expected the dates of the quotes in the name, such as ${symbol}-bookTicker-2024-03-01.zip`);
    return { path, span: { fromMs: span.fromMs, toMs: span.toMs } };
  });
}

async function recordingParts(root: string, { symbol, market }: Instrument): Promise<readonly Named[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const parts = entries.filter((entry) => entry.isFile()).flatMap((entry) => parseRecordingName(join(entry.parentPath, entry.name)) ?? []);
  const own = parts.filter((part) => part.symbol === symbol && part.market === market);
  return own.sort((a, b) => a.span.fromMs - b.span.fromMs || (a.path < b.path ? -1 : 1)).map(({ path, span }) => ({ path, span }));
}

/** The parts that touch the window, those of the days right before them (a book is rebuilt from its snapshot), and the one after them. */
function partsFor(parts: readonly Named[], window: Span): readonly Named[] {
  let first = parts.findIndex((part) => touches(part, window));
  while (first > 0 && (parts[first - 1] as Named).span.toMs === (parts[first] as Named).span.fromMs) first--;
  return parts.slice(first).filter(({ span }) => span.fromMs <= window.toMs);
}

function touches({ span }: Named, window: Span): boolean {
  return span.fromMs < window.toMs && window.fromMs < span.toMs;
}

/** In order of time, without files whose span lies within another's. */
function withoutCovered(files: readonly Named[]): readonly Named[] {
  const byStart = [...files].sort((a, b) => a.span.fromMs - b.span.fromMs || b.span.toMs - a.span.toMs);
  let reachedMs = Number.NEGATIVE_INFINITY;
  return byStart.filter(({ span }) => {
    const isCovered = span.toMs <= reachedMs;
    reachedMs = Math.max(reachedMs, span.toMs);
    return !isCovered;
  });
}

async function pin(files: readonly Named[]): Promise<readonly PlannedFile[]> {
  const pinned: PlannedFile[] = [];
  for (const { path, span } of files) pinned.push({ ...((await statedHash(path)) ?? (await hashFile(path))), span });
  return pinned;
}
