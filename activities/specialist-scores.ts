/** Scores of specialists over labelled rows, each beside the base rate that its own train rows would have forecast. */
import type { Table } from '../core/data/table.js';
import { areaUnderCurve, brierScore, logLoss } from '../core/metrics/classification.js';
import type { SpecialistExamples } from './specialist-examples.js';
import { labelledTrain, valuesAt } from './specialist-examples.js';
import type { SpecialistFold } from './specialist-folds.js';
import { ownFitData, sumOf } from './specialist-folds.js';
import type { LaterScores, ProbabilityScores, SpecialistRecord, SpecialistScores } from './specialist-record.js';

/** Predictions of every labelled train row by a model that has not seen it. */
export interface OutOfFold {
  readonly positions: Int32Array;
  readonly probability: Float64Array;
  readonly fold: Int32Array;
}

/** Probabilities by position; without folds all rows are compared with one another. */
export type ScoredPredictions = Pick<OutOfFold, 'positions' | 'probability'> & { readonly fold?: Int32Array };

/** The model that knows nothing but the share of class 1 among its train rows; its accuracy is that of the majority class. */
const BASE_RATE = 'base-rate';

/** All scores of a specialist: out of fold on train, and the refit's on later segments. */
export function specialistScores(examples: SpecialistExamples, predicted: { outOfFold: OutOfFold; later: ScoredPredictions }): SpecialistScores {
  const { outOfFold, later } = predicted;
  return {
    ownRows: scoreOwnRows(examples, outOfFold),
    allRows: scorePositions(examples, outOfFold, () => true),
    ...laterScores(examples, later),
  };
}

/** Scores of a model on the regime's own rows of the segments that it has not seen. */
export function laterScores(examples: SpecialistExamples, later: ScoredPredictions): LaterScores {
  const of = (segment: string): ProbabilityScores => scorePositions(examples, later, (i) => isOwn(examples, i) && examples.segment[i] === segment);
  return { calibration: of('calibration'), selection: of('selection') };
}

/** The same scores of the base rate: in each fold that of the rows its model is fitted on, later that of all of train. */
export function baseRateScores(
  examples: SpecialistExamples,
  of: { folds: readonly SpecialistFold[]; outOfFold: OutOfFold; later: Int32Array },
): SpecialistScores {
  const rates = new Map(of.folds.map(({ fold, fit }) => [fold, weightedShare(fit)]));
  const outOfFold = { ...of.outOfFold, probability: Float64Array.from(of.outOfFold.fold, (fold) => rates.get(fold) as number) };
  const rate = weightedShare(ownFitData(examples, labelledTrain(examples), examples.keptColumns));
  return specialistScores(examples, { outOfFold, later: { positions: of.later, probability: new Float64Array(of.later.length).fill(rate) } });
}

function weightedShare({ y, weights }: { y: Float64Array; weights: Float64Array }): number {
  return y.reduce((sum, value, i) => sum + value * (weights[i] as number), 0) / sumOf(weights);
}

/** Out-of-fold scores on the regime's own rows. */
export function scoreOwnRows(examples: SpecialistExamples, outOfFold: OutOfFold): ProbabilityScores {
  return scorePositions(examples, outOfFold, (i) => isOwn(examples, i));
}

function isOwn(examples: SpecialistExamples, position: number): boolean {
  return examples.own[position] === 1;
}

function scorePositions(examples: SpecialistExamples, predicted: ScoredPredictions, condition: (position: number) => boolean): ProbabilityScores {
  const chosen = Int32Array.from(predicted.positions.keys()).filter((i) => {
    const position = predicted.positions[i] as number;
    return condition(position) && !Number.isNaN(examples.label[position]);
  });
  const positions = chosen.map((i) => predicted.positions[i] as number);
  const y = valuesAt(examples.label, positions);
  const p = valuesAt(predicted.probability, chosen);
  const weights = valuesAt(examples.uniqueness, positions);
  const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
  const fold = chosen.map((i) => predicted.fold?.[i] ?? -1);
  return {
    rows: y.length,
    effectiveSample: sumOf(weights),
    logLoss: orNull(logLoss(y, p, weights)),
    brier: orNull(brierScore(y, p, weights)),
    areaUnderCurve: orNull(areaWithinFolds(y, p, { weights, fold })),
    accuracy: orNull(sumOf(weights.filter((_, i) => (p[i] as number) >= 0.5 === (y[i] === 1))) / sumOf(weights)),
  };
}

/**
 * The chance that a positive row is ranked above a negative one of the same fold. Rows of different folds are not compared:
 * a fold rich in positives leaves few of them to its model, so across folds a model without skill ranks below one half.
 */
