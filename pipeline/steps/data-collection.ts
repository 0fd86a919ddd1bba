/** Step 1: trades or bars, funding, external series, other assets and quality for one fixed window, validated and hashed. */
import type { ExternalName } from '../../core/data/external-series.js';
import type { Exchange, MarketKind, QuoteKind, RunSpec, SourceKind } from '../config.js';
import { TIMEFRAMES } from '../config.js';
import { daySegments, spanOfSegment } from '../day-segments.js';
import type { PlannedFile, RunPlan, Span } from '../plan.js';
import type { StepDefinition } from '../step-definition.js';

export interface DataCollectionParameters {
  readonly source: RunPlan['source']['kind'];
  readonly exchange: Exchange;
  readonly symbol: string;
  readonly market: MarketKind;
  readonly window: Span;
  readonly series: 'trades' | 'bars';
  readonly tradeKind: 'trades' | 'aggTrades' | null;
  readonly periodMs: number;
  /** sha256 of the source files, in reading order; empty where the source pins none. */
  readonly files: readonly string[];
  readonly fundingFiles: readonly string[];
  readonly external: readonly { readonly name: ExternalName; readonly files: readonly string[] }[];
  readonly pairs: readonly { readonly symbol: string; readonly periodMs: number; readonly files: readonly string[] }[];
  /** Best quotes; null where none are asked for. */
  readonly quotes: { readonly kind: QuoteKind; readonly files: readonly string[] } | null;
  /** The source to compare the bars with; null in units. */
  readonly second: SecondSourceParameters | null;
  /** Null for anything but the simulator. */
  readonly simulation: (RunSpec['simulation'] & { readonly seed: number; readonly blockMs: number }) | null;
}

export interface SecondSourceParameters {
  readonly source: SourceKind;
  readonly exchange: Exchange;
  readonly series: 'trades' | 'bars';
  readonly tradeKind: 'trades' | 'aggTrades' | null;
  /** 0 for trades. */
  readonly periodMs: number;
  readonly files: readonly string[];
  readonly onDisagreement: 'flag' | 'fail';
}

/**
 * The unit of recorded quotes, all days of the window: a book is rebuilt from its first snapshot on, so that units of some days would read
 * the same parts again and again. It is there whichever files there are: a workflow knows a plan of many files without them.
 */
export const RECORDING_UNIT = 'recording';

export const dataCollection = {
  id: 'data-collection',
  activity: 'collectMarketData',
  title: 'Collect market data',
  needs: [],
  parameters: (plan: RunPlan): DataCollectionParameters => ({
    ...origin(plan),
    window: plan.window,
    files: hashes(plan.source.files),
    fundingFiles: hashes(plan.source.fundingFiles),
    external: plan.spec.external.map((name) => ({ name, files: hashes(plan.source.externalFiles[name] ?? []) })),
    pairs: plan.source.pairs.map(({ symbol, periodMs, files }) => ({ symbol, periodMs, files: hashes(files) })),
    quotes: allQuotes(plan),
    second: secondSource(plan),
  }),
  units: (plan: RunPlan): readonly string[] => {
    const isRecording = plan.source.quotes?.kind === 'recording';
    const isDaily = plan.source.series === 'trades' || (plan.source.quotes !== null && !isRecording);
    // A day over REST is many requests: none of them is made twice because the window has moved.
    const segments = isDaily ? daySegments(plan.window, plan.source.kind === 'rest' ? 1 : plan.settings.segmentDays) : [];
    // The longest first: units run side by side.
    return isRecording ? [RECORDING_UNIT, ...segments] : segments;
  },
  unitParameters: (plan: RunPlan, unit: string): DataCollectionParameters => {
    const none = { files: [], fundingFiles: [], external: [], pairs: [], second: null };
    if (unit === RECORDING_UNIT) return { ...origin(plan), ...none, window: plan.window, quotes: allQuotes(plan) };
    const days = spanOfSegment(unit);
    // The simulated market is made whole: any of its days depends on the window.
    const isSimulated = plan.spec.source === 'simulator';
    return {
      ...origin(plan),
      ...none,
      window: isSimulated ? plan.window : { fromMs: Math.max(days.fromMs, plan.window.fromMs), toMs: Math.min(days.toMs, plan.window.toMs) },
      files: plan.source.series === 'trades' ? hashes(touching(plan.source.files, days)) : [],
      quotes: unitQuotes(plan, days),
    };
  },
  queue: 'ares-io',
  startToCloseMinutes: 240,
  stallMinutes: 10,
  adapters: ['tables', 'market-files', 'recorded-book', 'archive', 'exchange-rest'],
} as const satisfies StepDefinition<'data-collection', DataCollectionParameters>;

function origin(
  plan: RunPlan,
): Pick<DataCollectionParameters, 'source' | 'exchange' | 'symbol' | 'market' | 'series' | 'tradeKind' | 'periodMs' | 'simulation'> {
  const { spec, source } = plan;
  return {
    source: source.kind,
    exchange: spec.exchange,
    symbol: spec.symbol,
    market: spec.market,
    series: source.series,
    tradeKind: source.tradeKind,
    periodMs: source.periodMs,
    simulation: spec.source === 'simulator' ? { ...spec.simulation, seed: spec.seed, blockMs: TIMEFRAMES[plan.settings.timeframe] } : null,
  };
}

function allQuotes({ source: { quotes } }: RunPlan): DataCollectionParameters['quotes'] {
  return quotes === null ? null : { kind: quotes.kind, files: hashes(quotes.files) };
}

function unitQuotes({ source: { quotes } }: RunPlan, days: Span): DataCollectionParameters['quotes'] {
  if (quotes === null || quotes.kind === 'recording') return null;
  return { kind: quotes.kind, files: hashes(touching(quotes.files, days)) };
}

function secondSource({ spec: { compareWith }, source: { second } }: RunPlan): SecondSourceParameters | null {
  if (second === null || compareWith === null) return null;
  const { kind, exchange, series, tradeKind, periodMs, files } = second;
  return { source: kind, exchange, series, tradeKind, periodMs, files: hashes(files), onDisagreement: compareWith.onDisagreement };
}

function touching(files: readonly PlannedFile[], days: Span): readonly PlannedFile[] {
  return files.filter(({ span }) => span === undefined || (span.fromMs < days.toMs && days.fromMs < span.toMs));
}

function hashes(files: readonly PlannedFile[]): readonly string[] {
  return files.map((file) => file.sha256);
}
