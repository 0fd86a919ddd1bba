/** Step 15: champion against challenger on the same test bars, by a rule fixed beforehand. */
import type { BacktestResult } from '../core/backtest/backtest-result.js';
import { equityTable } from '../core/backtest/backtest-result.js';
import { runBacktest } from '../core/backtest/run-backtest.js';
import { DEFAULT_STRATEGY_PARAMETERS } from '../core/backtest/strategy-parameters.js';
import type { BacktestSummary } from '../core/backtest/summarize-backtest.js';
import { summarizeBacktest } from '../core/backtest/summarize-backtest.js';
import type { TrainedChain } from '../core/chain/trained-chain.js';
import { InvalidData } from '../core/errors.js';
import type { AbDecision } from '../core/experiments/ab-verdict.js';
import { AB_RULE, decideAb } from '../core/experiments/ab-verdict.js';
import { pooledDecisions } from '../core/experiments/pooled-decisions.js';
import { periodsPerYear, simpleReturns } from '../core/metrics/performance.js';
import { makeRandom } from '../core/stats/random.js';
import type { SegmentTerms } from '../core/validation/score-segment.js';
import { scoreSegment } from '../core/validation/score-segment.js';
import type { Span } from '../pipeline/plan.js';
import type { StepContext, StepFunction } from '../pipeline/step-context.js';
import type { AbTestingParameters } from '../pipeline/steps/ab-testing.js';
import { recordDecisions } from './decision-records.js';
import { bundleSource, loadChain } from './load-chain.js';
import type { TestSegment } from './test-segment.js';
import { openTestSegment } from './test-segment.js';

type Context = StepContext<AbTestingParameters>;

/** The `verdict` artifact. */
export interface AbVerdict extends AbDecision {
  readonly rule: string;
  /** Registry version, or pooled: the pooled single model with identity calibration and default parameters. */
  readonly champion: string;
  /** Bars compared: the test, or the part of it that begins an embargo after the champion's last data. */
  readonly span: Span;
  /** Annualised Sharpe ratios and all other figures of both sides on that span. */
  readonly championSummary: BacktestSummary;
  readonly challengerSummary: BacktestSummary;
  /** Difference of the annualised Sharpe ratios (challenger minus champion) with its 95 % interval; null where there is none. */
  readonly annualizedDifference: { readonly value: number; readonly low: number; readonly high: number } | null;
  readonly minimumTrades: number;
  readonly paths: number;
}

/** Writes `verdict`, `champion-equity` and `challenger-equity`, and by recordDecisions what stood behind each decision. It compares; it never promotes. */
export const runAbTest: StepFunction<AbTestingParameters> = async (context) => {
  const { parameters, outputs } = context;
  const segment = await openTestSegment(context);
  const rival = await loadChampion(context).catch((error: unknown) => {
    segment.chain.dispose();
    throw error;
  });
  try {
    await recordDecisions(context, segment);
    context.progress(0.1, `${segment.decisions.side.length} decisions recorded`);
    const { champion, challenger, terms, objection } = rival === null ? againstPooled(segment) : againstChain(rival, segment, parameters.chain.embargoMs);
    const { periodMs } = terms;
    context.progress(0.3, 'both sides backtested');
    const decision = decideAb(sideOf(champion), sideOf(challenger), {
      minimumTrades: parameters.chain.minimumEffectiveSample,
      paths: parameters.paths,
      objection,
      random: makeRandom(context.seed('pairs')),
      signal: context.signal,
    });
    const scale = Math.sqrt(periodsPerYear(periodMs));
    const { difference } = decision;
    const verdict: AbVerdict = {
      ...decision,
      rule: AB_RULE,
      champion: parameters.champion?.version ?? 'pooled',
      span: { fromMs: terms.fromMs, toMs: terms.toMs },
      championSummary: summarizeBacktest(champion, periodMs),
      challengerSummary: summarizeBacktest(challenger, periodMs),
      annualizedDifference: difference === null ? null : { value: difference.difference * scale, low: difference.low * scale, high: difference.high * scale },
      minimumTrades: parameters.chain.minimumEffectiveSample,
      paths: parameters.paths,
    };
    await outputs.json('verdict', 'ares.ab-verdict', verdict);
    await outputs.table('champion-equity', 'ares.equity', equityTable(champion.equity));
    await outputs.table('challenger-equity', 'ares.equity', equityTable(challenger.equity));
    context.count({ rowsIn: champion.equity.timeMs.length, rowsOut: 1 });
  } finally {
    rival?.dispose();
    segment.chain.dispose();
  }
};

interface Sides {
  readonly champion: BacktestResult;
  readonly challenger: BacktestResult;
  readonly terms: SegmentTerms;
  /** Why the two cannot be compared on these bars; null when they can. */
  readonly objection: string | null;
}

/** The pooled single model was fitted on the challenger's own train, so the whole test is new to it. */
function againstPooled({ decisions, market, settings, result, terms }: TestSegment): Sides {
  return {
    champion: runBacktest(pooledDecisions(decisions), market, { ...settings, parameters: DEFAULT_STRATEGY_PARAMETERS }),
    challenger: result,
    terms,
    objection: null,
  };
}

/** Both chains on the part of the test that lies an embargo after the champion's last data. */
function againstChain(champion: TrainedChain, segment: TestSegment, embargoMs: number): Sides {
  const seenUntilMs = champion.parameters.fittedUntilMs;
  if (seenUntilMs === null) throw new InvalidData("the champion's bundle does not say which data it was fitted on: parameters.fittedUntilMs is null");
  const { periodMs, toMs } = segment.terms;
  const late = Math.ceil((seenUntilMs + embargoMs - segment.terms.fromMs) / periodMs);
  const newFromMs = segment.terms.fromMs + Math.max(0, late) * periodMs;
  const isNew = newFromMs <= toMs - 2 * periodMs;
  const terms = { ...segment.terms, fromMs: isNew ? newFromMs : segment.terms.fromMs };
  return {
    champion: scoreSegment(champion, segment.data, terms).result,
    challenger: late <= 0 || !isNew ? segment.result : scoreSegment(segment.chain, segment.data, terms).result,
    terms,
    objection: isNew ? null : `the champion was fitted on data until ${new Date(seenUntilMs).toISOString()}: no part of the test is new to it`,
  };
}

async function loadChampion(context: Context): Promise<TrainedChain | null> {
  const { champion } = context.parameters;
  if (champion === null) return null;
  const { ports } = context;
  const bytes = await ports.readObject({ uri: champion.bundleUri, sha256: champion.bundleSha256 });
  return loadChain(bundleSource(await ports.archive.unpack(bytes)), ports);
}

function sideOf(result: BacktestResult): { returns: Float64Array; trades: number } {
  return { returns: simpleReturns(result.equity.equity), trades: result.trades.side.length };
}
