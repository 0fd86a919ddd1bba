/** The pruning part of step 4: which features the models of train see, decided on train alone. */
import type { Table } from '../core/data/table.js';
import { makeTable } from '../core/data/table.js';
import { InsufficientData } from '../core/errors.js';
import type { FeatureColumns } from '../core/features/feature.js';
import { featureMatrix } from '../core/features/feature-matrix.js';
import type { PruningDecision } from '../core/features/prune-features.js';
import { keptFeatures } from '../core/features/prune-features.js';
import { takeMatrixColumns } from '../core/models/matrix-parts.js';
import { pruneColumns } from '../core/pruning/prune-columns.js';
import type { PruningExamples, PruningMeans } from '../core/pruning/pruning-examples.js';
import { rankInteractions } from '../core/pruning/rank-interactions.js';
import { planPurgedFolds } from '../core/validation/purged-folds.js';
import type { StepContext } from '../pipeline/step-context.js';
import type { AnalystLabelingFeatureEngineeringParameters } from '../pipeline/steps/analyst-labeling-feature-engineering.js';

type Context = StepContext<AnalystLabelingFeatureEngineeringParameters>;

/** Features and labels of the bars, one row a bar. */
export interface PruningRows {
  readonly features: FeatureColumns;
  readonly label: Float64Array;
  readonly closeTimeMs: Float64Array;
  readonly labelEndMs: Float64Array;
  readonly uniqueness: Float64Array;
  readonly segment: readonly string[];
}

/**
 * Writes `pruning`, the decision for the models fitted on all of train; where tests look at the label, also `pruning-folds`, the
 * columns kept for each purged fold, decided on that fold's train rows alone; and with more than the minimal features
 * `interactions`.
 * @throws InsufficientData when train has no row
 */
export async function pruneOnTrain(context: Context, data: PruningRows): Promise<void> {
  const { stages, keepShare, maximumCorrelation } = context.parameters.pruning;
  const settings = { stages, keepShare, maximumCorrelation };
  const examples = examplesOf(data);
  const train = Int32Array.from(data.segment.keys()).filter((row) => data.segment[row] === 'train');
  if (train.length === 0) throw new InsufficientData(`expected labelled rows in train, found none among ${data.segment.length} bars`);
  const decisions = pruneColumns(examples, train, { settings, means: meansOf(context, 'train') });
  await context.outputs.table('pruning', 'ares.pruning', pruningTable(decisions));
  if (stages.some((stage) => stage !== 'variance' && stage !== 'correlation')) {
    await context.outputs.json('pruning-folds', 'ares.pruning-folds', foldColumns(context, examples, train));
  }
  if (context.parameters.features !== 'minimal') {
    const distinct = distinctColumns(examples, decisions);
    await context.outputs.json('interactions', 'ares.interactions', rankInteractions(distinct, train, meansOf(context, 'interactions')));
  }
}

function examplesOf(data: PruningRows): PruningExamples {
  return {
    matrix: featureMatrix(data.features.columns),
    names: data.features.names,
    label: data.label,
    startMs: data.closeTimeMs,
    endMs: data.labelEndMs,
    weight: data.uniqueness,
  };
}

function meansOf(context: Context, ...path: readonly (string | number)[]): PruningMeans {
  return {
    library: context.ports.gradientBoosting,
    seed: context.seed('pruning', ...path),
    threads: context.execution.threads,
    embargoMs: context.parameters.embargoMs,
    signal: context.signal,
  };
}

/** The kept columns of each fold: the folds are those that the specialists' out-of-fold predictions are made in. */
function foldColumns(context: Context, examples: PruningExamples, train: Int32Array): readonly (readonly string[])[] {
  const labelled = train.filter((row) => !Number.isNaN(examples.label[row]));
  const { folds, embargoMs, pruning } = context.parameters;
  if (labelled.length < folds) return [];
  const planned = planPurgedFolds({
    startMs: Float64Array.from(labelled, (row) => examples.startMs[row] as number),
    endMs: Float64Array.from(labelled, (row) => examples.endMs[row] as number),
    folds,
    embargoMs,
  });
  return planned.map((fold, k) => {
    context.progress(0.9 + (0.1 * k) / planned.length, `pruning, fold ${k + 1} of ${planned.length}`);
    const rows = fold.train.map((i) => labelled[i] as number);
    return keptFeatures(pruneColumns(examples, rows, { settings: pruning, means: meansOf(context, 'fold', k) }));
  });
}

/** The examples with the columns that vary and are nearly equal to no earlier one. */
function distinctColumns(examples: PruningExamples, decisions: readonly PruningDecision[]): PruningExamples {
  const columns = [...decisions.keys()].filter((j) => decisions[j]?.stage !== 'variance' && decisions[j]?.stage !== 'correlation');
  return { ...examples, matrix: takeMatrixColumns(examples.matrix, columns), names: columns.map((j) => examples.names[j] as string) };
}

function pruningTable(decisions: readonly PruningDecision[]): Table {
  return makeTable({
    feature: decisions.map(({ feature }) => feature),
    kept: Uint8Array.from(decisions, ({ kept }) => (kept ? 1 : 0)),
    stage: decisions.map(({ stage }) => stage),
    statistic: Float64Array.from(decisions, ({ statistic }) => statistic),
    reason: decisions.map(({ reason }) => reason),
  });
}
