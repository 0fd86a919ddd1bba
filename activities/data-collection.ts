/** Step 1: trades or bars, funding and quality of one fixed window, validated. Trades come a unit of days at a time. */
import type { SourceDescription } from '../core/data/source-description.js';
import type { Table } from '../core/data/table.js';
import { makeTable } from '../core/data/table.js';
import { InvalidData } from '../core/errors.js';
import type { MarketSkeleton } from '../core/simulation/market.js';
import { makeMarketSkeleton } from '../core/simulation/market.js';
import { simulateFunding } from '../core/simulation/market-funding.js';
import { simulateDayTrades } from '../core/simulation/market-trades.js';
import { daysOfSegment } from '../pipeline/day-segments.js';
import { PipelineError } from '../pipeline/errors.js';
import type { FoundFile, QualityFinding } from '../pipeline/ports.js';
import type { StepContext, StepFunction } from '../pipeline/step.js';
import type { DataCollectionParameters } from '../pipeline/steps/data-collection.js';

type Context = StepContext<DataCollectionParameters>;

const DAY_MS = 86_400_000;

/** Writes trades and quality a day (unit mode), or funding, quality and source, and the bars where the series is bars. */
export const collectMarketData: StepFunction<DataCollectionParameters> = async (context) => {
  if (context.unit !== null) {
    if (context.parameters.simulation === null) await collectTradeDays(context, context.unit);
    else await simulateTradeDays(context, context.unit);
    return;
  }
  const findings: QualityFinding[] = [];
  const rows = context.parameters.series === 'bars' ? await collectBars(context, findings) : await checkTradeDays(context, findings);
  const fundingPayments = await collectFunding(context, findings);
  await context.outputs.table('quality', 'ares.quality', qualityTable(findings));
  await context.outputs.json('source', 'ares.source', describeSource(context.parameters, { rows, fundingPayments }));
  context.count({ rowsOut: rows });
};

async function simulateTradeDays(context: Context, unit: string): Promise<void> {
  const skeleton = skeletonOf(context.parameters);
  const days = daysOfSegment(unit);
  let rows = 0;
  for (const [i, day] of days.entries()) {
    context.signal.throwIfAborted();
    const count = await dayOnce(context, day, () => {
      const trades = simulateDayTrades(skeleton, Date.parse(`${day}T00:00:00Z`));
      return { trades, findings: [passed('simulated', trades.rowCount, `trades of ${day}, simulated, not from any market`)] };
    });
    rows += count;
    context.progress((i + 1) / days.length, `${day}: ${count} trades`);
  }
  context.count({ rowsOut: rows });
}

async function collectTradeDays(context: Context, unit: string): Promise<void> {
  const files = locate(context, context.parameters.files);
  const days = daysOfSegment(unit).map((day) => ({ day, ...dayInWindow(context, day) }));
  const counts: number[] = [];
  let reader: AsyncIterator<DayOfTrades> | null = null;
  // The first day that no earlier attempt left begins the pass; it sees the last trades before that day, as a whole pass would.
  const readDay = async (wanted: string): Promise<DayContent> => {
    reader ??= context.ports.marketFiles
      .readTradeDays(
        files,
        days.slice(
          Math.max(
            0,
            counts.findLastIndex((count) => count > 0),
          ),
        ),
      )
      [Symbol.asyncIterator]();
    for (let next = await reader.next(); next.done !== true; next = await reader.next()) {
      if (next.value.day === wanted) return { trades: next.value.table, findings: next.value.findings };
    }
    throw new InvalidData(`Invariant: the pass over the files ended before ${wanted}`);
  };
  try {
    for (const { day } of days) {
      context.signal.throwIfAborted();
      const count = await dayOnce(context, day, async () => readDay(day));
      counts.push(count);
      context.progress(counts.length / days.length, `${day}: ${count} trades`);
    }
  } finally {
    await (reader as AsyncIterator<DayOfTrades> | null)?.return?.();
  }
  context.count({ rowsOut: counts.reduce((sum, count) => sum + count, 0) });
}

/** What the files hold of one day. */
interface DayOfTrades {
  readonly day: string;
  readonly table: Table;
  readonly findings: readonly QualityFinding[];
}

interface DayContent {
  readonly trades: Table;
  readonly findings: readonly QualityFinding[];
}

/** Writes a day's two tables, or takes those of an earlier attempt; the number of its trades. */
async function dayOnce(context: Context, day: string, read: () => DayContent | Promise<DayContent>): Promise<number> {
  const artifacts = [`trades/${day}`, `quality/${day}`] as const;
  return context.checkpoint.once(
    day,
    async () => {
      const { trades, findings } = await read();
      await context.outputs.table(artifacts[0], 'ares.trades', trades);
      await context.outputs.table(artifacts[1], 'ares.quality', qualityTable(findings));
      return trades.rowCount;
    },
    artifacts,
  );
}

function dayInWindow(context: Context, day: string): { fromMs: number; toMs: number } {
  const { window } = context.parameters;
  const dayMs = Date.parse(`${day}T00:00:00Z`);
  return { fromMs: Math.max(dayMs, window.fromMs), toMs: Math.min(dayMs + DAY_MS, window.toMs) };
}