function areaWithinFolds(y: Float64Array, p: Float64Array, { weights, fold }: { weights: Float64Array; fold: Int32Array }): number {
  let ranked = 0;
  let pairs = 0;
  for (const value of new Set(fold)) {
    const rows = Int32Array.from(fold.keys()).filter((i) => fold[i] === value);
    const [labels, w] = [valuesAt(y, rows), valuesAt(weights, rows)];
    const positive = labels.reduce((sum, label, i) => sum + label * (w[i] as number), 0);
    const size = positive * (sumOf(w) - positive);
    if (size <= 0) continue;
    ranked += size * areaUnderCurve(labels, valuesAt(p, rows), w);
    pairs += size;
  }
  return ranked / pairs;
}

/**
 * Scores of trained specialists as a table (schema ares.scores): model REGIME/family, method and segment by row, then the regime's base
 * rate, then the members of ensembles of networks as REGIME/family/member 1 and so on.
 */
export function scoreTable(records: readonly SpecialistRecord[]): Table {
  const scored = records.flatMap(({ regime, family, scores }) => (scores === null ? [] : [{ model: `${regime}/${family}`, scores }]));
  // Families of one regime share their rows, so that one base rate stands for all of them.
  const naive = new Map(records.flatMap(({ regime, baseline }) => (baseline === null ? [] : [[`${regime}/${BASE_RATE}`, baseline] as const])));
  const rows = [...scored, ...Array.from(naive, ([model, scores]) => ({ model, scores }))].flatMap(({ model, scores }) => [
    ...scoreRows(model, { method: 'out-of-fold, own regime', segment: 'train' }, scores.ownRows),
    ...scoreRows(model, { method: 'out-of-fold, all regimes', segment: 'train' }, scores.allRows),
    ...laterRows(model, scores),
  ]);
  return scoreRowTable([...rows, ...records.flatMap(memberRows)]);
}

function laterRows(model: string, { calibration, selection }: LaterScores): readonly ScoreRow[] {
  const method = 'refit, own regime';
  return [...scoreRows(model, { method, segment: 'calibration' }, calibration), ...scoreRows(model, { method, segment: 'selection' }, selection)];
}

/** Each member of an ensemble, and what the ensemble scores where only its members' record says it. */
function memberRows({ regime, family, members }: SpecialistRecord): readonly ScoreRow[] {
  if (members === undefined) return [];
  const { stopping, later } = members;
  const model = `${regime}/${family}`;
  const name = (i: number): string => `${model}/member ${i + 1}`;
  const fitted = stopping === null ? [] : [{ model, value: stopping.ensemble }, ...stopping.members.map((value, i) => ({ model: name(i), value }))];
  return [
    ...fitted.map((row) => ({ ...row, method: 'refit, examples that stopped its training', segment: 'train', metric: 'logLoss', count: stopping?.rows ?? 0 })),
    ...later.flatMap((scores, i) => laterRows(name(i), scores)),
  ];
}

/** The families of one regime, the best out of fold first. */
export interface FamilyRanking {
  readonly regime: string;
  readonly families: readonly {
    readonly family: string;
    /** On the regime's own rows, out of fold. */
    readonly logLoss: number;
    /** Less that of the base rate: at or above 0 the family found nothing. */
    readonly lessBaseRate: number;
  }[];
}

/** The trained families of each regime by their log loss (equal ones in the order of the records); a pooled regime has none. */
export function rankFamilies(records: readonly SpecialistRecord[]): readonly FamilyRanking[] {
  return [...new Set(records.map(({ regime }) => regime))].map((regime) => {
    const families = records.flatMap(({ regime: of, family, scores, baseline }) => {
      const [logLoss, naive] = [scores?.ownRows.logLoss ?? null, baseline?.ownRows.logLoss ?? null];
      return of !== regime || logLoss === null || naive === null ? [] : [{ family, logLoss, lessBaseRate: logLoss - naive }];
    });
    return { regime, families: families.sort((a, b) => a.logLoss - b.logLoss) };
  });
}

export interface ScoreRow {
  readonly model: string;
  readonly method: string;
  readonly segment: string;
  readonly metric: string;
  readonly value: number | null;
  readonly count: number;
}

/** One row a metric. */
export function scoreRows(model: string, about: { method: string; segment: string }, scores: ProbabilityScores): readonly ScoreRow[] {
  const metrics = { logLoss: scores.logLoss, brier: scores.brier, areaUnderCurve: scores.areaUnderCurve, accuracy: scores.accuracy };
  return Object.entries(metrics).map(([metric, value]) => ({ model, ...about, metric, value, count: scores.rows }));
}

/** Rows as a table of schema ares.scores; null becomes NaN. */
export function scoreRowTable(rows: readonly ScoreRow[]): Table {
  return {
    rowCount: rows.length,
    columns: {
      model: rows.map((row) => row.model),
      method: rows.map((row) => row.method),
      segment: rows.map((row) => row.segment),
      metric: rows.map((row) => row.metric),
      value: Float64Array.from(rows, (row) => row.value ?? Number.NaN),
      count: Int32Array.from(rows, (row) => row.count),
    },
  };
}
