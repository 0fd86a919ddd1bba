/** Step 12: the strategy's parameters, searched on the selection segment through the backtest. */
import { assembleDecisions } from '../core/backtest/assemble-decisions.js';
import type { BacktestMarket } from '../core/backtest/backtest-market.js';
import { prepareMarket } from '../core/backtest/backtest-market.js';
import { equityTable, tradesTable } from '../core/backtest/backtest-result.js';
import { runBaselines } from '../core/backtest/baselines.js';
import type { BarrierChoice } from '../core/backtest/barrier-choice.js';
import type { Decisions } from '../core/backtest/decisions.js';
import { runBacktest } from '../core/backtest/run-backtest.js';
import type { StrategyParameters } from '../core/backtest/strategy-parameters.js';
import { DEFAULT_STRATEGY_PARAMETERS, PARAMETER_GROUPS } from '../core/backtest/strategy-parameters.js';
import type { BacktestSummary } from '../core/backtest/summarize-backtest.js';
import { summarizeBacktest } from '../core/backtest/summarize-backtest.js';
import type { Table } from '../core/data/table.js';
import { float64Column, makeTable, textColumn } from '../core/data/table.js';
import type { LabelChoice } from '../core/labels/label-choice.js';
import type { ParetoPoint, StrategySearchResult, StrategyTrial } from '../core/optimization/search-strategy.js';
import { searchStrategy } from '../core/optimization/search-strategy.js';
import { periodsPerYear, sharpe, simpleReturns } from '../core/metrics/performance.js';
import { mean, moments, variance } from '../core/stats/moments.js';
import { deflatedSharpe } from '../core/validation/sharpe-significance.js';
import { canonicalJson } from '../pipeline/canonical-json.js';
import type { RowLog, StepContext, StepFunction } from '../pipeline/step-context.js';
import type { FinalParametersOptimizationParameters } from '../pipeline/steps/final-parameters-optimization.js';
import { readFineBars } from './fine-bars.js';

type Context = StepContext<FinalParametersOptimizationParameters>;

const DAY_MS = 86_400_000;

/** The pooled single model, as step 5 leaves it. */
const POOLED_PREDICTIONS = 'later/POOLED/lightgbm';

/** The `summary` artifact. */
export interface FinalParametersSummary {
  /** insufficient: no point had `minimumTrades` trades on selection, the defaults serve. */
  readonly status: StrategySearchResult['status'];
  readonly reason: string;
  readonly minimumTrades: number;
  /** Points evaluated, the incumbents included. */
  readonly trials: number;
  readonly thresholdRule: string;
  readonly barriers: BarrierChoice;
  /** On selection: the chosen parameters, the defaults, and the baselines. */
  readonly chosen: BacktestSummary;
  readonly defaults: BacktestSummary;
  readonly buyAndHold: BacktestSummary;
  readonly flat: BacktestSummary;
  /** P(Sharpe > best of the trials by luck), variance of the trials' Sharpe ratios with ddof 1; null below two told trials. */
  readonly deflatedSharpe: number | null;
}

/** Writes `parameters`, `trials`, `pareto`, `trades`, `equity` and `summary`. @throws InsufficientData when selection holds no bar */
export const optimizeFinalParameters: StepFunction<FinalParametersOptimizationParameters> = async (context) => {
  const { parameters: options, outputs } = context;
  const { decisions, market, barriers, calibrationSample } = await readSelection(context);
  const start: StrategyParameters = {
    ...DEFAULT_STRATEGY_PARAMETERS,
    sizing: { ...DEFAULT_STRATEGY_PARAMETERS.sizing, probabilityError: probabilityError(calibrationSample) },
    fittedUntilMs: options.segments.selection.toMs,
  };
  const log = await outputs.log('trials', 'ares.trials');
  const all = PARAMETER_GROUPS.length * (options.trials + 1);
  let done = 0;
  const found = await searchStrategy({
    decisions,
    market,
    barriers,
    start,
    costs: options.costs,
    trials: options.trials,
    minimumTrades: options.minimumEffectiveSample,
    seed: context.seed('search'),
    signal: context.signal,
    parts: context.checkpoint,
    onTrial: async (trial) => {
      await appendTrial(log, trial);
      context.progress(++done / all, `${trial.group} trial ${trial.trial}`);
    },
  });
  await log.close();
  const settings = { barriers, costs: options.costs, capital: 'compounding' } as const;
  const best = runBacktest(decisions, market, { ...settings, parameters: found.parameters });
  const summarize = (parameters: StrategyParameters): BacktestSummary =>
    summarizeBacktest(runBacktest(decisions, market, { ...settings, parameters }), options.periodMs);
  const baselines = runBaselines(market, options.costs, decisions.volatility.length === 0 ? 0 : mean(decisions.volatility));
  const summary: FinalParametersSummary = {
    status: found.status,
    reason: reasonOf(found, options.minimumEffectiveSample),
    minimumTrades: options.minimumEffectiveSample,
    trials: found.trials.length,
    thresholdRule: 'Pareto front of Sharpe ratio, drawdown and turnover; of it the point nearest to the ideal, each objective scaled to the front',
    barriers,
    chosen: summarizeBacktest(best, options.periodMs),
    defaults: summarize(start),
    buyAndHold: summarizeBacktest(baselines.buyAndHold, options.periodMs),
    flat: summarizeBacktest(baselines.flat, options.periodMs),
    deflatedSharpe: deflate(found.trials, best.equity.equity, options.periodMs),
  };
  await outputs.json('parameters', 'ares.strategy-parameters', found.parameters);
  await outputs.table('pareto', 'ares.pareto', paretoTable(found.pareto));
  await outputs.table('trades', 'ares.backtest-trades', tradesTable(best.trades));
  await outputs.table('equity', 'ares.equity', equityTable(best.equity));
  await outputs.json('summary', 'ares.final-parameters', summary);
  context.count({ rowsIn: decisions.entryTimeMs.length, rowsOut: found.trials.length });
};

