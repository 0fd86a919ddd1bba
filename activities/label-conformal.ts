/** Conformal label sets of an ensemble: the thresholds that step 11 finds on calibration, and what steps 11 and 15 make of them later. */
import { adaptiveConformal } from '../core/conformal/adaptive-conformal.js';
import type { ConformalRule } from '../core/conformal/split-conformal.js';
import { conformalThresholds, fitConformal, labelScores } from '../core/conformal/split-conformal.js';
import { outcomeOrder } from '../core/labels/outcome-order.js';
import { REGIMES } from '../core/regimes/regime-names.js';
import type { EnsembleOutputs } from './ensemble-outputs.js';

/** Share of label sets that may miss. */
export const ALPHA = 0.1;
/** Step of the adaptive level after a hit or a miss, and the latest outcomes that its thresholds rest on. */
export const ADAPTIVE = Object.freeze({ rate: 0.01, windowRows: 500 });

/** A rule as it is stored: a threshold of the score 1 - P(label), null = nothing is ruled out. */
export interface StoredRule {
  readonly alpha: number;
  readonly pooled: number | null;
  /** Regimes with calibration rows enough for a threshold of their own; the others are served by the pooled one. */
  readonly byRegime: Readonly<Record<string, number | null>>;
}

/** Predictions with what became of them. */
export interface LabelledPredictions {
  readonly timeMs: Float64Array;
  /** When the label is known; NaN = not within the data. */
  readonly endMs: Float64Array;
  readonly p: Float64Array;
  /** 0, 1 or NaN. */
  readonly y: Float64Array;
  /** Number of the likeliest regime. */
  readonly regime: Int32Array;
}

/** Outputs by raw probability, all or the given ones: calibrators were fitted on the very rows that calibrate the sets, ensembles were not. */
export function rawPredictions(outputs: EnsembleOutputs, rows: Int32Array = Int32Array.from(outputs.row.keys())): LabelledPredictions {
  const take = (values: Float64Array): Float64Array => Float64Array.from(rows, (i) => values[i] as number);
  return {
    timeMs: take(outputs.closeTimeMs),
    endMs: take(outputs.endMs),
    p: take(outputs.raw),
    y: take(outputs.y),
    regime: rows.map((i) => outputs.regime[i] as number),
  };
}

/** The rule of the predictions with a known label: thresholds for all, and for each regime with 1 / alpha - 1 rows or more. */
export function fitLabelRule({ p, y, regime }: Pick<LabelledPredictions, 'p' | 'y' | 'regime'>): StoredRule {
  const known = Int32Array.from(y.keys()).filter((i) => Number.isFinite(y[i]));
  const take = (values: Float64Array): Float64Array => Float64Array.from(known, (i) => values[i] as number);
  const rule = fitConformal({ scores: labelScores(take(y), take(p)), groups: known.map((i) => regime[i] as number) }, ALPHA);
  const stored = (threshold: number): number | null => (Number.isFinite(threshold) ? threshold : null);
  return {
    alpha: ALPHA,
    pooled: stored(rule.pooled),
    byRegime: Object.fromEntries([...rule.byGroup].map(([group, threshold]) => [REGIMES[group] as string, stored(threshold)])),
  };
}

/** Threshold of each row by its likeliest regime. */
export function ruleThresholds({ alpha, pooled, byRegime }: StoredRule, regime: Int32Array): Float64Array {
  const back = (threshold: number | null | undefined): number => threshold ?? Number.POSITIVE_INFINITY;
  const groups = REGIMES.flatMap((name, group) => (name in byRegime ? [[group, back(byRegime[name])] as const] : []));
  const rule: ConformalRule = { alpha, pooled: back(pooled), byGroup: new Map(groups), pooledGroups: [] };
  return conformalThresholds(rule, regime);
}

export interface AdaptiveSets {
  /** NaN before the first outcome is known. */
  readonly thresholds: Float64Array;
  readonly levels: Float64Array;
}

/** Thresholds along the predictions, each from the outcomes known when it is made; all NaN where none ever is in time. */
export function adaptiveThresholds({ timeMs, endMs, p, y }: LabelledPredictions): AdaptiveSets {
  const outcomes = outcomeOrder(
    timeMs,
    endMs.map((end, i) => (Number.isFinite(y[i]) ? end : Number.NaN)),
  );
  if ((outcomes.known.at(-1) ?? 0) === 0) return { thresholds: p.map(() => Number.NaN), levels: p.map(() => Number.NaN) };
  return adaptiveConformal(labelScores(y, p), { alpha: ALPHA, ...ADAPTIVE, outcomes });
}

/** Joins predictions in time order. */
export function joinPredictions(first: LabelledPredictions, second: LabelledPredictions): LabelledPredictions {
  // By an array between: arguments of a call, as `of` takes them, overflow the stack beyond a hundred thousand.
  const join = (a: Float64Array, b: Float64Array): Float64Array => Float64Array.from([...a, ...b]);
  return {
    timeMs: join(first.timeMs, second.timeMs),
    endMs: join(first.endMs, second.endMs),
    p: join(first.p, second.p),
    y: join(first.y, second.y),
    regime: Int32Array.from([...first.regime, ...second.regime]),
  };
}
