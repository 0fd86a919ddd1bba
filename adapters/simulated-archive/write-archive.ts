/** Writes a simulated market as files of Binance's public archive: zips in its folders, each with its .CHECKSUM. */
import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import type { Bars } from '../../core/data/bars.js';
import { makeBars } from '../../core/data/make-bars.js';
import type { Table } from '../../core/data/table.js';
import { float64Column, makeTable } from '../../core/data/table.js';
import { tradesToBars } from '../../core/data/trades-to-bars.js';
import { simulateFunding } from '../../core/simulation/market-funding.js';
import type { MarketSkeleton } from '../../core/simulation/market.js';
import { simulatePremium } from '../../core/simulation/market-premium.js';
import { simulateDayTrades } from '../../core/simulation/market-trades.js';
import type { MarketKind } from '../../pipeline/config.js';
import { PipelineError } from '../../pipeline/errors.js';
import { onDisk } from '../local-disk/index.js';
import type { ArchiveKind } from './archive-path.js';
import { archivePath } from './archive-path.js';
import type { CsvStyle } from './csv-text.js';
import { aggregateTradesText, fundingText, klinesText, markPriceText, tradesText } from './csv-text.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const INTERVAL_MS: Readonly<Record<string, number>> = { '1m': MINUTE_MS, '5m': 5 * MINUTE_MS, '15m': 15 * MINUTE_MS, '1h': 60 * MINUTE_MS };
/** From this day on the archive's spot files hold microseconds. */
const MICROSECONDS_FROM_MS = Date.UTC(2025, 0, 1);
/** The earliest time a zip archive can hold: the same market gives the same bytes on one machine. */
const MEMBER_TIME = new Date('1980-01-01T00:00:00Z');

export interface ArchiveRequest {
  /** Folder that holds the archive: files lie below ROOT/data. */
  readonly root: string;
  readonly skeleton: MarketSkeleton;
  readonly market: MarketKind;
  readonly kind: ArchiveKind;
  /** UTC days, YYYY-MM-DD, ascending; default all that the market touches. Funding is written for their whole months. */
  readonly days?: readonly string[];
  /** Of klines (default 1m) and mark prices (default 1h). */
  readonly interval?: '1m' | '5m' | '15m' | '1h';
  /** Default: microseconds on spot from 2025 on, else milliseconds. */
  readonly timeUnit?: 'ms' | 'us';
}

/**
 * Paths of the zips written, below the root, in order of time. Daily files but for funding, which the archive keeps by
 * month; days without a row are left out. Reading trades back gives the simulated ones to the bit, except on coin, where
 * quantities are whole contracts. Every file appears whole or not at all, its .CHECKSUM (sha256sum's format) last.
 * @throws PipelineError InvalidSpec for funding or mark prices of a spot market, DiskFull
 */
export async function writeArchive(request: ArchiveRequest): Promise<readonly string[]> {
  const { market, kind, skeleton } = request;
  if (market === 'spot' && (kind === 'fundingRate' || kind === 'markPriceKlines')) {
    throw new PipelineError('InvalidSpec', `expected trades, aggTrades or klines of a spot market, found ${kind}`);
  }
  const { symbol } = skeleton.parameters;
  const interval = request.interval ?? (kind === 'markPriceKlines' ? '1h' : '1m');
  const paths: string[] = [];
  for await (const { date, text } of kind === 'fundingRate' ? fundingMonths(request) : dayTexts(request, interval)) {
    const path = archivePath({ market, kind, symbol, interval, date });
    await writeZip(join(request.root, path), text);
    paths.push(path);
  }
  return paths;
}

interface DatedText {
  readonly date: string;
  readonly text: string;
}

async function* dayTexts(request: ArchiveRequest, interval: string): AsyncGenerator<DatedText> {
  let nextAggregate = 1;
  for (const date of request.days ?? daysOfMarket(request.skeleton)) {
    const dayMs = Date.parse(`${date}T00:00:00Z`);
    const style = styleOf(request, dayMs);
    if (request.kind === 'markPriceKlines') {
      const bars = markPriceBars(request.skeleton, dayMs, INTERVAL_MS[interval] as number);
      if (bars.openTimeMs.length > 0) yield { date, text: markPriceText(bars) };
      continue;
    }
    const trades = simulateDayTrades(request.skeleton, dayMs);
    if (trades.rowCount === 0) continue;
    if (request.kind === 'trades') yield { date, text: tradesText(trades, style) };
    else if (request.kind === 'klines') yield { date, text: dayKlines(trades, INTERVAL_MS[interval] as number, style) };
    else {
      const { text, count } = aggregateTradesText(trades, style, nextAggregate);
      nextAggregate += count;
      yield { date, text };
    }
  }
}

