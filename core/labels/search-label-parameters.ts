/** The preliminary search over take-profit, stop-loss and holding period: a basic backtest on purged folds of train. */
import type { Bars } from '../data/bars.js';
import type { EventRule } from './event-bars.js';
import type { LabelCandidate, LabelChoice, ScoredLabelCandidate } from './label-choice.js';
import { planPurgedFolds } from '../validation/purged-folds.js';
import { eventBars } from './event-bars.js';
import { VOLATILITY_SPAN_BARS } from './exponential-volatility.js';
import { computeTripleBarrier } from './triple-barrier.js';
import { computeUniqueness, effectiveSampleSize } from './uniqueness.js';

export interface LabelSearchOptions extends EventRule {
  readonly takeProfit: readonly number[];
  readonly stopLoss: readonly number[];
  readonly holdingBars: readonly number[];
  readonly periodMs: number;
  readonly folds: number;
  readonly embargoMs: number;
  /** Taker fee and half-spread of one fill, as a fraction of the price; paid twice. */
  readonly costPerFill: number;
  /** Called between candidates with the share done. */
  readonly progress?: (fraction: number) => void;
}

/** Bars that a rule looks back; each is tried following and opposing the move. */
const LOOKBACKS = [1, 4, 16] as const;

/** Least sum of uniqueness of a fold's train part and of its left-out part. */
const MINIMUM_FOLD_SAMPLE = 5;

const SCORE =
  'mean over the left-out folds of the t statistic (uniqueness-weighted mean over standard deviation of the net log return a trade, ' +
  'times the root of the summed uniqueness) of the one of six rules (follow or oppose the move of the last 1, 4 or 16 bars) with the highest t on the other folds';

/**
 * The candidate with the highest score, the first of equal ones; candidates in the order takeProfit, stopLoss, holdingBars (last
 * fastest). `bars` are those known by the end of train and nothing after is looked at; `volatility` is theirs. A trade enters at
 * the row's close, its target in its own direction, and pays two fills; rows that are no events, or whose outcome is not known within the
 * bars, are out.
 * Where any fold of every candidate has too little data the first candidate stands, with status insufficient.
 */
export function searchLabelParameters(bars: Bars, volatility: Float64Array, options: LabelSearchOptions): LabelChoice {
  const candidates = options.takeProfit.flatMap((takeProfit) =>
    options.stopLoss.flatMap((stopLoss) => options.holdingBars.map((holdingBars): LabelCandidate => ({ takeProfit, stopLoss, holdingBars }))),
  );
  if (candidates.length === 0) throw new RangeError('expected at least one candidate of takeProfit, stopLoss and holdingBars, found none');
  const sides = ruleSides(bars.close);
  const isEvent = eventBars(bars.close, volatility, options);
  const scored = candidates.map((candidate, i) => {
    options.progress?.(i / candidates.length);
    return scoreCandidate(bars, volatility, { candidate, sides, isEvent, options });
  });
  const best = scored.reduce<ScoredLabelCandidate | null>((top, next) => (next.score !== null && (top === null || next.score > top.score!) ? next : top), null);
  const { takeProfit, stopLoss, holdingBars } = best ?? candidates[0];
  return {
    takeProfit,
    stopLoss,
    holdingBars,
    holdingMs: holdingBars * options.periodMs,
    volatilitySpanBars: VOLATILITY_SPAN_BARS,
    events: options.events ?? 'bars',
    cusumThreshold: options.cusumThreshold ?? 1,
    status: best === null ? 'insufficient' : 'chosen',
    reason:
      best === null
        ? `every candidate has a fold with less than ${MINIMUM_FOLD_SAMPLE} independent labels in train; the first candidate stands`
        : `highest of ${scored.filter(({ score }) => score !== null).length} scored candidates`,
    score: SCORE,
    candidates: scored,
  };
}

interface Rule {
  readonly name: string;
  /** 1, -1 or 0 (no trade) a bar. */
  readonly side: Float64Array;
}