async function readSelection(context: Context): Promise<{ decisions: Decisions; market: BacktestMarket; barriers: BarrierChoice; calibrationSample: number }> {
  const { inputs, parameters } = context;
  const { selection } = parameters.segments;
  const choice = await inputs.json<LabelChoice>('analyst-labeling-feature-engineering', 'label-choice');
  const calibrated = await inputs.table('confidence-calibration', 'calibrated', 'ares.calibrated');
  const examples = await inputs.table('tactician-labeling', 'labels', 'ares.tactician-labels');
  const decisions = assembleDecisions(
    {
      calibrated,
      examples,
      regimes: await inputs.table('market-regime-classification', 'regimes', 'ares.regimes'),
      pooled: await inputs.table('analyst-specialist-training', POOLED_PREDICTIONS, 'ares.predictions'),
    },
    { segment: 'selection', latestSignalMs: selection.toMs - choice.holdingBars * parameters.periodMs },
  );
  // The day before selection is there for the trailing volume.
  const bars = await readFineBars(inputs, { fromMs: selection.fromMs - DAY_MS, toMs: selection.toMs, extras: false });
  const funding = await inputs.table('data-collection', 'funding', 'ares.funding');
  return {
    decisions,
    market: prepareMarket(bars, funding, { ...selection, periodMs: parameters.periodMs, market: parameters.market }),
    barriers: { takeProfit: choice.takeProfit, stopLoss: choice.stopLoss, holdingBars: choice.holdingBars },
    calibrationSample: effectiveSample(examples, 'calibration'),
  };
}

/** Sum of uniqueness of a segment's examples. */
function effectiveSample(examples: Table, segment: string): number {
  const uniqueness = float64Column(examples, 'uniqueness');
  return textColumn(examples, 'segment').reduce(
    (sum, name, row) => (name === segment && Number.isFinite(uniqueness[row]) ? sum + (uniqueness[row] as number) : sum),
    0,
  );
}

/** Standard error of a rate near one half, seen in a sample of the given effective size; one half without any. */
function probabilityError(sample: number): number {
  return Math.min(0.5, Math.sqrt(0.25 / Math.max(1, sample)));
}

async function appendTrial(log: RowLog, trial: StrategyTrial): Promise<void> {
  await log.append({
    study: trial.group,
    trial: trial.trial,
    parameters: canonicalJson(trial.parameters),
    objective: trial.objective,
    state: trial.state,
    trades: trial.summary.trades,
    sharpe: trial.summary.sharpe,
    maxDrawdown: trial.summary.maxDrawdown,
    turnoverPerYear: trial.summary.turnoverPerYear,
    netReturn: trial.summary.netReturn,
  });
}

function reasonOf(found: StrategySearchResult, minimumTrades: number): string {
  const most = Math.max(...found.trials.map((trial) => trial.summary.trades));
  return found.status === 'searched'
    ? `${found.trials.filter((trial) => trial.objective !== null).length} of ${found.trials.length} points had at least ${minimumTrades} trades`
    : `no point of ${found.trials.length} had ${minimumTrades} trades on selection (the most was ${most}): default parameters`;
}

/** Deflated Sharpe of the chosen equity against the luck of all told trials. */
function deflate(trials: readonly StrategyTrial[], equity: Float64Array, periodMs: number): number | null {
  const perYear = Math.sqrt(periodsPerYear(periodMs));
  const told = trials.filter((trial) => trial.objective !== null).map((trial) => (trial.summary.sharpe as number) / perYear);
  if (told.length < 2) return null;
  const returns = simpleReturns(equity);
  const shape = moments(returns);
  const value = deflatedSharpe(
    { sharpe: sharpe(returns, 1), observations: returns.length, skewness: shape.skewness, kurtosis: shape.kurtosis },
    told.length,
    variance(told),
  );
  return Number.isFinite(value) ? value : null;
}

function paretoTable(points: readonly ParetoPoint[]): Table {
  return makeTable({
    trial: Int32Array.from(points, (point) => point.trial),
    sharpe: Float64Array.from(points, (point) => point.sharpe),
    drawdown: Float64Array.from(points, (point) => point.drawdown),
    turnover: Float64Array.from(points, (point) => point.turnover),
    chosen: Uint8Array.from(points, (point) => (point.chosen ? 1 : 0)),
    parameters: points.map((point) => canonicalJson(point.parameters)),
  });
}