function styleOf({ market, skeleton, timeUnit }: ArchiveRequest, dayMs: number): CsvStyle {
  const unit = timeUnit ?? (market === 'spot' && dayMs >= MICROSECONDS_FROM_MS ? 'us' : 'ms');
  return { market, symbol: skeleton.parameters.symbol, ticksPerMs: unit === 'us' ? 1000 : 1 };
}

function daysOfMarket({ parameters }: MarketSkeleton): readonly string[] {
  const days: string[] = [];
  for (let dayMs = Math.floor(parameters.fromMs / DAY_MS) * DAY_MS; dayMs < parameters.toMs; dayMs += DAY_MS) days.push(dayText(dayMs));
  return days;
}

function dayText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

function dayKlines(trades: Table, periodMs: number, style: CsvStyle): string {
  const bars = tradesToBars(trades, periodMs);
  const [timeMs, price, quantity] = [float64Column(trades, 'timeMs'), float64Column(trades, 'price'), float64Column(trades, 'quantity')];
  const isMaker = trades.columns['buyerIsMaker'] as Uint8Array;
  const takerBuyQuote = new Float64Array(bars.openTimeMs.length);
  let row = 0;
  for (let i = 0; i < timeMs.length; i++) {
    while (timeMs[i]! >= bars.closeTimeMs[row]!) row++;
    if (isMaker[i] === 0) takerBuyQuote[row]! += price[i]! * quantity[i]!;
  }
  return klinesText(bars, takerBuyQuote, style);
}

/** Bars of the mark price, index x (1 + premium) at each minute: every interval of the day that the market holds whole. */
function markPriceBars(skeleton: MarketSkeleton, dayMs: number, periodMs: number): Bars {
  const { fromMs, toMs } = skeleton.parameters;
  const premium = simulatePremium(skeleton);
  const opens: number[] = [];
  for (let openMs = dayMs; openMs < dayMs + DAY_MS; openMs += periodMs) if (openMs >= fromMs && openMs + periodMs <= toMs) opens.push(openMs);
  const bars = makeBars(opens.length);
  for (const [row, openMs] of opens.entries()) {
    const first = (openMs - fromMs) / MINUTE_MS;
    // The traded price is the perpetual's; its index lies a premium below, and the mark follows the index and the mean premium.
    const marks = Array.from({ length: periodMs / MINUTE_MS + 1 }, (_, k) => markPrice(skeleton, premium, first + k));
    bars.openTimeMs[row] = openMs;
    bars.closeTimeMs[row] = openMs + periodMs;
    bars.open[row] = marks[0]!;
    bars.close[row] = marks[marks.length - 1]!;
    bars.high[row] = Math.max(...marks);
    bars.low[row] = Math.min(...marks);
  }
  return bars;
}

function markPrice({ logPrice }: MarketSkeleton, premium: Float64Array, minute: number): number {
  const from = Math.max(0, minute - 4);
  const mean = premium.subarray(from, minute + 1).reduce((sum, value) => sum + value, 0) / (minute + 1 - from);
  return (Math.exp(logPrice[minute]!) / (1 + premium[minute]!)) * (1 + mean);
}

async function* fundingMonths({ skeleton, days }: ArchiveRequest): AsyncGenerator<DatedText> {
  const funding = simulateFunding(skeleton);
  const months = new Set((days ?? daysOfMarket(skeleton)).map((day) => day.slice(0, 7)));
  for (const date of [...months].sort()) {
    const rows = [...float64Column(funding, 'timeMs').keys()].filter((i) => dayText(float64Column(funding, 'timeMs')[i]!).startsWith(date));
    const take = (name: string): Float64Array => Float64Array.from(rows, (i) => float64Column(funding, name)[i]!);
    if (rows.length > 0) yield { date, text: fundingText(makeTable({ timeMs: take('timeMs'), rate: take('rate') })) };
  }
}

async function writeZip(path: string, text: string): Promise<void> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(text), basename(path).replace(/\.zip$/, '.csv'), { mtime: MEMBER_TIME, forceDosTimestamp: true });
  zip.end();
  const bytes = await buffer(zip.outputStream);
  await onDisk(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.part`, bytes);
    await rename(`${path}.part`, path);
    await writeFile(`${path}.CHECKSUM`, `${createHash('sha256').update(bytes).digest('hex')}  ${basename(path)}\n`);
  });
}
