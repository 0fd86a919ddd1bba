/** Step 1: trades or bars, funding and a quality table for one fixed window, validated and hashed. */
import type { RunSpec } from '../config.js';
import { TIMEFRAMES } from '../config.js';
import { daySegments } from '../day-segments.js';
import type { Span } from '../plan.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step.js';

export interface DataCollectionParameters {
  readonly source: 'simulator' | 'files';
  readonly symbol: string;
  readonly market: 'spot' | 'perp';
  readonly window: Span;
  readonly series: 'trades' | 'bars';
  readonly periodMs: number;
  /** sha256 of the source files, in reading order; empty for the simulator. */
  readonly files: readonly string[];
  readonly fundingFiles: readonly string[];
  /** Null for files. */
  readonly simulation: (RunSpec['simulation'] & { readonly seed: number; readonly blockMs: number }) | null;
}

export const dataCollection = {
  id: 'data-collection',
  activity: 'collectMarketData',
  title: 'Collect market data',
  needs: [],
  parameters: (plan: RunPlan): DataCollectionParameters => ({
    source: plan.spec.source,
    symbol: plan.spec.symbol,
    market: plan.spec.market,
    window: plan.window,
    series: plan.source.series,
    periodMs: plan.source.periodMs,
    files: plan.source.files.map((file) => file.sha256),
    fundingFiles: plan.source.fundingFiles.map((file) => file.sha256),
    simulation: plan.spec.source === 'simulator' ? { ...plan.spec.simulation, seed: plan.spec.seed, blockMs: TIMEFRAMES[plan.settings.timeframe] } : null,
  }),
  units: (plan: RunPlan): readonly string[] => (plan.source.series === 'trades' ? daySegments(plan.window, plan.settings.segmentDays) : []),
  queue: 'ares-io',
  startToCloseMinutes: 240,
  stallMinutes: 10,
  adapters: ['tables', 'market-files'],
} as const satisfies StepDefinition<'data-collection', DataCollectionParameters>;
