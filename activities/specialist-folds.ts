/** The purged folds of train, the same for every regime, each with what one regime's model is fitted on. */
import { InsufficientData } from '../core/errors.js';
import { keptFeatures, pruneFeatures } from '../core/features/prune-features.js';
import { takeMatrixColumns } from '../core/models/matrix-parts.js';
import type { FitData } from '../core/models/model.js';
import { planPurgedFolds } from '../core/validation/purged-folds.js';
import type { SpecialistExamples } from './specialist-examples.js';
import { labelledTrain, trainWeights, valuesAt } from './specialist-examples.js';

/** Least number of rows that any model is fitted on. */
export const MINIMUM_ROWS = 20;

/** Share of the minimum effective sample that the regime's part of each fold must keep after purging. */
export const FOLD_SHARE = 0.5;

export interface SpecialistFold {
  readonly fold: number;
  /** The regime's examples in the fold's train part; columns pruned and weights computed on that part. */
  readonly fit: FitData;
  /** Positions left out, of all regimes: what the fold's model predicts. */
  readonly test: Int32Array;
}

export interface FoldPlan {
  readonly folds: number;
  readonly embargoMs: number;
  readonly minimumEffectiveSample: number;
  readonly isPooled: boolean;
}

/** Why a regime is served by the pooled model. */
export interface TooThin {
  readonly reason: string;
}

/**
 * The folds, or why the regime is too thin: on all of train its effective sample (sum of uniqueness) must reach the
 * minimum, in each fold half of it; both classes must occur, and MINIMUM_ROWS rows.
 * @throws InsufficientData for the pooled model (asked for rows and classes only): nothing else could serve.
 */
export function planSpecialistFolds(examples: SpecialistExamples, plan: FoldPlan): readonly SpecialistFold[] | TooThin {
  const labelled = labelledTrain(examples);
  const thin = thinness(ownFitData(examples, labelled, examples.keptColumns), { ...plan, minimum: plan.minimumEffectiveSample, where: 'train' });
  if (thin !== null) return thin;
  const planned = planPurgedFolds({
    startMs: valuesAt(examples.startMs, labelled),
    endMs: valuesAt(examples.endMs, labelled),
    folds: plan.folds,
    embargoMs: plan.embargoMs,
  });
  const folds: SpecialistFold[] = [];
  for (const [fold, part] of planned.entries()) {
    const train = part.train.map((i) => labelled[i] as number);
    const kept = examples.foldColumns?.[fold] ?? keptFeatures(pruneFeatures(examples.matrix, examples.names, { rows: train }));
    const fit = ownFitData({ ...examples, weight: trainWeights(examples, train) }, train, kept);
    const foldThin = thinness(fit, { ...plan, minimum: FOLD_SHARE * plan.minimumEffectiveSample, where: `fold ${fold}` });
    if (foldThin !== null) return foldThin;
    folds.push({ fold, fit, test: part.test.map((i) => labelled[i] as number) });
  }
  return folds;
}

/** The regime's examples among the given positions, with the named columns and the examples' weights. */
export function ownFitData(examples: SpecialistExamples, positions: Int32Array, columns: readonly string[]): FitData {
  const rows = positions.filter((position) => examples.own[position] === 1);
  return {
    features: takeMatrixColumns(
      examples.matrix,
      columns.map((name) => examples.names.indexOf(name)),
    ),
    featureNames: columns,
    rows,
    y: valuesAt(examples.label, rows),
    weights: valuesAt(examples.weight, rows),
  };
}

/** Sum of values. */
export function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function thinness(fit: FitData, { minimum, where, isPooled }: FoldPlan & { minimum: number; where: string }): TooThin | null {
  const effective = sumOf(fit.weights);
  const ones = sumOf(fit.y);
  const reasons = [
    fit.rows.length < MINIMUM_ROWS ? `${fit.rows.length} labelled rows in ${where}, fewer than ${MINIMUM_ROWS}` : null,
    ones === 0 || ones === fit.rows.length ? `a single class in ${where}: ${ones} of ${fit.rows.length} labelled rows are of class 1` : null,
    !isPooled && effective < minimum ? `effective sample ${effective.toFixed(2)} in ${where}, below ${minimum}` : null,
    fit.featureNames.length === 0 ? `no feature varies in ${where}` : null,
  ];
  const reason = reasons.find((text) => text !== null) ?? null;
  if (reason !== null && isPooled) throw new InsufficientData(`the pooled model cannot be fitted: ${reason}`);
  return reason === null ? null : { reason };
}
