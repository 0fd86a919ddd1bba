/** `ares bars`: bars of any kind out of a source's trades, and what the venue's own klines say beside them. */
import type { BarBuilder } from '../core/bars/bar-builder.js';
import { makeBarBuilder } from '../core/bars/bar-builder.js';
import type { TradeBefore } from '../core/bars/id-gaps.js';
import { barIds, findIdGaps } from '../core/bars/id-gaps.js';
import type { ComparedColumn } from '../core/bars/reconcile-klines.js';
import { reconcileKlines } from '../core/bars/reconcile-klines.js';
import type { Bars } from '../core/data/bars.js';
import { barCount, barsFromTable, barsToTable } from '../core/data/bars.js';
import { concatBars } from '../core/data/concat-bars.js';
import { resampleBars } from '../core/data/resample-bars.js';
import type { Table } from '../core/data/table.js';
import { concatTables, float64Column } from '../core/data/table.js';
import { tradesToBars } from '../core/data/trades-to-bars.js';
import { InvalidData } from '../core/errors.js';
import { writeParquet } from '../adapters/tables/index.js';
import { FINE_PERIOD_MS } from '../pipeline/config.js';
import { daysOf } from '../pipeline/day-segments.js';
import type { FoundSeries, MarketSource, SourceQuery, SourceRequest } from '../pipeline/market-source.js';
import type { Span } from '../pipeline/plan.js';
import type { BarsOptions } from './bars-options.js';
import { BARS_USAGE, parseBarsOptions } from './bars-options.js';
import { makeMarketSources } from './market-sources.js';

const WRONG_COMMAND_LINE = 2;
const DAY_MS = 86_400_000;
/** An aggregate trade stands for several: their number is not that of the klines. */
const WITHOUT_COUNT: readonly ComparedColumn[] = ['open', 'high', 'low', 'close', 'volume', 'quoteVolume', 'takerBuyVolume'];
const NEVER_ABORTED = { aborted: false, throwIfAborted: (): void => undefined };

await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  try {
    const options = parseBarsOptions(args);
    if (options === null) console.log(BARS_USAGE);
    else await run(options);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    console.error(`ares bars: ${name}: ${message}`);
    process.exitCode = error instanceof RangeError ? WRONG_COMMAND_LINE : 1;
  }
}

/** What a pass over the trades leaves: the bars, and where ids are missing. */
interface Built {
  readonly bars: Bars;
  readonly ids: Table;
  readonly gaps: Table;
  readonly trades: number;
  /** Trades at the end that make no bar. */
  readonly leftOver: number;
}

async function run(options: BarsOptions): Promise<void> {
  const source = makeMarketSources(process.env)(options.source, options.exchange);
  const query = queryOf(options);
  const found = await source.find(query);
  if (found.tradeKind === null) throw new InvalidData(`${options.symbol}: expected trades in the source, found bars alone`);
  const toMs = options.toMs ?? found.toMs;
  const window = { fromMs: options.fromMs ?? Math.max(found.fromMs, toMs - options.days * DAY_MS), toMs };
  const built = await buildBars(source, { options, found, window });
  const table = barsToTable(built.bars);
  if (options.out === null) for (const line of jsonLines(table)) console.log(line);
  else await writeParquet(table, options.out);
  const report = options.reconcile ? { reconciliation: await reconcile(source, { query, built, window, tradeKind: found.tradeKind }) } : {};
  const summary = {
    symbol: options.symbol,
    trades: built.trades,
    bars: table.rowCount,
    leftOver: built.leftOver,
    missingIds: sumOf(built.gaps, 'missing'),
    ...report,
  };
  // Beside the bars' own lines the summary goes to the other stream.
  (options.out === null ? console.error : console.log)(JSON.stringify(summary));
}

function queryOf(options: BarsOptions): SourceQuery {
  const { exchange, market, symbol, path, fromMs, toMs, days } = options;
  return {
    exchange,
    market,
    symbol,
    root: path,
    fromMs,
    toMs,
    days,
    periodMs: FINE_PERIOD_MS,
    series: options.source === 'files' ? 'auto' : 'aggTrades',
    external: [],
  };
}

