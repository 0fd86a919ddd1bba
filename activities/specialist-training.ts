/** The training of specialists, one path for the analyst (steps 5 and 6) and the tactician (step 9). */
import type { Table } from '../core/data/table.js';
import { areaUnderCurve, brierScore, logLoss } from '../core/metrics/classification.js';
import type { Classifier, FitData, ModelFamily } from '../core/models/model.js';
import { POOLED } from '../core/regimes/regime-names.js';
import type { StepContext } from '../pipeline/step.js';
import type { SpecialistExamples } from './specialist-examples.js';
import { labelledTrain, positionsWhere, predictionTable, valuesAt } from './specialist-examples.js';
import type { SpecialistFold } from './specialist-folds.js';
import { ownFitData, planSpecialistFolds, sumOf } from './specialist-folds.js';
import type { ProbabilityScores, SpecialistRecord } from './specialist-record.js';

type Parameters = Readonly<Record<string, number | string | boolean>>;

export interface SpecialistUnit {
  readonly regime: string;
  readonly family: ModelFamily;
  readonly parameters: Parameters;
}

/** Predictions of every labelled train row by a model that has not seen it. */
export interface OutOfFold {
  readonly positions: Int32Array;
  readonly probability: Float64Array;
  readonly fold: Int32Array;
}

/** Probabilities by position; without folds all rows are compared with one another. */
type ScoredPredictions = Pick<OutOfFold, 'positions' | 'probability'> & { readonly fold?: Int32Array };

interface TrainingParameters {
  readonly embargoMs: number;
  readonly folds: number;
  readonly minimumEffectiveSample: number;
}

/**
 * Trains one unit and writes `record/REGIME/family`, and unless the regime is pooled `oof/`, `later/` and `models/` of
 * the same name.
 * @throws InsufficientData when the pooled model cannot be fitted
 */
export async function trainSpecialist(context: StepContext<TrainingParameters>, examples: SpecialistExamples, unit: SpecialistUnit): Promise<void> {
  const labelled = labelledTrain(examples);
  const own = ownFitData(examples, labelled, examples.keptColumns);
  const folds = planSpecialistFolds(examples, { ...context.parameters, isPooled: unit.regime === POOLED });
  if ('reason' in folds) {
    await context.outputs.json(`record/${unit.regime}/${unit.family.id}`, 'ares.specialist-record', pooledRecord(unit, own, folds.reason));
    context.count({ rowsIn: labelled.length, rowsOut: 0 });
    return;
  }
  const outOfFold = await predictOutOfFold(context, examples, { unit, folds });
  await saveSpecialist(context, examples, { unit, folds, outOfFold });
}

/** The out-of-fold predictions of a unit: in each fold a model fitted on the regime's rows predicts all rows left out. */
export async function predictOutOfFold(
  context: StepContext<TrainingParameters>,
  examples: SpecialistExamples,
  work: { unit: SpecialistUnit; folds: readonly SpecialistFold[] },
): Promise<OutOfFold> {
  const { unit, folds } = work;
  const positions = labelledTrain(examples);
  const probability = new Float64Array(examples.row.length).fill(Number.NaN);
  const foldOf = new Int32Array(examples.row.length);
  for (const { fold, fit, test } of folds) {
    const predicted = await context.checkpoint.once(`${nameOf(unit)}/fold ${fold}`, async () => {
      const model = await fitUnit(context, unit, { fit, path: fold });
      try {
        return model.predictProba(fit.features, test);
      } finally {
        model.dispose();
      }
    });
    test.forEach((position, i) => {
      probability[position] = predicted[i] as number;
      foldOf[position] = fold;
    });
    context.progress((fold + 1) / (folds.length + 1), `${unit.regime} ${unit.family.id}: fold ${fold + 1} of ${folds.length}`);
  }
  return { positions, probability: valuesAt(probability, positions), fold: positions.map((position) => foldOf[position] as number) };
}