/** Trades of all days together, with a finding for each day that has none. */
async function checkTradeDays(context: Context, findings: QualityFinding[]): Promise<number> {
  let rows = 0;
  for (const name of context.inputs.names('data-collection', 'trades/')) {
    const dayRows = context.inputs.ref('data-collection', name).rows;
    if (dayRows === undefined) throw new PipelineError('IntegrityError', `Invariant: expected the number of rows of ${name}, found none`);
    const day = name.slice('trades/'.length);
    if (dayRows === 0) findings.push({ ...passed('empty day', 0, `no trade on ${day}`), action: 'flagged', timeMs: Date.parse(`${day}T00:00:00Z`) });
    rows += dayRows;
  }
  if (rows === 0) throw new InvalidData(`${context.parameters.symbol}: expected trades in the window ${windowText(context.parameters)}, found none`);
  findings.push(passed('trades', rows, `${rows} trades in the window; the checks of each day stand in quality/<day>`));
  return rows;
}

async function collectBars(context: Context, findings: QualityFinding[]): Promise<number> {
  const { window, periodMs, files, symbol } = context.parameters;
  const read = await context.ports.marketFiles.readBars(locate(context, files), { ...window, periodMs });
  if (read.table.rowCount === 0) throw new InvalidData(`${symbol}: expected bars in the window ${windowText(context.parameters)}, found none`);
  findings.push(...read.findings);
  await context.outputs.table('bars', 'ares.bars', read.table);
  return read.table.rowCount;
}

async function collectFunding(context: Context, findings: QualityFinding[]): Promise<number> {
  const table = await fundingTable(context, findings);
  await context.outputs.table('funding', 'ares.funding', table);
  return table.rowCount;
}

async function fundingTable(context: Context, findings: QualityFinding[]): Promise<Table> {
  const { market, simulation, window, fundingFiles } = context.parameters;
  const none = makeTable({ timeMs: new Float64Array(0), rate: new Float64Array(0), markPrice: new Float64Array(0) });
  if (market === 'spot') return none;
  if (simulation !== null) return simulateFunding(skeletonOf(context.parameters));
  if (fundingFiles.length === 0) {
    findings.push({ ...passed('funding', 0, 'no funding file for the symbol: funding counts as zero'), action: 'flagged' });
    return none;
  }
  const read = await context.ports.marketFiles.readFunding(locate(context, fundingFiles), window);
  findings.push(...read.findings);
  return read.table;
}

function skeletonOf(parameters: DataCollectionParameters): MarketSkeleton {
  if (parameters.simulation === null) throw new PipelineError('InvalidSpec', 'Invariant: the simulator runs with simulation parameters only');
  return makeMarketSkeleton({ ...parameters.simulation, symbol: parameters.symbol, fromMs: parameters.window.fromMs, toMs: parameters.window.toMs });
}

/** The planned files where they lie now. */
function locate(context: Context, hashes: readonly string[]): readonly FoundFile[] {
  return hashes.map((sha256) => {
    const path = context.execution.filePaths[sha256];
    if (path === undefined)
      throw new PipelineError(
        'MissingArtifact',
        `expected the path of the source file with sha256 ${sha256}, found none among ${Object.keys(context.execution.filePaths).length} files`,
      );
    return { path, sha256, bytes: 0 };
  });
}

function describeSource(parameters: DataCollectionParameters, counts: { rows: number; fundingPayments: number }): SourceDescription {
  const { simulation } = parameters;
  return {
    kind: parameters.source,
    synthetic: simulation !== null,
    dataKind: simulation !== null ? 'SIMULATED' : 'BINANCE',
    symbol: parameters.symbol,
    market: parameters.market,
    series: parameters.series,
    periodMs: parameters.periodMs,
    fromMs: parameters.window.fromMs,
    toMs: parameters.window.toMs,
    ...counts,
    files: parameters.files,
    fundingFiles: parameters.fundingFiles,
    simulation:
      simulation === null ? null : Object.fromEntries(Object.entries(simulation).filter((entry): entry is [string, number] => typeof entry[1] === 'number')),
  };
}

function qualityTable(findings: readonly QualityFinding[]): Table {
  return makeTable({
    check: findings.map((f) => f.check),
    action: findings.map((f) => f.action),
    count: Int32Array.from(findings, (f) => f.count),
    file: findings.map((f) => f.file),
    line: Int32Array.from(findings, (f) => f.line),
    timeMs: Float64Array.from(findings, (f) => f.timeMs),
    detail: findings.map((f) => f.detail),
  });
}

function passed(check: string, count: number, detail: string): QualityFinding {
  return { check, action: 'passed', count, file: '', line: 0, timeMs: Number.NaN, detail };
}

function windowText(parameters: DataCollectionParameters): string {
  return `${new Date(parameters.window.fromMs).toISOString()} to ${new Date(parameters.window.toMs).toISOString()}`;
}
