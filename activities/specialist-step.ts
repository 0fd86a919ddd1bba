/** A step that trains base specialists: one unit a REGIME/family, then their records and scores together. */
import { InvalidData } from '../core/errors.js';
import type { StepContext, StepInputs } from '../pipeline/step-context.js';
import type { StepId } from '../pipeline/steps/index.js';
import { modelFamilies } from './model-families.js';
import type { SpecialistExamples } from './specialist-examples.js';
import type { NetworkStepParameters } from './specialist-parameters.js';
import { familyParameters } from './specialist-parameters.js';
import type { SpecialistRecord } from './specialist-record.js';
import { rankFamilies, scoreTable } from './specialist-scores.js';
import { trainSpecialist } from './specialist-training.js';

export interface SpecialistStepParameters extends NetworkStepParameters {
  readonly folds: number;
  readonly minimumEffectiveSample: number;
}

/** Trains the context's unit, or, where it is none, combines all units into `specialists` and `scores`. */
export async function runSpecialistStep(
  context: StepContext<SpecialistStepParameters>,
  step: StepId,
  load: (inputs: StepInputs, regime: string) => Promise<SpecialistExamples>,
): Promise<void> {
  if (context.unit === null) return combineSpecialists(context, step);
  const [regime, id] = splitUnit(context.unit);
  const family = (await modelFamilies(context.ports))[id];
  if (family === undefined) throw new InvalidData(`expected a model family in unit ${context.unit}, found ${id}`);
  const examples = await load(context.inputs, regime);
  await trainSpecialist(context, examples, { regime, family, parameters: await familyParameters(context, family, examples) });
}

async function combineSpecialists(context: StepContext<SpecialistStepParameters>, step: StepId): Promise<void> {
  const records = await Promise.all(context.units.map((unit) => context.inputs.json<SpecialistRecord>(step, `record/${unit}`)));
  await context.outputs.json('specialists', 'ares.specialists', { specialists: records, ranking: rankFamilies(records) });
  const scores = scoreTable(records);
  await context.outputs.table('scores', 'ares.scores', scores);
  context.count({ rowsIn: records.length, rowsOut: scores.rowCount });
}

function splitUnit(unit: string): [regime: string, family: string] {
  const [regime, family] = unit.split('/');
  if (regime === undefined || family === undefined) throw new InvalidData(`expected a unit REGIME/family, found ${unit}`);
  return [regime, family];
}
