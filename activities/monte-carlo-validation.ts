/** Step 14: block bootstrap of the test returns, and four stress scenarios in which the chain decides anew on shocked bars. */
import { equityTable, tradesTable } from '../core/backtest/backtest-result.js';
import type { BacktestSummary } from '../core/backtest/summarize-backtest.js';
import { summarizeBacktest } from '../core/backtest/summarize-backtest.js';
import { barCount, barsKnownBy, lowerBound } from '../core/data/bars.js';
import type { Table } from '../core/data/table.js';
import { float64Column, makeTable } from '../core/data/table.js';
import { periodsPerYear, sharpe, simpleReturns } from '../core/metrics/performance.js';
import type { TailRisk } from '../core/risk/tail-risk.js';
import { tailRisk } from '../core/risk/tail-risk.js';
import type { PathFigures } from '../core/simulation/bootstrap-paths.js';
import { bootstrapPaths } from '../core/simulation/bootstrap-paths.js';
import { stressBars } from '../core/simulation/stress-bars.js';
import type { StressScenario } from '../core/simulation/stress-scenario.js';
import { STRESS_SCENARIOS } from '../core/simulation/stress-scenarios.js';
import { chooseBlockLength } from '../core/stats/block-length.js';
import { mean } from '../core/stats/moments.js';
import { quantile } from '../core/stats/quantile.js';
import { makeRandom } from '../core/stats/random.js';
import { scoreSegment } from '../core/validation/score-segment.js';
import type { StepContext, StepFunction } from '../pipeline/step-context.js';
import type { MonteCarloValidationParameters } from '../pipeline/steps/monte-carlo-validation.js';
import type { TestSegment } from './test-segment.js';
import { openTestSegment } from './test-segment.js';

type Context = StepContext<MonteCarloValidationParameters>;

const LEVELS = [0.95, 0.99] as const;
/** Bootstrap paths for each replayed path of a scenario: a replay applies the whole chain to the shocked bars. */
const PATHS_PER_REPLAY = 250;
const LEAST_REPLAYS = 2;
/** Bootstrap paths that share a generator and are one part of the step's checkpoint. */
const PATHS_PER_PART = 1000;

/** The `risk` artifact. Amounts are fractions of the capital at the test's begin. */
export interface RiskSummary {
  /** insufficient: fewer trades than `minimumTrades`; the figures then describe mostly idle capital. */
  readonly status: 'estimated' | 'insufficient';
  readonly reason: string;
  readonly minimumTrades: number;
  /** What the resampling assumes, and what is drawn. */
  readonly null: string;
  readonly paths: number;
  /** Mean block in analyst bars (Politis and White). */
  readonly meanBlock: number;
  readonly observations: number;
  readonly test: BacktestSummary;
  readonly buyAndHold: BacktestSummary;
  readonly flat: BacktestSummary;
  /** Of the total return over the test's length. */
  readonly tail: readonly TailRisk[];
  /** 5 %, 50 % and 95 % of the paths. */
  readonly totalReturn: Quantiles;
  readonly maxDrawdown: Quantiles;
  readonly probabilityOfLoss: number;
  /** P(Sharpe at least as large | the same returns less their mean); null where the Sharpe is not computable. */
  readonly noSkillProbability: number | null;
}

