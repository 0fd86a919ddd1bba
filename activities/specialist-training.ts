/** The training of specialists, one path for the analyst (steps 5 and 6) and the tactician (step 9). */
import type { Classifier, FitData } from '../core/models/model.js';
import { POOLED } from '../core/regimes/regime-names.js';
import type { StepContext } from '../pipeline/step-context.js';
import { explainSpecialist } from './explain-specialist.js';
import type { SpecialistUnit } from './fitted-specialist.js';
import { memberScores } from './member-scores.js';
import type { SpecialistExamples } from './specialist-examples.js';
import { labelledTrain, positionsWhere, predictionTable, valuesAt } from './specialist-examples.js';
import type { SpecialistFold } from './specialist-folds.js';
import { ownFitData, planSpecialistFolds, sumOf } from './specialist-folds.js';
import type { SpecialistRecord } from './specialist-record.js';
import type { OutOfFold } from './specialist-scores.js';
import { baseRateScores, specialistScores } from './specialist-scores.js';

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

/** Refits a unit on all of train and writes its four artifacts, and what it looks at. */
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
  await explainSpecialist(context, examples, { unit, fit, bytes });
  const members = memberScores(examples, { unit, fit, bytes }, later);
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
    scores: specialistScores(examples, { outOfFold, later: { positions: later, probability: predicted } }),
    baseline: baseRateScores(examples, { folds, outOfFold, later }),
    ...(members === null ? {} : { members }),
  };
  await context.outputs.json(`record/${name}`, 'ares.specialist-record', record);
  context.count({ rowsIn: outOfFold.positions.length, rowsOut: outOfFold.positions.length + later.length });
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
  return { ...describeUnit(unit, fit), status: 'pooled', reason, keptColumns: [], folds: [], scores: null, baseline: null };
}
