/** The trained chain applied to raw 1m bars: the one code path of test segments, walk-forward windows and serving. */
import type { Decisions } from '../backtest/decisions.js';
import { applyCalibrator } from '../calibration/calibrator.js';
import type { Bars } from '../data/bars.js';
import { barsKnownBy, lowerBound, upperBound } from '../data/bars.js';
import { resampleBars } from '../data/resample-bars.js';
import { applyEnsemble } from '../ensembles/apply-ensemble.js';
import type { FundingSeries } from '../features/feature.js';
import { eventBars } from '../labels/event-bars.js';
import { exponentialVolatility } from '../labels/exponential-volatility.js';
import { filterRegimes } from '../regimes/regime-model.js';
import { REGIMES } from '../regimes/regime-names.js';
import { analystFeatures } from './analyst-features.js';
import type { FeatureMemo } from './feature-memo.js';
import { NO_MEMO } from './feature-memo.js';
import { predictMembers } from './predict-members.js';
import type { AnalystSignals, TacticianExamples } from './tactician-examples.js';
import { tacticianFeatures } from './tactician-examples.js';
import type { TrainedChain } from './trained-chain.js';

const NO_FUNDING: FundingSeries = { timeMs: new Float64Array(0), rate: new Float64Array(0) };

/** Raw market data, in time order. */
export interface ChainData {
  /**
   * 1m bars. Recursive features depend on where the series begins, so values equal those of training to the bit when the
   * bars begin where the run's window did; begun later they differ by less than the features' stated warm-up error.
   */
  readonly fineBars: Bars;
  /** Payments; null or empty where there are none (spot). */
  readonly funding: FundingSeries | null;
  /** Where features of exactly these bars and payments may be remembered; default nowhere. */
  readonly memo?: FeatureMemo;
}

/** Half-open span of decision times, UTC ms. */
export interface DecisionSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Decisions beside the probabilities before calibration. */
export interface ChainDecisions extends Decisions {
  readonly analystRaw: Float64Array;
  readonly tacticianRaw: Float64Array;
}

/**
 * One row a possible entry whose signal is known at or after `fromMs` and whose entry time lies before `toMs`, by rising
 * entry time; no rows where no signal makes an example. Bars and payments after `toMs` are not looked at, and a row uses
 * only what was known at its entry time.
 * @throws InvalidData when the bars are out of order or lack a feature that a model needs.
 */
export function applyChain(chain: TrainedChain, data: ChainData, span: DecisionSpan): ChainDecisions {
  const fine = barsKnownBy(data.fineBars, span.toMs);
  const bars = resampleBars(fine, chain.periodMs);
  const regimes = filterRegimes(chain.regimeModel, bars);
  // The regime columns come from the model: it is part of the name, for two chains may share one data set.
  const name = `analyst ${chain.rules.features} ${chain.periodMs} until ${span.toMs} by regimes ${JSON.stringify(chain.regimeModel)}`;
  const features = (data.memo ?? NO_MEMO)(name, () =>
    analystFeatures(bars, { regimes, funding: fundingKnownBy(data.funding, span.toMs) }, chain.rules.features),
  );
  const first = lowerBound(bars.closeTimeMs, span.fromMs);
  const volatility = exponentialVolatility(bars.close, chain.labelChoice.volatilitySpanBars);
  // A signal comes where a label would: at the events that the models were trained on.
  const isEvent = eventBars(bars.close, volatility, chain.labelChoice);
  const until = lowerBound(bars.closeTimeMs, span.toMs);
  const rows = Int32Array.from(isEvent.keys()).filter((row) => row >= first && row < until && isEvent[row] === 1);
  const predictions = predictMembers(chain.analyst.classifiers, features, rows);
  const regimesOfRows = takeRegimes(regimes, rows);
  const signals: AnalystSignals = {
    closeTimeMs: takeRows(bars.closeTimeMs, rows),
    probability: applyEnsemble(chain.analyst.ensemble, predictions, regimesOfRows),
    volatility: takeRows(volatility, rows),
    regimes: regimesOfRows,
  };
  const options = { market: chain.rules.market, set: chain.rules.features, holdingMs: chain.rules.holdingMs };
  const examples = tacticianFeatures(signals, fine, options);
  const pooled = predictions.probabilities.get(chain.pooledMember);
  if (pooled === undefined) throw new RangeError(`expected the pooled single model ${chain.pooledMember} among the analyst's members`);
  return decide(chain, { signals, examples, pooled }, span);
}

interface Examined {
  readonly signals: AnalystSignals;
  readonly examples: TacticianExamples;
  readonly pooled: Float64Array;
}

function decide(chain: TrainedChain, { signals, examples, pooled }: Examined, span: DecisionSpan): ChainDecisions {
  // Sequence models look back over examples, so all of them are handed over; the entry time decides which rows stay.
  const kept = Int32Array.from(examples.signal.keys()).filter((i) => examples.entryTimeMs[i] < span.toMs);
  const predictions = predictMembers(chain.tactician.classifiers, examples.features, kept);
  const regimes = takeRegimes(examples.regimes, kept);
  const signal = kept.map((row) => examples.signal[row]);
  const analystRaw = takeRows(signals.probability, signal);
  const tacticianRaw = applyEnsemble(chain.tactician.ensemble, predictions, regimes);
  return {
    signalTimeMs: takeRows(examples.closeTimeMs, kept),
    entryTimeMs: takeRows(examples.entryTimeMs, kept),
    side: kept.map((row) => examples.side[row]),
    analyst: applyCalibrator(chain.analyst.calibrator, analystRaw),
    tactician: applyCalibrator(chain.tactician.calibrator, tacticianRaw),
    pooled: takeRows(pooled, signal),
    volatility: takeRows(examples.volatility, kept),
    regimes,
    analystRaw,
    tacticianRaw,
  };
}

function fundingKnownBy(funding: FundingSeries | null, untilMs: number): FundingSeries {
  if (funding === null) return NO_FUNDING;
  const end = upperBound(funding.timeMs, untilMs);
  return { timeMs: funding.timeMs.subarray(0, end), rate: funding.rate.subarray(0, end) };
}

/** Rows of probabilities [n x 4], row-major. */
function takeRegimes(regimes: Float64Array, rows: Int32Array): Float64Array {
  const width = REGIMES.length;
  const out = new Float64Array(rows.length * width);
  rows.forEach((row, i) => out.set(regimes.subarray(row * width, (row + 1) * width), i * width));
  return out;
}

function takeRows(values: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row]);
}
