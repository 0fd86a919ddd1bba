/** A unit of step 1: the trades of some days, each a table of its own beside its quality table. */
import type { Table } from '../core/data/table.js';
import { simulateDayTrades } from '../core/simulation/market-trades.js';
import { daysOfSegment } from '../pipeline/day-segments.js';
import { PipelineError } from '../pipeline/errors.js';
import type { QualityFinding, TradeDay } from '../pipeline/market-source.js';
import type { StepContext } from '../pipeline/step-context.js';
import type { DataCollectionParameters } from '../pipeline/steps/data-collection.js';
import { openDayPass } from './day-pass.js';
import type { DayPass } from './day-pass.js';
import { assessTrades } from './quality-report.js';
import { passed, qualityTable } from './quality-table.js';
import { summarizeTradeDay } from './trade-day-summary.js';
import { simulatedMarket } from './simulated-market.js';
import { requestFor, sourceOf } from './source-request.js';

type Context = StepContext<DataCollectionParameters>;

const DAY_MS = 86_400_000;

/** Writes `trades/<day>`, `quality/<day>` and `summary/<day>` of every day of the unit; a day that an earlier attempt left is not read again. */
export async function collectTradeDays(context: Context, unit: string): Promise<void> {
  const days = daysOfSegment(unit).map((day) => dayInWindow(context, day));
  const read = context.parameters.simulation === null ? readDays(context, days) : simulateDays(context);
  let rows = 0;
  try {
    for (const [i, { day }] of days.entries()) {
      context.signal.throwIfAborted();
      const count = await dayOnce(context, day, async () => read.day(day));
      rows += count;
      context.progress((i + 1) / days.length, `${day}: ${count} trades`);
    }
  } finally {
    await read.close();
  }
  context.count({ rowsOut: rows });
}

type DayReader = DayPass<DayContent>;

interface DayContent {
  readonly trades: Table;
  readonly findings: readonly QualityFinding[];
}

function simulateDays(context: Context): DayReader {
  const skeleton = simulatedMarket(context.parameters);
  return {
    day: async (day) => {
      const trades = simulateDayTrades(skeleton, Date.parse(`${day}T00:00:00Z`));
      return { trades, findings: [passed('simulated', trades.rowCount, `trades of ${day}, simulated, not from any market`)] };
    },
    close: async () => undefined,
  };
}

function readDays(context: Context, days: readonly TradeDay[]): DayReader {
  const { files, tradeKind } = context.parameters;
  if (tradeKind === null) throw new PipelineError('InvalidSpec', 'Invariant: trades are collected by their kind');
  const pass = openDayPass(days, (rest) => sourceOf(context).readTradeDays({ ...requestFor(context, files), tradeKind, days: rest }));
  return {
    day: async (day) => {
      const { table, findings } = await pass.day(day);
      return { trades: table, findings };
    },
    close: pass.close,
  };
}

/** Writes what a day leaves, or takes those of an earlier attempt; the number of its trades. */
async function dayOnce(context: Context, day: string, read: () => Promise<DayContent>): Promise<number> {
  const artifacts = [`trades/${day}`, `quality/${day}`, `summary/${day}`] as const;
  return context.checkpoint.once(
    day,
    async () => {
      const { trades, findings: reported } = await read();
      const findings = [
        ...reported,
        ...assessTrades(trades).filter(({ check, action }) => action !== 'passed' || !reported.some((one) => one.check === check)),
      ];
      await context.outputs.table(artifacts[0], 'ares.trades', trades);
      await context.outputs.table(artifacts[1], 'ares.quality', qualityTable(findings));
      await context.outputs.json(artifacts[2], 'ares.trade-day', summarizeTradeDay(trades, findings));
      return trades.rowCount;
    },
    artifacts,
  );
}

/** A day of the unit, cut to the window. */
export function dayInWindow(context: Context, day: string): TradeDay {
  const { window } = context.parameters;
  const dayMs = Date.parse(`${day}T00:00:00Z`);
  return { day, fromMs: Math.max(dayMs, window.fromMs), toMs: Math.min(dayMs + DAY_MS, window.toMs) };
}