export interface Quantiles {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** One entry of the `scenarios` artifact. */
export interface ScenarioResult {
  readonly id: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly paths: number;
  readonly meanReturn: number;
  readonly worstReturn: number;
  readonly meanDrawdown: number;
  readonly worstDrawdown: number;
  readonly meanBuyAndHoldReturn: number;
  readonly meanTrades: number;
  /** Paths in which the drawdown limit ended trading. */
  readonly stopped: number;
}

/** Writes `paths`, `risk`, `scenarios`, and the test's own `trades` and `equity`. */
export const validateMonteCarlo: StepFunction<MonteCarloValidationParameters> = async (context) => {
  const { outputs, parameters } = context;
  const segment = await openTestSegment(context);
  try {
    const returns = simpleReturns(segment.result.equity.equity);
    const meanBlock = chooseBlockLength(returns).stationary;
    const figures = await drawPaths(context, 'bootstrap', { returns, meanBlock });
    context.progress(0.2, `${parameters.paths} bootstrap paths`);
    const replays = await runScenarios(context, segment);
    await outputs.table('paths', 'ares.paths', pathsTable(figures, periodsPerYear(segment.terms.periodMs), replays));
    await outputs.json('risk', 'ares.risk', await summarizeRisk(context, { segment, returns, figures, meanBlock }));
    await outputs.json(
      'scenarios',
      'ares.scenarios',
      replays.map(({ scenario, paths }) => summarizeScenario(scenario, paths)),
    );
    await outputs.table('trades', 'ares.backtest-trades', tradesTable(segment.result.trades));
    await outputs.table('equity', 'ares.equity', equityTable(segment.result.equity));
    context.count({ rowsIn: returns.length, rowsOut: parameters.paths + replays.reduce((sum, { paths }) => sum + paths.length, 0) });
  } finally {
    segment.chain.dispose();
  }
};

/** As many paths as the plan asks for, in parts, each with a generator of its own. */
async function drawPaths(context: Context, name: string, sample: { returns: Float64Array; meanBlock: number }): Promise<PathFigures> {
  const { paths } = context.parameters;
  const out = { totalReturn: new Float64Array(paths), maxDrawdown: new Float64Array(paths), sharpe: new Float64Array(paths) };
  for (let from = 0; from < paths; from += PATHS_PER_PART) {
    const drawn = await context.checkpoint.once(`${name} from path ${from}`, () =>
      bootstrapPaths(sample.returns, {
        paths: Math.min(PATHS_PER_PART, paths - from),
        meanBlock: sample.meanBlock,
        random: makeRandom(context.seed(name, from)),
        signal: context.signal,
      }),
    );
    for (const figure of ['totalReturn', 'maxDrawdown', 'sharpe'] as const) out[figure].set(drawn[figure], from);
  }
  return out;
}

interface Replay {
  readonly strategy: BacktestSummary;
  readonly buyAndHold: BacktestSummary;
}

interface ScenarioReplays {
  readonly scenario: StressScenario;
  readonly paths: readonly Replay[];
}

/** Each scenario's paths: the test's bars shocked, features, regimes and decisions computed anew from them. */
async function runScenarios(context: Context, segment: TestSegment): Promise<readonly ScenarioReplays[]> {
  const { terms, chain } = segment;
  const bars = barsKnownBy(segment.data.fineBars, terms.toMs);
  const count = barCount(bars) - lowerBound(bars.openTimeMs, terms.fromMs);
  const funding = withoutMarks(segment.data.funding);
  const replays = Math.max(LEAST_REPLAYS, Math.round(context.parameters.paths / PATHS_PER_REPLAY));
  let done = 0;
  const replay = (scenario: StressScenario, path: number): Replay => {
    const shock = scenario.draw(count, makeRandom(context.seed(scenario.id, path)));
    const costs = { ...terms.costs, halfSpreadBps: terms.costs.halfSpreadBps * shock.halfSpread };
    const score = scoreSegment(chain, { fineBars: stressBars(bars, terms.fromMs, shock), funding }, { ...terms, costs });
    return { strategy: summarizeBacktest(score.result, terms.periodMs), buyAndHold: summarizeBacktest(score.baselines.buyAndHold, terms.periodMs) };
  };
  const results: ScenarioReplays[] = [];
  for (const scenario of STRESS_SCENARIOS) {
    const paths: Replay[] = [];
    for (let path = 0; path < replays; path++) {
      context.signal.throwIfAborted();
      paths.push(await context.checkpoint.once(`${scenario.id} path ${path}`, () => replay(scenario, path)));
      context.progress(0.2 + (0.8 * ++done) / (replays * STRESS_SCENARIOS.length), `${scenario.id}, path ${path + 1} of ${replays}`);
    }
    results.push({ scenario, paths });
  }
  return results;
}

/** Recorded mark prices do not fit shocked bars: the shocked close stands in. */
function withoutMarks(funding: Table): Table {
  const timeMs = float64Column(funding, 'timeMs');
  return makeTable({ timeMs, rate: float64Column(funding, 'rate'), markPrice: new Float64Array(timeMs.length).fill(Number.NaN) });
}

function pathsTable(figures: PathFigures, yearPeriods: number, replays: readonly ScenarioReplays[]): Table {
  const rows = replays.flatMap(({ scenario, paths }) => paths.map((replay, path) => ({ scenario: scenario.id, path, ...replay.strategy })));
  const bootstrapped = figures.totalReturn.length;
  return makeTable({
    scenario: [...new Array<string>(bootstrapped).fill('bootstrap'), ...rows.map((row) => row.scenario)],
    path: Int32Array.from([...figures.totalReturn.keys(), ...rows.map((row) => row.path)]),
    totalReturn: Float64Array.from([...figures.totalReturn, ...rows.map((row) => row.netReturn)]),
    maxDrawdown: Float64Array.from([...figures.maxDrawdown, ...rows.map((row) => row.maxDrawdown)]),
    sharpe: Float64Array.from([...figures.sharpe.map((value) => value * Math.sqrt(yearPeriods)), ...rows.map((row) => row.sharpe ?? Number.NaN)]),
  });
}

interface RiskInput {
  readonly segment: TestSegment;
  readonly returns: Float64Array;
  readonly figures: PathFigures;
  readonly meanBlock: number;
}

async function summarizeRisk(context: Context, { segment, returns, figures, meanBlock }: RiskInput): Promise<RiskSummary> {
  const { paths, chain } = context.parameters;
  const { periodMs } = segment.terms;
  const trades = segment.result.trades.side.length;
  const enough = trades >= chain.minimumEffectiveSample;
  return {
    status: enough ? 'estimated' : 'insufficient',
    reason: `${trades} trades in the test, ${enough ? 'at least' : 'fewer than'} ${chain.minimumEffectiveSample}`,
    minimumTrades: chain.minimumEffectiveSample,
    null: 'the test returns of this strategy are stationary and independent beyond a block; paths as long as the test, drawn by the stationary bootstrap',
    paths,
    meanBlock,
    observations: returns.length,
    test: summarizeBacktest(segment.result, periodMs),
    buyAndHold: summarizeBacktest(segment.baselines.buyAndHold, periodMs),
    flat: summarizeBacktest(segment.baselines.flat, periodMs),
    tail: LEVELS.map((level) => tailRisk(figures.totalReturn, level)),
    totalReturn: quantiles(figures.totalReturn),
    maxDrawdown: quantiles(figures.maxDrawdown),
    probabilityOfLoss: figures.totalReturn.filter((value) => value < 0).length / paths,
    noSkillProbability: await noSkillProbability(context, returns, meanBlock),
  };
}

/** Share of paths of the centred returns whose Sharpe ratio reaches the observed one, the observed counted among them. */
async function noSkillProbability(context: Context, returns: Float64Array, meanBlock: number): Promise<number | null> {
  const observed = sharpe(returns, 1);
  if (!Number.isFinite(observed)) return null;
  const { paths } = context.parameters;
  const centre = mean(returns);
  const drawn = await drawPaths(context, 'no-skill', { returns: returns.map((value) => value - centre), meanBlock });
  return (1 + drawn.sharpe.filter((value) => value >= observed).length) / (1 + paths);
}

function quantiles(values: Float64Array): Quantiles {
  return { low: quantile(values, 0.05), median: quantile(values, 0.5), high: quantile(values, 0.95) };
}

function summarizeScenario(scenario: StressScenario, paths: readonly Replay[]): ScenarioResult {
  const of = (value: (replay: Replay) => number): number[] => paths.map(value);
  const returns = of((replay) => replay.strategy.netReturn);
  const drawdowns = of((replay) => replay.strategy.maxDrawdown);
  return {
    id: scenario.id,
    description: scenario.description,
    parameters: scenario.parameters,
    paths: paths.length,
    meanReturn: mean(returns),
    worstReturn: Math.min(...returns),
    meanDrawdown: mean(drawdowns),
    worstDrawdown: Math.max(...drawdowns),
    meanBuyAndHoldReturn: mean(of((replay) => replay.buyAndHold.netReturn)),
    meanTrades: mean(of((replay) => replay.strategy.trades)),
    stopped: paths.filter((replay) => replay.strategy.stoppedAtMs !== null).length,
  };
}
