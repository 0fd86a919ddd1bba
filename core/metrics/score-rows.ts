/** Scores in long form: one row a model, method, segment and metric (schema ares.scores). */
import type { Table } from '../data/table.js';
import { makeTable } from '../data/table.js';
import { areaUnderCurve, brierScore, logLoss } from './classification.js';

export interface ScoreRow {
  readonly model: string;
  readonly method: string;
  readonly segment: string;
  readonly metric: string;
  /** NaN where it is not computable. */
  readonly value: number;
  /** Rows that the value rests on. */
  readonly count: number;
}

/** What a score is of. */
export type ScoreSubject = Pick<ScoreRow, 'model' | 'method' | 'segment'>;

/** Outcomes, forecasts and weights of the same rows. */
export interface ScoredRows {
  readonly y: Float64Array;
  readonly p: Float64Array;
  /** Uniqueness: the mean is weighted by it, and its sum is the effective sample. */
  readonly weights: Float64Array;
}

/** Weighted log loss, Brier score and AUC (NaN with one class), and the effective sample. */
export function classificationScores(subject: ScoreSubject, { y, p, weights }: ScoredRows): ScoreRow[] {
  const effectiveSample = weights.reduce((sum, weight) => sum + weight, 0);
  const values = {
    'log-loss': logLoss(y, p, weights),
    brier: brierScore(y, p, weights),
    auc: areaUnderCurve(y, p, weights),
    'effective-sample': effectiveSample,
  };
  return Object.entries(values).map(([metric, value]) => ({ ...subject, metric, value, count: y.length }));
}

/** The rows as a table of schema ares.scores. */
export function scoreTable(rows: readonly ScoreRow[]): Table {
  return makeTable({
    model: rows.map((row) => row.model),
    method: rows.map((row) => row.method),
    segment: rows.map((row) => row.segment),
    metric: rows.map((row) => row.metric),
    value: Float64Array.from(rows, (row) => row.value),
    count: Int32Array.from(rows, (row) => row.count),
  });
}