interface Work {
  readonly options: BarsOptions;
  readonly found: FoundSeries;
  readonly window: Span;
}

async function buildBars(source: MarketSource, { options, found, window }: Work): Promise<Built> {
  const days = daysOf(window).map((day) => {
    const dayMs = Date.parse(`${day}T00:00:00Z`);
    return { day, fromMs: Math.max(dayMs, window.fromMs), toMs: Math.min(dayMs + DAY_MS, window.toMs) };
  });
  const request = { ...requestOf(options, found), tradeKind: found.tradeKind ?? 'trades', days };
  const builder = 'rule' in options.bars ? makeBarBuilder(options.bars.rule) : timeBars(options.bars.periodMs);
  const [parts, ids, gaps]: [Bars[], Table[], Table[]] = [[], [], []];
  let before: TradeBefore | undefined;
  let trades = 0;
  for await (const { table } of source.readTradeDays(request)) {
    if (table.rowCount === 0) continue;
    parts.push(builder.push(table));
    gaps.push(findIdGaps(table, before));
    if ('periodMs' in options.bars) ids.push(barIds(table, options.bars.periodMs));
    const last = table.rowCount - 1;
    before = { id: float64Column(table, 'id')[last] as number, timeMs: float64Column(table, 'timeMs')[last] as number };
    trades += table.rowCount;
  }
  if (trades === 0) throw new InvalidData(`${options.symbol}: expected trades in the window, found none`);
  const leftOver = builder.finish();
  const isInformation = 'rule' in options.bars;
  return { bars: concatBars(parts, { mayShareTime: isInformation }), ids: concatTables(ids), gaps: concatTables(gaps), trades, leftOver };
}

/** Time bars a day at a time: days are cut at midnight, on the grid of every period up to a day. */
function timeBars(periodMs: number): BarBuilder {
  if (DAY_MS % periodMs !== 0) throw new RangeError(`--every: expected a period that divides a day, found ${periodMs} ms`);
  return { push: (trades) => tradesToBars(trades, periodMs), finish: () => 0 };
}

function requestOf({ exchange, market, symbol }: BarsOptions | SourceQuery, found: FoundSeries): SourceRequest {
  return { exchange, market, symbol, files: found.files, signal: NEVER_ABORTED, progress: (message) => console.error(message) };
}

/** Differences from the klines of the same source and window, as rows. */
async function reconcile(
  source: MarketSource,
  work: { query: SourceQuery; built: Built; window: Span; tradeKind: FoundSeries['tradeKind'] },
): Promise<unknown> {
  const { query, built, window } = work;
  const periodMs = (built.bars.closeTimeMs[0] as number) - (built.bars.openTimeMs[0] as number);
  const found = await source.find({ ...query, ...window, series: 'bars', periodMs: Math.min(periodMs, FINE_PERIOD_MS) });
  const { table } = await source.readBars({ ...requestOf(query, found), window, periodMs: found.periodMs });
  const klines = resampleBars(barsFromTable(table), periodMs, window.toMs);
  const { differences, gaps, equal } = reconcileKlines({
    bars: built.bars,
    ids: built.ids,
    gaps: built.gaps,
    klines,
    ...(work.tradeKind === 'trades' ? {} : { columns: WITHOUT_COUNT }),
  });
  return { equal, klines: barCount(klines), differences: [...rowsOf(differences)], gaps: [...rowsOf(gaps)] };
}

function sumOf(table: Table, name: string): number {
  return float64Column(table, name).reduce((sum, value) => sum + value, 0);
}

function* rowsOf(table: Table): Generator<Record<string, unknown>> {
  for (let row = 0; row < table.rowCount; row++) {
    yield Object.fromEntries(Object.entries(table.columns).map(([name, column]) => [name.endsWith('Ms') ? name.slice(0, -2) : name, cell(name, column[row])]));
  }
}

function cell(name: string, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  if (Number.isNaN(value)) return null;
  return name.endsWith('Ms') ? new Date(value).toISOString() : value;
}

function* jsonLines(table: Table): Generator<string> {
  for (const row of rowsOf(table)) yield JSON.stringify(row);
}
