/** The examples that specialists learn from, the same shape for the analyst's bars and the tactician's signals. */
import type { Table } from '../core/data/table.js';
import { float64Column, int32Column, takeRows, textColumn } from '../core/data/table.js';
import { InvalidData } from '../core/errors.js';
import { featureMatrix } from '../core/features/feature-matrix.js';
import { keptFeatures, pruneFeatures } from '../core/features/prune-features.js';
import type { LabelChoice } from '../core/labels/label-choice.js';
import { bootstrapWeights } from '../core/labels/sequential-bootstrap.js';
import { computeUniqueness } from '../core/labels/uniqueness.js';
import type { Matrix } from '../core/models/model.js';
import { POOLED, REGIMES } from '../core/regimes/regime-names.js';
import { makeRandom } from '../core/stats/random.js';
import type { StepInputs } from '../pipeline/step-context.js';

/** Columns of one length: position i is one example, in time order. */
export interface SpecialistExamples {
  /** [examples x names] */
  readonly matrix: Matrix;
  readonly names: readonly string[];
  /** The row number under which predictions are written. */
  readonly row: Int32Array;
  readonly closeTimeMs: Float64Array;
  /** Span of the outcome: what folds are purged by. */
  readonly startMs: Float64Array;
  readonly endMs: Float64Array;
  /** 0, 1 or NaN. */
  readonly label: Float64Array;
  readonly uniqueness: Float64Array;
  /** What a labelled train row weighs in a fit on all of train; folds compute theirs anew. */
  readonly weight: Float64Array;
  /** Seed of the sequential bootstraps that weights are counted over; null: they are the uniqueness. */
  readonly bootstrapSeed: number | null;
  readonly segment: readonly string[];
  /** 1 where the example belongs to the regime (all ones for POOLED). */
  readonly own: Uint8Array;
  /** Columns of the final refit, pruned on all of train. */
  readonly keptColumns: readonly string[];
  /** Columns of each purged fold where step 4 chose them, on the fold's train rows; null: the fold prunes for itself. */
  readonly foldColumns: readonly (readonly string[])[] | null;
}

/** The analyst's examples of one regime: bars known by the end of selection. @throws InvalidData when tables disagree */
export async function loadAnalystExamples(inputs: StepInputs, regime: string): Promise<SpecialistExamples> {
  const labels = await inputs.table('analyst-labeling-feature-engineering', 'labels', 'ares.labels');
  const features = await inputs.table('analyst-labeling-feature-engineering', 'features', 'ares.features');
  const pruning = await inputs.table('analyst-labeling-feature-engineering', 'pruning', 'ares.pruning');
  const dataset = await inputs.table('regime-data-splitting', `dataset/${regime}`, 'ares.dataset');
  const own = new Uint8Array(labels.rowCount);
  for (const row of int32Column(dataset, 'row')) if (row < own.length) own[row] = 1;
  const names = textColumn(pruning, 'feature');
  const kept = pruning.columns['kept'] as Uint8Array;
  const { bootstrapSeed = null } = await inputs.json<LabelChoice>('analyst-labeling-feature-engineering', 'label-choice');
  const examples = makeExamples({
    labels,
    features,
    names,
    own,
    row: Int32Array.from({ length: labels.rowCount }, (_, i) => i),
    startMs: float64Column(labels, 'closeTimeMs'),
    keptColumns: names.filter((_, i) => kept[i] === 1),
  });
  const hasFolds = inputs.names('analyst-labeling-feature-engineering', 'pruning-folds').length > 0;
  const foldColumns = hasFolds ? await inputs.json<readonly (readonly string[])[]>('analyst-labeling-feature-engineering', 'pruning-folds') : null;
  if (bootstrapSeed === null) return { ...examples, foldColumns };
  const drawn = { ...examples, foldColumns, bootstrapSeed };
  return { ...drawn, weight: trainWeights(drawn, labelledTrain(drawn)) };
}

