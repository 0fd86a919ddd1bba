/** Step 13: in each rolling window the chain is fitted anew by its own step functions and scored on the window's test. */
import type { EquityCurve } from '../core/backtest/backtest-result.js';
import { equityTable } from '../core/backtest/backtest-result.js';
import { prepareMarket } from '../core/backtest/backtest-market.js';
import { runBaselines } from '../core/backtest/baselines.js';
import type { BacktestSummary } from '../core/backtest/summarize-backtest.js';
import { summarizeBacktest } from '../core/backtest/summarize-backtest.js';
import { barsToTable, lowerBound } from '../core/data/bars.js';
import type { Table } from '../core/data/table.js';
import { float64Column, makeTable, sliceTable } from '../core/data/table.js';
import { areaUnderCurve } from '../core/metrics/classification.js';
import type { RegimeModel } from '../core/regimes/regime-model.js';
import type { CombinedFigures } from '../core/validation/combine-windows.js';
import { combineFigures, concatenateEquity } from '../core/validation/combine-windows.js';
import { directionLabels } from '../core/validation/direction-labels.js';
import type { SegmentData, SegmentTerms } from '../core/validation/score-segment.js';
import { scoreSegment } from '../core/validation/score-segment.js';
import { canonicalJson } from '../pipeline/canonical-json.js';
import { checkpointWithin } from '../pipeline/checkpoint.js';
import { chainParameters } from '../pipeline/chain-parameters.js';
import { errorNameOf } from '../pipeline/errors.js';
import type { Segments, Span } from '../pipeline/plan.js';
import type { StepContext, StepFunction } from '../pipeline/step-context.js';
import type { WalkForwardValidationParameters } from '../pipeline/steps/walk-forward-validation.js';
import type { WindowPlan } from '../pipeline/walk-forward.js';
import { CHAIN_STEPS } from './chain-steps.js';
import { readFineBars } from './fine-bars.js';
import type { ArtifactMemory } from './in-process-steps.js';
import { makeArtifactMemory, memoryInputs, runStepInProcess } from './in-process-steps.js';
import { loadChain } from './load-chain.js';
import type { RegimeAgreement } from './regime-agreement.js';
import { regimeAgreement } from './regime-agreement.js';

type Context = StepContext<WalkForwardValidationParameters>;

/** The `window/<name>` artifact. */
export interface WindowResult {
  readonly name: string;
  readonly segments: Segments;
  /** insufficient: a step of the chain had too little data in this window; no position is then taken in its test. */
  readonly status: 'scored' | 'insufficient';
  /** The step and what it said; null when scored. */
  readonly reason: string | null;
  readonly strategy: BacktestSummary;
  readonly buyAndHold: BacktestSummary;
  /** Of the analyst's calibrated probabilities on the test's signals; null where labels are of one kind or none. */
  readonly auc: number | null;
  readonly signals: number;
}

/** The `summary` artifact. */
export interface WalkForwardSummary {
  readonly scheme: 'rolling';
  readonly windows: number;
  readonly scored: number;
  readonly insufficient: number;
  readonly strategy: CombinedFigures;
  readonly buyAndHoldReturn: number;
  /** Share of scored windows with a net gain; null without a scored window. */
  readonly gainingShare: number | null;
  readonly trades: number;
}

/** A unit writes `window/<name>`, `equity/<name>` and, where step 2 had data enough, `regime-model/<name>`; combining writes `windows`, `equity` and `summary`. */
export const validateWalkForward: StepFunction<WalkForwardValidationParameters> = async (context) => {
  if (context.unit === null) await combine(context);
  else await validateWindow(context, context.unit);
};