function ruleSides(close: Float64Array): readonly Rule[] {
  return LOOKBACKS.flatMap((lookback) =>
    (
      [
        ['follow', 1],
        ['oppose', -1],
      ] as const
    ).map(
      ([name, sign]): Rule => ({
        name: `${name}-${lookback}`,
        side: close.map((price, t) => (t < lookback ? 0 : sign * Math.sign(price - close[t - lookback]))),
      }),
    ),
  );
}

interface Trial {
  readonly candidate: LabelCandidate;
  readonly sides: readonly Rule[];
  readonly isEvent: Uint8Array;
  readonly options: LabelSearchOptions;
}

function scoreCandidate(bars: Bars, volatility: Float64Array, { candidate, sides, isEvent, options }: Trial): ScoredLabelCandidate {
  const barriers = { takeProfit: candidate.takeProfit, stopLoss: candidate.stopLoss, holdingMs: candidate.holdingBars * options.periodMs };
  const long = computeTripleBarrier(bars, volatility, { ...barriers, side: 1 });
  const short = computeTripleBarrier(bars, volatility, { ...barriers, side: -1 });
  const rows = Int32Array.from(long.label.keys()).filter((t) => isEvent[t] === 1 && !Number.isNaN(long.labelEndMs[t]) && !Number.isNaN(short.labelEndMs[t]));
  const startMs = Float64Array.from(rows, (t) => bars.closeTimeMs[t]);
  const endMs = Float64Array.from(rows, (t) => Math.max(long.labelEndMs[t], short.labelEndMs[t]));
  const sample = effectiveSampleSize(computeUniqueness(startMs, endMs));
  if (rows.length < options.folds) {
    return { ...candidate, score: null, foldScores: [], foldRules: [], effectiveSampleSize: sample };
  }
  const cost = 2 * options.costPerFill;
  const returns = sides.map(({ side }) =>
    Float64Array.from(rows, (t) => {
      if (side[t] === 0) return Number.NaN;
      return (side[t] > 0 ? long.logReturn[t] : -short.logReturn[t]) - cost;
    }),
  );
  const folds = planPurgedFolds({ startMs, endMs, folds: options.folds, embargoMs: options.embargoMs });
  const results = folds.map(({ train, test }) => {
    const trainScores = returns.map((values) => weightedScore(values, train, { startMs, endMs }) ?? Number.NEGATIVE_INFINITY);
    const best = trainScores.indexOf(Math.max(...trainScores));
    const hasRule = trainScores[best] > Number.NEGATIVE_INFINITY;
    return { rule: hasRule ? sides[best].name : 'none', score: hasRule ? weightedScore(returns[best], test, { startMs, endMs }) : null };
  });
  const foldScores = results.map(({ score }) => score);
  const known = foldScores.filter((score) => score !== null);
  const score = known.length === foldScores.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
  return { ...candidate, score, foldScores, foldRules: results.map(({ rule }) => rule), effectiveSampleSize: sample };
}

/** t statistic of the returns on the rows, weighted by uniqueness among the rows that trade; null below the least sample or without spread. */
function weightedScore(returns: Float64Array, rows: Int32Array, spans: { startMs: Float64Array; endMs: Float64Array }): number | null {
  const traded = rows.filter((row) => !Number.isNaN(returns[row]));
  const weights = computeUniqueness(
    Float64Array.from(traded, (row) => spans.startMs[row]),
    Float64Array.from(traded, (row) => spans.endMs[row]),
  );
  let weight = 0;
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < traded.length; i++) {
    weight += weights[i];
    const delta = returns[traded[i]] - mean;
    mean += (weights[i] / weight) * delta;
    squares += weights[i] * delta * (returns[traded[i]] - mean);
  }
  const deviation = Math.sqrt(squares / weight);
  return weight < MINIMUM_FOLD_SAMPLE || !(deviation > 0) ? null : (mean / deviation) * Math.sqrt(weight);
}
