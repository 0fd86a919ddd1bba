/** What step 1 collects beside trades: bars, funding, external series and other assets. */
import type { Bars } from '../core/data/bars.js';
import { barCount, barsFromTable, barsToTable } from '../core/data/bars.js';
import { resampleBars } from '../core/data/resample-bars.js';
import type { Table } from '../core/data/table.js';
import { makeTable } from '../core/data/table.js';
import { InvalidData } from '../core/errors.js';
import { simulatePairBars } from '../core/simulation/market-pair.js';
import { simulateFunding } from '../core/simulation/market-funding.js';
import { FINE_PERIOD_MS } from '../pipeline/config.js';
import type { QualityFinding } from '../pipeline/market-source.js';
import type { Span } from '../pipeline/plan.js';
import type { StepContext } from '../pipeline/step-context.js';
import type { DataCollectionParameters } from '../pipeline/steps/data-collection.js';
import { assessBars } from './quality-report.js';
import { passed } from './quality-table.js';
import { simulatedMarket } from './simulated-market.js';
import { requestFor, sourceOf } from './source-request.js';

type Context = StepContext<DataCollectionParameters>;

/** Writes `bars`, and returns them. @throws InvalidData when the window holds none */
export async function collectBars(context: Context, findings: QualityFinding[]): Promise<Bars> {
  const { window, periodMs, files, symbol } = context.parameters;
  const read = await sourceOf(context).readBars({ ...requestFor(context, files), window, periodMs });
  if (read.table.rowCount === 0) {
    throw new InvalidData(`${symbol}: expected bars in the window ${windowText(window)}, found none`);
  }
  const bars = barsFromTable(read.table);
  findings.push(...read.findings, ...assessBars(bars, { periodMs, reported: read.findings }));
  await context.outputs.table('bars', 'ares.bars', read.table);
  return bars;
}

/** A window as people read it. */
export function windowText(window: Span): string {
  return `${new Date(window.fromMs).toISOString()} to ${new Date(window.toMs).toISOString()}`;
}

/** Writes `funding`, without rows on spot; the number of payments. */
export async function collectFunding(context: Context, findings: QualityFinding[]): Promise<number> {
  const table = await fundingTable(context, findings);
  await context.outputs.table('funding', 'ares.funding', table);
  return table.rowCount;
}

async function fundingTable(context: Context, findings: QualityFinding[]): Promise<Table> {
  const { source, market, simulation, window, fundingFiles } = context.parameters;
  const none = makeTable({ timeMs: new Float64Array(0), rate: new Float64Array(0), markPrice: new Float64Array(0) });
  if (market === 'spot') return none;
  if (simulation !== null) return simulateFunding(simulatedMarket(context.parameters));
  if (source !== 'rest' && fundingFiles.length === 0) {
    findings.push({ ...passed('funding', 0, 'no funding file for the symbol: funding counts as zero'), action: 'flagged' });
    return none;
  }
  const read = await sourceOf(context).readFunding({ ...requestFor(context, fundingFiles), window });
  findings.push(...read.findings);
  return read.table;
}

/** Writes `external/<name>` of every series that the spec lists. @throws InvalidData when one has no value in the window */
export async function collectExternal(context: Context, findings: QualityFinding[]): Promise<void> {
  for (const { name, files } of context.parameters.external) {
    context.signal.throwIfAborted();
    const read = await sourceOf(context).readExternal({ ...requestFor(context, files), window: context.parameters.window, external: name });
    if (read.table.rowCount === 0) throw new InvalidData(`external: expected values of ${name} in the window, found none`);
    findings.push(...read.findings);
    await context.outputs.table(`external/${name}`, 'ares.external', read.table);
  }
}

/** Writes `pairs/<symbol>`, 1m bars of every other asset. @throws InvalidData when one has none in the window */
export async function collectPairs(context: Context, findings: QualityFinding[]): Promise<void> {
  const { pairs } = context.parameters;
  for (const [i, { symbol, periodMs, files }] of pairs.entries()) {
    context.signal.throwIfAborted();
    const { bars, findings: found } = await pairBars(context, { symbol, periodMs, files });
    if (barCount(bars) === 0) throw new InvalidData(`pairs: expected bars of ${symbol} in the window, found none`);
    findings.push(...found, passed(symbol, barCount(bars), `${barCount(bars)} bars of ${symbol}`));
    await context.outputs.table(`pairs/${symbol}`, 'ares.bars', barsToTable(bars));
    context.progress((i + 1) / (pairs.length + 1), `bars of ${symbol}`);
  }
}

type Pair = DataCollectionParameters['pairs'][number];

async function pairBars(context: Context, pair: Pair): Promise<{ bars: Bars; findings: readonly QualityFinding[] }> {
  const { simulation, window } = context.parameters;
  const { symbol, periodMs, files } = pair;
  if (simulation !== null) return { bars: simulatePairBars(simulatedMarket(context.parameters), { symbol, ...simulation.pair }), findings: [] };
  const read = await sourceOf(context).readBars({ ...requestFor(context, files, symbol), window, periodMs });
  return { bars: resampleBars(barsFromTable(read.table), FINE_PERIOD_MS, window.toMs), findings: read.findings };
}