async function validateWindow(context: Context, name: string): Promise<void> {
  const window = windowOf(context, name);
  const data = await windowData(context, window.plan.window);
  const parameters = chainParameters(window.plan);
  const { test } = parameters.segments;
  const terms: SegmentTerms = { ...test, periodMs: parameters.periodMs, market: parameters.market, costs: parameters.costs };
  const fitted = await fitChain(context, window, data);
  const scored = fitted.reason === null ? await scoreWindow(context, { memory: fitted.memory, data, terms, window }) : scoreIdle(data, terms);
  const result: WindowResult = {
    name,
    segments: parameters.segments,
    status: fitted.reason === null ? 'scored' : 'insufficient',
    reason: fitted.reason,
    strategy: scored.strategy,
    buyAndHold: scored.buyAndHold,
    auc: scored.auc,
    signals: scored.signals,
  };
  await context.outputs.json(`window/${name}`, 'ares.window-result', result);
  await context.outputs.table(`equity/${name}`, 'ares.equity', equityTable(scored.equity));
  if (fitted.memory.artifacts.has('market-regime-classification')) {
    const model = await memoryInputs(fitted.memory).json<RegimeModel>('market-regime-classification', 'regime-model');
    await context.outputs.json(`regime-model/${name}`, 'ares.regime-model', model);
  }
  context.count({ rowsIn: data.fineBars.openTimeMs.length, rowsOut: scored.strategy.trades });
}

function windowOf(context: Context, name: string): WindowPlan {
  const window = context.parameters.windows.find((candidate) => candidate.name === name);
  if (window === undefined)
    throw new RangeError(`unknown window ${name}; expected one of ${context.parameters.windows.map((candidate) => candidate.name).join(', ')}`);
  return window;
}

/** The window's own slice of bars and funding: nothing outside it reaches the window's chain. */
async function windowData(context: Context, span: Span): Promise<SegmentData> {
  const funding = await context.inputs.table('data-collection', 'funding', 'ares.funding');
  const times = float64Column(funding, 'timeMs');
  return {
    fineBars: await readFineBars(context.inputs, span),
    funding: sliceTable(funding, lowerBound(times, span.fromMs), lowerBound(times, span.toMs)),
  };
}

/** Steps 2 to 12 over the window's data; too little data is a result, every other failure passes on. */
async function fitChain(context: Context, window: WindowPlan, data: SegmentData): Promise<{ memory: ArtifactMemory; reason: string | null }> {
  const memory = makeArtifactMemory();
  memory.artifacts.set(
    'data-collection',
    new Map([
      ['bars', { table: barsToTable(data.fineBars) }],
      ['funding', { table: data.funding }],
    ]),
  );
  const { ports, execution, signal, checkpoint } = context;
  for (const [index, step] of CHAIN_STEPS.entries()) {
    const progress = (fraction: number, message: string): void =>
      context.progress((index + fraction) / (CHAIN_STEPS.length + 1), `${step.definition.id}: ${message}`);
    const { id } = step.definition;
    // A finished step is its artifacts; the parts within one that was cut off lie below its name.
    const made = await checkpoint.once(id, async () => {
      try {
        await runStepInProcess(step, window.plan, { memory, ports, execution, signal, checkpoint: checkpointWithin(checkpoint, id), progress });
        return { artifacts: memory.artifacts.get(id) ?? new Map<string, never>(), reason: null };
      } catch (error) {
        if (errorNameOf(error) !== 'InsufficientData') throw error;
        // What it wrote before is no result, and is not there when the failure comes out of the checkpoint.
        memory.artifacts.delete(id);
        return { artifacts: null, reason: `${id}: ${(error as Error).message}` };
      }
    });
    if (made.artifacts === null) return { memory, reason: made.reason };
    memory.artifacts.set(id, made.artifacts);
  }
  return { memory, reason: null };
}

interface Scored extends Pick<WindowResult, 'strategy' | 'buyAndHold' | 'auc' | 'signals'> {
  readonly equity: EquityCurve;
}

interface FittedWindow {
  readonly memory: ArtifactMemory;
  readonly data: SegmentData;
  readonly terms: SegmentTerms;
  readonly window: WindowPlan;
}

