/** Which calibrator: time-ordered folds inside the calibration segment, log loss, the simpler method where they tie. */
import { computeUniqueness } from '../labels/uniqueness.js';
import { logLoss } from '../metrics/classification.js';
import type { CalibrationExamples, CalibrationMethod, Calibrator } from './calibrator.js';
import { applyCalibrator, CALIBRATION_METHODS, fitCalibrator } from './calibrator.js';

/** Blocks the segment is cut into; each but the first is scored with a fit on the blocks before it. */
const BLOCKS = 4;
/** A fold's fit needs this share of the minimum effective sample. */
const FOLD_SHARE = 0.5;

/** Labelled rows of the calibration segment in time order. */
export interface CalibrationSegment {
  readonly p: Float64Array;
  readonly y: Float64Array;
  /** Time of each prediction, UTC ms, ascending. */
  readonly startMs: Float64Array;
  /** Time each label is known. */
  readonly endMs: Float64Array;
}

export interface CalibrationCandidate {
  readonly method: CalibrationMethod;
  /** Weighted log loss over the scored folds; null when none could be scored. */
  readonly logLoss: number | null;
}

/** The chosen calibrator and why. */
export interface CalibrationChoice {
  readonly calibrator: Calibrator;
  /** insufficient: too little data to tell, identity serves. */
  readonly status: 'chosen' | 'insufficient';
  readonly reason: string;
  /** Sum of uniqueness of the segment's labelled rows. */
  readonly effectiveSample: number;
  readonly rows: number;
  /** Folds that were scored, and the rows in them. */
  readonly scoredFolds: number;
  readonly scoredRows: number;
  readonly candidates: readonly CalibrationCandidate[];
}

/**
 * The calibrator with the lowest log loss (weights: uniqueness) over forward folds: the segment is cut into four blocks
 * of equal rows, each later block is scored by fits on rows whose labels are known before it begins. The winner is fitted
 * again on the whole segment. Below the minimum effective sample, with one class only, or with no fold large enough,
 * identity serves and status says insufficient.
 */
export function chooseCalibrator(segment: CalibrationSegment, options: { readonly minimumEffectiveSample: number }): CalibrationChoice {
  const all = Int32Array.from(segment.y.keys());
  const examples = examplesAt(segment, all);
  const effectiveSample = sum(examples.weights);
  const folds = forwardFolds(segment).filter((fold) => isEnough(examplesAt(segment, fold.train), FOLD_SHARE * options.minimumEffectiveSample));
  const common = { effectiveSample, rows: all.length, scoredFolds: folds.length, scoredRows: folds.reduce((n, fold) => n + fold.test.length, 0) };
  const problem = problemOf(examples, { effectiveSample, minimum: options.minimumEffectiveSample, folds: folds.length });
  if (problem !== null) {
    const candidates = CALIBRATION_METHODS.map((method) => ({ method, logLoss: null }));
    return { ...common, calibrator: { method: 'identity' }, status: 'insufficient', reason: `${problem}, so probabilities stay as they are`, candidates };
  }
  const candidates = CALIBRATION_METHODS.map((method) => ({ method, logLoss: foldLoss(segment, folds, method) }));
  const best = candidates.reduce((winner, candidate) => (candidate.logLoss < winner.logLoss ? candidate : winner));
  const reason = `lowest log loss over ${folds.length} later folds: ${candidates.map(({ method, logLoss: loss }) => `${method} ${loss.toFixed(6)}`).join(', ')}`;
  return { ...common, calibrator: fitCalibrator(best.method, examples), status: 'chosen', reason, candidates };
}

interface ForwardFold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

function forwardFolds({ startMs, endMs }: CalibrationSegment): ForwardFold[] {
  const rows = Int32Array.from(startMs.keys());
  const edge = (block: number): number => Math.floor((block * rows.length) / BLOCKS);
  return Array.from({ length: BLOCKS - 1 }, (_, block) => {
    const test = rows.subarray(edge(block + 1), edge(block + 2));
    const train = rows.subarray(0, edge(block + 1)).filter((row) => test.length > 0 && endMs[row]! <= startMs[test[0]!]!);
    return { train, test };
  });
}

function foldLoss(segment: CalibrationSegment, folds: readonly ForwardFold[], method: CalibrationMethod): number {
  let loss = 0;
  let weight = 0;
  for (const fold of folds) {
    const test = examplesAt(segment, fold.test);
    const foldWeight = sum(test.weights);
    const calibrated = applyCalibrator(fitCalibrator(method, examplesAt(segment, fold.train)), test.p);
    loss += foldWeight * logLoss(test.y, calibrated, test.weights);
    weight += foldWeight;
  }
  return loss / weight;
}

/** Rows with their uniqueness among themselves: weights never know rows that a fold leaves out. */
function examplesAt(segment: CalibrationSegment, rows: Int32Array): CalibrationExamples {
  const take = (values: Float64Array): Float64Array => Float64Array.from(rows, (row) => values[row]!);
  return { p: take(segment.p), y: take(segment.y), weights: computeUniqueness(take(segment.startMs), take(segment.endMs)) };
}

function isEnough(examples: CalibrationExamples, minimum: number): boolean {
  return sum(examples.weights) >= minimum && hasBothClasses(examples.y);
}

function problemOf(examples: CalibrationExamples, found: { effectiveSample: number; minimum: number; folds: number }): string | null {
  if (found.effectiveSample < found.minimum) return `effective sample ${found.effectiveSample.toFixed(1)} is below ${found.minimum}`;
  if (!hasBothClasses(examples.y)) return 'every outcome is of one class';
  return found.folds === 0 ? 'no time-ordered fold has both classes and half of the minimum effective sample before it' : null;
}

function hasBothClasses(y: Float64Array): boolean {
  return y.includes(0) && y.includes(1);
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
