/** A unit of step 1: the best quotes of some days, each a table of minute bars beside its quality table. */
import { textColumn } from '../core/data/table.js';
import { FINE_PERIOD_MS } from '../pipeline/config.js';
import { daysOf } from '../pipeline/day-segments.js';
import { PipelineError } from '../pipeline/errors.js';
import type { DayOfQuotes, QualityFinding, QuoteSource, TradeDay } from '../pipeline/market-source.js';
import type { StepContext } from '../pipeline/step-context.js';
import type { DataCollectionParameters } from '../pipeline/steps/data-collection.js';
import { dayInWindow } from './collect-trade-days.js';
import { openDayPass } from './day-pass.js';
import { qualityTable } from './quality-table.js';
import { requestFor, sourceOf } from './source-request.js';

type Context = StepContext<DataCollectionParameters>;

/** The quotes of the run's source. @throws PipelineError InvalidSpec where it keeps none */
export function quotesOf(source: { readonly quotes?: QuoteSource }, name: string): QuoteSource {
  if (source.quotes === undefined) throw new PipelineError('InvalidSpec', `quotes: expected a source that keeps quotes, found ${name}`);
  return source.quotes;
}

/** Writes `quotes/<day>` and `quote-quality/<day>` of every day of the unit's window; a day that an earlier attempt left is not made again. */
export async function collectQuoteDays(context: Context): Promise<void> {
  const days = daysOf(context.parameters.window).map((day) => dayInWindow(context, day));
  const pass = openDayPass(days, (rest) => readQuotes(context, rest));
  try {
    for (const [i, { day }] of days.entries()) {
      context.signal.throwIfAborted();
      const artifacts = [`quotes/${day}`, `quote-quality/${day}`] as const;
      const write = async (): Promise<number> => {
        const { table, findings } = await pass.day(day);
        await context.outputs.table(artifacts[0], 'ares.quotes', table);
        await context.outputs.table(artifacts[1], 'ares.quality', qualityTable(findings));
        return table.rowCount;
      };
      const rows = await context.checkpoint.once(`quotes of ${day}`, write, artifacts);
      context.progress((i + 1) / days.length, `${day}: quotes of ${rows} bars`);
    }
  } finally {
    await pass.close();
  }
}

function readQuotes(context: Context, days: readonly TradeDay[]): AsyncIterable<DayOfQuotes> {
  const { quotes, source } = context.parameters;
  if (quotes === null) throw new PipelineError('InvalidSpec', 'Invariant: quotes are collected where the plan has their files');
  return quotesOf(sourceOf(context), source).readDays({ ...requestFor(context, quotes.files), kind: quotes.kind, periodMs: FINE_PERIOD_MS, days });
}

/** One row a check and action over all days of quotes. */
export async function checkQuoteDays({ inputs }: Context): Promise<readonly QualityFinding[]> {
  const sums = new Map<string, QualityFinding>();
  for (const name of inputs.names('data-collection', 'quote-quality/')) {
    const table = await inputs.table('data-collection', name, 'ares.quality');
    const [checks, actions] = [textColumn(table, 'check'), textColumn(table, 'action')];
    for (const [row, check] of checks.entries()) {
      const action = actions[row] as QualityFinding['action'];
      const count = table.columns['count']?.[row] as number;
      const before = sums.get(`${check} ${action}`);
      const detail = before?.detail ?? `over the days of the window, first ${name.slice('quote-quality/'.length)}; quote-quality/<day> has the places`;
      sums.set(`${check} ${action}`, { check, action, count: (before?.count ?? 0) + count, file: '', line: 0, timeMs: Number.NaN, detail });
    }
  }
  return [...sums.values()];
}