/** Refits a unit on all of train and writes its four artifacts. */
export async function saveSpecialist(
  context: StepContext<TrainingParameters>,
  examples: SpecialistExamples,
  work: { unit: SpecialistUnit; folds: readonly SpecialistFold[]; outOfFold: OutOfFold },
): Promise<void> {
  const { unit, folds, outOfFold } = work;
  const name = nameOf(unit);
  const fit = ownFitData(examples, labelledTrain(examples), examples.keptColumns);
  const later = positionsWhere(examples, (i) => examples.segment[i] === 'calibration' || examples.segment[i] === 'selection');
  const { predicted, bytes } = await context.checkpoint.once(`${name}/final`, async () => {
    const model = await fitUnit(context, unit, { fit, path: 'final' });
    try {
      return { predicted: model.predictProba(fit.features, later), bytes: model.save() };
    } finally {
      model.dispose();
    }
  });
  await context.outputs.table(`oof/${name}`, 'ares.predictions', predictionTable(examples, outOfFold.positions, outOfFold));
  await context.outputs.table(
    `later/${name}`,
    'ares.predictions',
    predictionTable(examples, later, { probability: predicted, fold: new Int32Array(later.length).fill(-1) }),
  );
  await context.outputs.bytes(`models/${name}`, 'model', 'ares.model', bytes);
  const record: SpecialistRecord = {
    ...describeUnit(unit, fit),
    status: 'trained',
    reason: null,
    keptColumns: examples.keptColumns,
    folds: folds.map(({ fold, fit: part, test }) => ({
      fold,
      fitRows: part.rows.length,
      effectiveSample: sumOf(part.weights),
      testRows: test.length,
      keptColumns: part.featureNames.length,
    })),
    scores: {
      ownRows: scoreOwnRows(examples, outOfFold),
      allRows: scorePositions(examples, outOfFold, () => true),
      calibration: scorePositions(examples, { positions: later, probability: predicted }, (i) => isOwn(examples, i) && examples.segment[i] === 'calibration'),
      selection: scorePositions(examples, { positions: later, probability: predicted }, (i) => isOwn(examples, i) && examples.segment[i] === 'selection'),
    },
  };
  await context.outputs.json(`record/${name}`, 'ares.specialist-record', record);
  context.count({ rowsIn: outOfFold.positions.length, rowsOut: outOfFold.positions.length + later.length });
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

async function fitUnit(context: StepContext<TrainingParameters>, unit: SpecialistUnit, work: { fit: FitData; path: string | number }): Promise<Classifier> {
  context.signal.throwIfAborted();
  const state = `${nameOf(unit)}/${work.path}`;
  return unit.family.fit(work.fit, {
    state: { latest: async () => context.checkpoint.latest(state), keep: async (kept) => context.checkpoint.keep(state, kept) },
    seed: context.seed(unit.regime, unit.family.id, work.path),
    threads: context.execution.threads,
    parameters: unit.parameters,
    signal: context.signal,
  });
}

function nameOf({ regime, family }: SpecialistUnit): string {
  return `${regime}/${family.id}`;
}

function describeUnit({ regime, family }: SpecialistUnit, fit: FitData): Pick<SpecialistRecord, 'regime' | 'family' | 'rows' | 'effectiveSample' | 'baseRate'> {
  const rows = fit.rows.length;
  return { regime, family: family.id, rows, effectiveSample: sumOf(fit.weights), baseRate: rows === 0 ? null : sumOf(fit.y) / rows };
}

function pooledRecord(unit: SpecialistUnit, fit: FitData, reason: string): SpecialistRecord {
  return { ...describeUnit(unit, fit), status: 'pooled', reason, keptColumns: [], folds: [], scores: null };
}

/** Scores of trained specialists as a table (schema ares.scores): model REGIME/family, method and segment by row. */
export function scoreTable(records: readonly SpecialistRecord[]): Table {
  const rows = records.flatMap(({ regime, family, scores }) =>
    scores === null
      ? []
      : [
          ...scoreRows(`${regime}/${family}`, { method: 'out-of-fold, own regime', segment: 'train' }, scores.ownRows),
          ...scoreRows(`${regime}/${family}`, { method: 'out-of-fold, all regimes', segment: 'train' }, scores.allRows),
          ...scoreRows(`${regime}/${family}`, { method: 'refit, own regime', segment: 'calibration' }, scores.calibration),
          ...scoreRows(`${regime}/${family}`, { method: 'refit, own regime', segment: 'selection' }, scores.selection),
        ],
  );
  return scoreRowTable(rows);
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
  const metrics = { logLoss: scores.logLoss, brier: scores.brier, areaUnderCurve: scores.areaUnderCurve };
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
