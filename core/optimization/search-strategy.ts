/** Step 12's search: the groups of strategy parameters one after another, each point scored by a backtest on selection. */
import type { Abort } from '../abort.js';
import type { BacktestMarket } from '../backtest/backtest-market.js';
import type { BarrierChoice } from '../backtest/barrier-choice.js';
import type { Decisions } from '../backtest/decisions.js';
import { runBacktest } from '../backtest/run-backtest.js';
import { STRATEGY_SPACE } from '../backtest/strategy-space.js';
import type { ParameterGroup, StrategyParameters } from '../backtest/strategy-parameters.js';
import { PARAMETER_GROUPS, withGroup } from '../backtest/strategy-parameters.js';
import type { BacktestSummary } from '../backtest/summarize-backtest.js';
import { summarizeBacktest } from '../backtest/summarize-backtest.js';
import type { TradingCosts } from '../backtest/trading-costs.js';
import type { Parts } from '../parts.js';
import { COMPUTE_ALL } from '../parts.js';
import { deriveSeed } from '../stats/random.js';
import { compromisePoint, paretoFront } from './pareto-front.js';
import { tpeSampler } from './sampler-tpe.js';
import type { ParameterSet } from './search-space.js';
import type { Trial } from './search-trial.js';
import { searchTrials } from './search-trials.js';

export interface StrategySearch {
  readonly decisions: Decisions;
  readonly market: BacktestMarket;
  readonly barriers: BarrierChoice;
  readonly costs: TradingCosts;
  /** Where the search starts, and what it falls back to. */
  readonly start: StrategyParameters;
  /** New points a group. */
  readonly trials: number;
  /** A point with fewer trades tells nothing. */
  readonly minimumTrades: number;
  readonly seed: number;
  readonly signal?: Abort;
  /** Each trial's backtest is a part. */
  readonly parts?: Parts;
  readonly onTrial?: (trial: StrategyTrial) => Promise<void> | void;
}

export interface StrategyTrial extends Trial {
  readonly group: ParameterGroup;
  readonly summary: BacktestSummary;
}

export interface ParetoPoint {
  readonly trial: number;
  readonly sharpe: number;
  readonly drawdown: number;
  readonly turnover: number;
  readonly chosen: boolean;
  readonly parameters: ParameterSet;
}

export interface StrategySearchResult {
  /** insufficient: no point had enough trades; `parameters` are then the start. */
  readonly status: 'searched' | 'insufficient';
  readonly parameters: StrategyParameters;
  /** In order of evaluation; trial 0 of each group is the incumbent. */
  readonly trials: readonly StrategyTrial[];
  /** Front of the thresholds' trials; empty when none had enough trades. */
  readonly pareto: readonly ParetoPoint[];
}

/**
 * The best parameters found, group by group (PARAMETER_GROUPS), each with the earlier groups' choices in place. A point's
 * objective is minus its Sharpe ratio. The thresholds are chosen off the Pareto front of Sharpe ratio, drawdown and
 * turnover by the compromise rule; the other groups take the least objective, the incumbent where nothing beats it.
 */
export async function searchStrategy(search: StrategySearch): Promise<StrategySearchResult> {
  const trials: StrategyTrial[] = [];
  let parameters = search.start;
  let pareto: readonly ParetoPoint[] = [];
  for (const group of PARAMETER_GROUPS) {
    const own = await searchGroup(search, group, parameters);
    trials.push(...own);
    if (group === 'thresholds') {
      pareto = thresholdFront(own);
      const chosen = pareto.find((point) => point.chosen);
      if (chosen !== undefined) parameters = withGroup(parameters, group, chosen.parameters);
      continue;
    }
    let best: StrategyTrial | null = null;
    for (const trial of own) if (trial.objective !== null && (best === null || trial.objective < best.objective!)) best = trial;
    if (best !== null) parameters = withGroup(parameters, group, best.parameters);
  }
  const told = trials.some((trial) => trial.objective !== null);
  return { status: told ? 'searched' : 'insufficient', parameters: told ? parameters : search.start, trials, pareto };
}

async function searchGroup(search: StrategySearch, group: ParameterGroup, incumbent: StrategyParameters): Promise<readonly StrategyTrial[]> {
  const { parts = COMPUTE_ALL } = search;
  const summaries: BacktestSummary[] = [];
  const found: StrategyTrial[] = [];
  const space = STRATEGY_SPACE[group];
  const current = incumbent[group] as Readonly<Record<string, number | string>>;
  await searchTrials({
    space,
    trials: search.trials + 1,
    seed: deriveSeed(search.seed, group),
    sampler: tpeSampler(),
    startingPoints: [Object.fromEntries(Object.keys(space).map((name) => [name, current[name]!]))],
    evaluate: async (point, trial) => {
      const summary = await parts.once(`${group} trial ${trial}`, () => scoreStrategy(search, withGroup(incumbent, group, point)));
      summaries.push(summary);
      return summary.trades < search.minimumTrades || summary.sharpe === null ? null : -summary.sharpe;
    },
    onTrial: async (trial) => {
      const full = { ...trial, group, summary: summaries[trial.trial]! };
      found.push(full);
      await search.onTrial?.(full);
    },
    ...(search.signal === undefined ? {} : { signal: search.signal }),
  });
  return found;
}

function scoreStrategy(search: StrategySearch, parameters: StrategyParameters): BacktestSummary {
  const result = runBacktest(search.decisions, search.market, { parameters, barriers: search.barriers, costs: search.costs, capital: 'compounding' });
  return summarizeBacktest(result, search.market.periodMs);
}

function thresholdFront(trials: readonly StrategyTrial[]): readonly ParetoPoint[] {
  const told = trials.filter((trial) => trial.objective !== null);
  if (told.length === 0) return [];
  const objectives = told.map((trial) => [trial.objective!, trial.summary.maxDrawdown, trial.summary.turnoverPerYear]);
  const front = paretoFront(objectives);
  const chosen = compromisePoint(objectives, front);
  return front.map((i) => ({
    trial: told[i]!.trial,
    sharpe: told[i]!.summary.sharpe!,
    drawdown: told[i]!.summary.maxDrawdown,
    turnover: told[i]!.summary.turnoverPerYear,
    chosen: i === chosen,
    parameters: told[i]!.parameters,
  }));
}
