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
import { monthsOf, spanOfMonth } from '../pipeline/months.js';
import type { RunPlan, Span } from '../pipeline/plan.js';
import type { StepContext } from '../pipeline/step-context.js';
import type { DataCollectionParameters, SecondSourceParameters } from '../pipeline/steps/data-collection.js';
import { dayInWindow } from './collect-trade-days.js';
import { openDayPass } from './day-pass.js';
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

interface SecondRequest {
  readonly source: MarketSource;
  readonly request: SourceRequest;
}

async function readSecond(context: Context, second: SecondSourceParameters, periodMs: number): Promise<SecondRead> {
  const source = context.ports.marketSource(second.source, second.exchange);
  const from = { source, request: { ...requestFor(context, second.files), exchange: second.exchange } };
  const { tradeKind } = second;
  const parts = tradeKind === null ? await readBars(context, second, from) : await readTrades(context, { ...from, tradeKind, periodMs });
  return { bars: concatBars(parts.map(({ bars }) => bars)), findings: parts.flatMap(({ findings }) => findings) };
}

/** Over REST a month is a part; files, once they are here, are read faster than many parts. */
async function readBars(context: Context, second: SecondSourceParameters, { source, request }: SecondRequest): Promise<readonly SecondRead[]> {
  const { window } = context.parameters;
  const spans: readonly (readonly [name: string, span: Span])[] =
    second.source === 'rest' ? monthsOf(window).map((month) => [month, spanOfMonth(month)]) : [['the window', window]];
  const parts: SecondRead[] = [];
  for (const [name, span] of spans) {
    context.signal.throwIfAborted();
    const read = async (): Promise<SecondRead> => {
      const within = { fromMs: Math.max(span.fromMs, window.fromMs), toMs: Math.min(span.toMs, window.toMs) };
      const { table, findings } = await source.readBars({ ...request, window: within, periodMs: second.periodMs });
      return { bars: barsFromTable(table), findings };
    };
    parts.push(await context.checkpoint.once(`second source: ${name}`, read));
    context.progress(parts.length / (spans.length + 1), `second source: bars of ${name}`);
  }
  return parts;
}

async function readTrades(
  context: Context,
  { source, request, tradeKind, periodMs }: SecondRequest & { readonly tradeKind: 'trades' | 'aggTrades'; readonly periodMs: number },
): Promise<readonly SecondRead[]> {
  const days = daysOf(context.parameters.window).map((day) => dayInWindow(context, day));
  const pass = openDayPass(days, (rest) => source.readTradeDays({ ...request, tradeKind, days: rest }));
  const parts: SecondRead[] = [];
  try {
    for (const { day } of days) {
      context.signal.throwIfAborted();
      const read = async (): Promise<SecondRead> => {
        const { table, findings } = await pass.day(day);
        return { bars: tradesToBars(table, periodMs), findings: findings.filter(({ action }) => action !== 'passed') };
      };
      const part = await context.checkpoint.once(`second source: ${day}`, read);
      parts.push(part);
      context.progress(parts.length / (days.length + 1), `second source: ${barCount(part.bars)} bars of trades of ${day}`);
    }
  } finally {
    await pass.close();
  }
  return parts;
}