/** The tactician's examples of one regime; final columns are pruned here, on all labelled train examples of all regimes. */
export async function loadTacticianExamples(inputs: StepInputs, regime: string): Promise<SpecialistExamples> {
  const all = await inputs.table('tactician-labeling', 'labels', 'ares.tactician-labels');
  const features = await inputs.table('tactician-labeling', 'features', 'ares.features');
  const regimes = int32Column(all, 'regime');
  const state = (REGIMES as readonly string[]).indexOf(regime);
  const names = Object.keys(features.columns).filter((name) => features.columns[name] instanceof Float64Array && !name.endsWith('Ms'));
  const examples = makeExamples({
    labels: all,
    features,
    names,
    own: Uint8Array.from(regimes, (value) => (regime === POOLED || value === state ? 1 : 0)),
    row: int32Column(all, 'row'),
    startMs: float64Column(all, 'entryTimeMs'),
    keptColumns: names,
  });
  return { ...examples, keptColumns: keptFeatures(pruneFeatures(examples.matrix, names, { rows: labelledTrain(examples) })) };
}

interface ExampleParts {
  readonly labels: Table;
  readonly features: Table;
  readonly names: readonly string[];
  readonly own: Uint8Array;
  readonly row: Int32Array;
  readonly startMs: Float64Array;
  readonly keptColumns: readonly string[];
}

function makeExamples({ labels, features, names, own, row, startMs, keptColumns }: ExampleParts): SpecialistExamples {
  if (labels.rowCount !== features.rowCount)
    throw new InvalidData(`expected as many feature rows as label rows (${labels.rowCount}), found ${features.rowCount}`);
  const closeTimeMs = float64Column(labels, 'closeTimeMs');
  const featureTimeMs = float64Column(features, 'closeTimeMs');
  const different = startMs.findIndex((time, i) => time !== featureTimeMs[i]);
  if (different >= 0) throw new InvalidData(`expected features of time ${startMs[different]} in row ${different}, found ${featureTimeMs[different]}`);
  return {
    matrix: featureMatrix(names.map((name) => float64Column(features, name))),
    names,
    row,
    closeTimeMs,
    startMs,
    own,
    keptColumns,
    endMs: float64Column(labels, 'labelEndMs'),
    label: float64Column(labels, 'label'),
    uniqueness: float64Column(labels, 'uniqueness'),
    weight: float64Column(labels, 'uniqueness'),
    bootstrapSeed: null,
    foldColumns: null,
    segment: textColumn(labels, 'segment'),
  };
}

/** Positions of the labelled train examples, ascending. */
export function labelledTrain(examples: SpecialistExamples): Int32Array {
  return positionsWhere(examples, (i) => examples.segment[i] === 'train' && !Number.isNaN(examples.label[i]));
}

/** `uniqueness` with the weights of the given train positions among themselves in their place. */
export function trainWeights(examples: SpecialistExamples, positions: Int32Array): Float64Array {
  const [startMs, endMs] = [valuesAt(examples.startMs, positions), valuesAt(examples.endMs, positions)];
  const { bootstrapSeed } = examples;
  const own = bootstrapSeed === null ? computeUniqueness(startMs, endMs) : bootstrapWeights(startMs, endMs, makeRandom(bootstrapSeed));
  const weight = Float64Array.from(examples.uniqueness);
  positions.forEach((position, i) => (weight[position] = own[i] as number));
  return weight;
}

/** Positions that satisfy a condition, ascending. */
export function positionsWhere(examples: SpecialistExamples, condition: (position: number) => boolean): Int32Array {
  return Int32Array.from(examples.row.keys()).filter((position) => condition(position));
}

/** Values at the given positions. */
export function valuesAt(values: Float64Array, positions: Int32Array): Float64Array {
  return Float64Array.from(positions, (position) => values[position] as number);
}

/** Columns row, closeTimeMs, probability and fold of predictions (schema ares.predictions). */
export function predictionTable(examples: SpecialistExamples, positions: Int32Array, predicted: { probability: Float64Array; fold: Int32Array }): Table {
  const place = takeRows({ rowCount: examples.row.length, columns: { row: examples.row, closeTimeMs: examples.closeTimeMs } }, positions);
  return { rowCount: positions.length, columns: { ...place.columns, ...predicted } };
}
