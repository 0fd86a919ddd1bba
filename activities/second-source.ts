/** A second source of the same symbol: what it offers is pinned in the plan, and its bars are compared with the run's own. */
import type { Bars } from '../core/data/bars.js';
import { barCount, barsFromTable } from '../core/data/bars.js';
import { concatBars } from '../core/data/concat-bars.js';
import { resampleBars } from '../core/data/resample-bars.js';
import { tradesToBars } from '../core/data/trades-to-bars.js';
import { InvalidData } from '../core/errors.js';
import type { RunSpec } from '../pipeline/config.js';
import { FINE_PERIOD_MS } from '../pipeline/config.js';
import { daysOf } from '../pipeline/day-segments.js';
import type { MarketSource, MarketSources, QualityFinding, SourceQuery, SourceRequest } from '../pipeline/market-source.js';
import type { RunPlan, Span } from '../pipeline/plan.js';
import type { StepContext } from '../pipeline/step.js';
import type { DataCollectionParameters, SecondSourceParameters } from '../pipeline/steps/data-collection.js';
import { dayInWindow } from './collect-trade-days.js';
import { assessAgreement } from './quality-report.js';
import { requestFor } from './source-request.js';

type Context = StepContext<DataCollectionParameters>;

/** What the spec's second source holds of the window; null where the spec names none. @throws InvalidData when it does not cover the window */
export async function findSecondSource(
  compareWith: RunSpec['compareWith'],
  query: SourceQuery & Span & { readonly coarsestMs: number },
  marketSource: MarketSources,
): Promise<RunPlan['source']['second']> {
  if (compareWith === null) return null;
  const { source: kind, exchange, path } = compareWith;
  const { coarsestMs } = query;
  // Kraken's candles reach back some hours only, its trades all the way.
  const series = exchange === 'KRAKEN' ? 'trades' : 'bars';
  // Coarse bars of a folder are better than none; elsewhere minutes can be had.
  const periodMs = kind === 'files' ? coarsestMs : query.periodMs;
  const found = await marketSource(kind, exchange).find({ ...query, periodMs, exchange, root: path ?? null, series, external: [] });
  return { kind, exchange, series: found.series, tradeKind: found.tradeKind, periodMs: found.periodMs, files: [...found.files] };
}

/**
 * Findings of the run's bars against those of the second source, on the coarser of the two grids (at least a minute); how many there are.
 * @throws InsufficientData below 30 common returns; InvalidData where the sources disagree and the spec says `fail`
 */
export async function compareSecondSource(
  context: Context,
  own: Bars | null,
): Promise<{ readonly findings: readonly QualityFinding[]; readonly rows: number }> {
  const { second, window } = context.parameters;
  if (second === null) return { findings: [], rows: 0 };
  const periodMs = Math.max(FINE_PERIOD_MS, second.periodMs);
  const read = await readSecond(context, second, periodMs);
  const first = own === null ? await barsOfTrades(context, periodMs) : resampleBars(own, periodMs, window.toMs);
  const name = `${second.source} ${second.exchange}`;
  const agreement = assessAgreement(first, resampleBars(read.bars, periodMs, window.toMs), { periodMs, name });
  if (agreement.action === 'flagged' && second.onDisagreement === 'fail')
    throw new InvalidData(`compareWith: expected sources that agree, found ${agreement.detail}`);
  return { findings: [...read.findings.map((one) => ({ ...one, check: `second source: ${one.check}` })), agreement], rows: barCount(first) };
}

/** Bars of the trades that the units have left, a day in memory at a time. */
async function barsOfTrades({ inputs, signal }: Context, periodMs: number): Promise<Bars> {
  const parts: Bars[] = [];
  for (const name of inputs.names('data-collection', 'trades/')) {
    signal.throwIfAborted();
    parts.push(tradesToBars(await inputs.table('data-collection', name, 'ares.trades'), periodMs));
  }
  return concatBars(parts);
}

interface SecondRead {
  readonly bars: Bars;
  readonly findings: readonly QualityFinding[];
}

async function readSecond(context: Context, second: SecondSourceParameters, periodMs: number): Promise<SecondRead> {
  const { window } = context.parameters;
  const source = context.ports.marketSource(second.source, second.exchange);
  const request = { ...requestFor(context, second.files), exchange: second.exchange };
  if (second.tradeKind !== null) return readTrades(context, source, { request, tradeKind: second.tradeKind, periodMs });
  const { table, findings } = await source.readBars({ ...request, window, periodMs: second.periodMs });
  return { bars: barsFromTable(table), findings };
}

async function readTrades(
  context: Context,
  source: MarketSource,
  of: { readonly request: SourceRequest; readonly tradeKind: 'trades' | 'aggTrades'; readonly periodMs: number },
): Promise<SecondRead> {
  const days = daysOf(context.parameters.window).map((day) => dayInWindow(context, day));
  const parts: Bars[] = [];
  const findings: QualityFinding[] = [];
  for await (const day of source.readTradeDays({ ...of.request, tradeKind: of.tradeKind, days })) {
    parts.push(tradesToBars(day.table, of.periodMs));
    findings.push(...day.findings.filter(({ action }) => action !== 'passed'));
    context.progress(parts.length / (days.length + 1), `second source: ${day.table.rowCount} trades of ${day.day}`);
  }
  return { bars: concatBars(parts), findings };
}