async function scoreWindow(context: Context, { memory, data, terms, window }: FittedWindow): Promise<Scored> {
  const inputs = memoryInputs(memory);
  const { fromMs, toMs } = terms;
  const { symbol } = window.plan.spec;
  await context.ports.ledger.record({
    dataKey: context.ports.sha256(canonicalJson({ symbol, market: terms.market, fromMs, toMs })),
    modelKey: context.ports.sha256(canonicalJson(await inputs.json('final-parameters-optimization', 'parameters'))),
    symbol,
    fromMs,
    toMs,
  });
  const chain = await loadChain(inputs, context.ports);
  try {
    const score = scoreSegment(chain, data, terms);
    const labels = directionLabels(chain, data.fineBars, { timeMs: score.decisions.signalTimeMs, untilMs: toMs });
    const known = Int32Array.from(labels.keys()).filter((row) => Number.isFinite(labels[row]));
    const auc = areaUnderCurve(
      Float64Array.from(known, (row) => labels[row] as number),
      Float64Array.from(known, (row) => score.decisions.analyst[row] as number),
    );
    return {
      strategy: summarizeBacktest(score.result, terms.periodMs),
      buyAndHold: summarizeBacktest(score.baselines.buyAndHold, terms.periodMs),
      auc: Number.isFinite(auc) ? auc : null,
      signals: labels.length,
      equity: score.result.equity,
    };
  } finally {
    chain.dispose();
  }
}

/** Without a chain no position is taken. */
function scoreIdle(data: SegmentData, terms: SegmentTerms): Scored {
  const { buyAndHold, flat } = runBaselines(prepareMarket(data.fineBars, data.funding, terms), terms.costs, 0);
  return {
    strategy: summarizeBacktest(flat, terms.periodMs),
    buyAndHold: summarizeBacktest(buyAndHold, terms.periodMs),
    auc: null,
    signals: 0,
    equity: flat.equity,
  };
}

async function combine(context: Context): Promise<void> {
  const { inputs, outputs, parameters } = context;
  const results: WindowResult[] = [];
  const curves: EquityCurve[] = [];
  for (const { name } of parameters.windows) {
    results.push(await inputs.json<WindowResult>('walk-forward-validation', `window/${name}`));
    curves.push(equityOf(await inputs.table('walk-forward-validation', `equity/${name}`, 'ares.equity')));
  }
  const scored = results.filter((result) => result.status === 'scored');
  const first = parameters.windows[0] as WindowPlan;
  const summary: WalkForwardSummary = {
    scheme: 'rolling',
    windows: results.length,
    scored: scored.length,
    insufficient: results.length - scored.length,
    strategy: combineFigures(curves, chainParameters(first.plan).periodMs),
    buyAndHoldReturn: results.reduce((growth, result) => growth * (1 + result.buyAndHold.netReturn), 1) - 1,
    gainingShare: scored.length === 0 ? null : scored.filter((result) => result.strategy.netReturn > 0).length / scored.length,
    trades: results.reduce((sum, result) => sum + result.strategy.trades, 0),
  };
  await outputs.table('windows', 'ares.walk-forward', windowsTable(results, await regimeAgreement(inputs, results)));
  await outputs.table('equity', 'ares.equity', equityTable(concatenateEquity(curves)));
  await outputs.json('summary', 'ares.walk-forward-summary', summary);
  context.count({ rowsIn: curves.reduce((sum, curve) => sum + curve.timeMs.length, 0), rowsOut: results.length });
}

function equityOf(table: Table): EquityCurve {
  return {
    timeMs: float64Column(table, 'timeMs'),
    equity: float64Column(table, 'equity'),
    position: float64Column(table, 'position'),
    price: float64Column(table, 'price'),
  };
}

function windowsTable(results: readonly WindowResult[], agreement: RegimeAgreement): Table {
  const column = (value: (result: WindowResult) => number | null): Float64Array => Float64Array.from(results, (result) => value(result) ?? Number.NaN);
  return makeTable({
    window: Int32Array.from(results.keys()),
    trainFromMs: column((result) => result.segments.train.fromMs),
    testFromMs: column((result) => result.segments.test.fromMs),
    testToMs: column((result) => result.segments.test.toMs),
    trades: Int32Array.from(results, (result) => result.strategy.trades),
    netReturn: column((result) => result.strategy.netReturn),
    sharpe: column((result) => result.strategy.sharpe),
    maxDrawdown: column((result) => result.strategy.maxDrawdown),
    auc: column((result) => result.auc),
    buyAndHoldReturn: column((result) => result.buyAndHold.netReturn),
    regimeAgreement: agreement.named,
    regimeAgreementBest: agreement.best,
    status: results.map((result) => result.status),
    reason: results.map((result) => result.reason ?? ''),
  });
}
