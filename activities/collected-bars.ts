/** What step 1 collected, as bars of a span: out of trades a day at a time, or out of the one table of bars. */
import type { Bars } from '../core/data/bars.js';
import { barCount, barsFromTable, lowerBound, sliceBars, upperBound } from '../core/data/bars.js';
import { concatBars } from '../core/data/concat-bars.js';
import type { Checkpoint } from '../pipeline/checkpoint.js';
import type { Span } from '../pipeline/plan.js';
import type { StepContext } from '../pipeline/step-context.js';
import type { MarketRegimeClassificationParameters } from '../pipeline/steps/market-regime-classification.js';
import type { TradeDaySummary } from './trade-day-summary.js';

/** Days whose trades are aggregated at the same time: bounds the memory. */
const SIDE_BY_SIDE = 2;
const TRADES = 'trades/';

type Context = StepContext<MarketRegimeClassificationParameters>;

export interface CollectedBars {
  readonly isTrades: boolean;
  /** Names of the columns beside prices and amounts that the bars have already. */
  readonly extras: readonly string[];
  /** Bars that open in a span of whole UTC days, cut to the window; spans are asked for in order. `parts` keeps what took long. */
  readonly month: (span: Span, parts: Checkpoint) => Promise<Bars>;
  /** Opening of the first fine bar from `fromMs` on, a span's end, if it closes within the window; null where there is none. */
  readonly openAfter: (fromMs: number) => Promise<number | null>;
}

/** The collected trades or bars of a run. @throws PipelineError MissingArtifact when there are neither */
export async function openCollectedBars(context: Context): Promise<CollectedBars> {
  const days = context.inputs.names('data-collection', TRADES);
  return days.length === 0 ? barsOfTable(context) : barsOfTrades(context, days);
}

async function barsOfTable({ inputs, parameters }: Context): Promise<CollectedBars> {
  const { window } = parameters;
  const bars = barsFromTable(await inputs.table('data-collection', 'bars', 'ares.bars'));
  let next = lowerBound(bars.openTimeMs, window.fromMs);
  const end = upperBound(bars.closeTimeMs, window.toMs);
  return {
    isTrades: false,
    extras: Object.keys(bars.extras),
    month: async ({ toMs }) => {
      const from = next;
      // Row by row, not by search: bars out of order then meet in one part, and are refused there.
      while (next < end && (bars.openTimeMs[next] as number) < toMs) next++;
      return sliceBars(bars, from, next);
    },
    openAfter: async () => (next < end ? fineOpen(bars.openTimeMs[next] as number, parameters) : null),
  };
}

function barsOfTrades(context: Context, days: readonly string[]): CollectedBars {
  const { inputs, parameters } = context;
  const fromMsOf = (name: string): number => Date.parse(`${name.slice(TRADES.length)}T00:00:00Z`);
  return {
    isTrades: true,
    extras: [],
    month: async (span, parts) => {
      const inside = days.filter((name) => fromMsOf(name) >= dayOf(span.fromMs) && fromMsOf(name) < span.toMs);
      return barsInside(await makeDays(context, inside, parts), parameters.window);
    },
    openAfter: async (fromMs) => {
      for (const name of days.filter((day) => fromMsOf(day) >= fromMs)) {
        const { first } = await inputs.json<TradeDaySummary>('data-collection', `summary/${name.slice(TRADES.length)}`);
        if (first !== null) return fineOpen(first.timeMs, parameters);
      }
      return null;
    },
  };
}

/** Bars of each day's trades, two days side by side where there are threads for it; a failure is told once the day beside it has ended. */
async function makeDays(context: Context, days: readonly string[], parts: Checkpoint): Promise<Bars> {
  const made = new Array<Bars>(days.length);
  let next = 0;
  const work = async (): Promise<void> => {
    try {
      for (let i = next++; i < days.length; i = next++) {
        context.signal.throwIfAborted();
        made[i] = await makeDay(context, days[i] as string, parts);
      }
    } finally {
      // After a failure no day is begun: it would run beside the next attempt.
      next = days.length;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(SIDE_BY_SIDE, context.execution.threads, days.length) }, work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return concatBars(made);
}

/** Bars of a day's trades: kept as a part, for making them is what takes long. */
async function makeDay({ inputs, parameters, ports }: Context, day: string, parts: Checkpoint): Promise<Bars> {
  const table = await parts.once(day, async () => ports.bars.barsFromTrades(await inputs.path('data-collection', day), parameters.finePeriodMs, 1));
  return barsFromTable(table);
}

function barsInside(bars: Bars, window: Span): Bars {
  const [from, to] = [lowerBound(bars.openTimeMs, window.fromMs), upperBound(bars.closeTimeMs, window.toMs)];
  return from === 0 && to === barCount(bars) ? bars : sliceBars(bars, from, to);
}

function fineOpen(timeMs: number, { finePeriodMs, window }: MarketRegimeClassificationParameters): number | null {
  const openMs = Math.floor(timeMs / finePeriodMs) * finePeriodMs;
  return openMs + finePeriodMs <= window.toMs ? openMs : null;
}

function dayOf(timeMs: number): number {
  const dayMs = 86_400_000;
  return Math.floor(timeMs / dayMs) * dayMs;
}
