/** Step 6: per regime a search a family and an attention network, each beside the original's out-of-fold score. */
import { int32Column, float64Column } from '../core/data/table.js';
import { InvalidData } from '../core/errors.js';
import type { ModelFamily } from '../core/models/model.js';
import { POOLED } from '../core/regimes/regime-names.js';
import { ORIGINAL_FAMILY } from '../pipeline/specialist-families.js';
import type { RowLog, StepContext, StepFunction } from '../pipeline/step-context.js';
import type { AnalystEnhancementParameters } from '../pipeline/steps/analyst-enhancement.js';
import type { SpecialistUnit } from './fitted-specialist.js';
import { modelFamilies } from './model-families.js';
import { SEARCH_SPACES } from './search-spaces.js';
import { searchSpecialist } from './specialist-search.js';
import type { SpecialistExamples } from './specialist-examples.js';
import { loadAnalystExamples } from './specialist-examples.js';
import type { SpecialistFold } from './specialist-folds.js';
import { planSpecialistFolds } from './specialist-folds.js';
import type { EnhancementCandidate, EnhancementRecord, ProbabilityScores, SpecialistRecord } from './specialist-record.js';
import { familyParameters } from './specialist-parameters.js';
import type { OutOfFold } from './specialist-scores.js';
import { scoreOwnRows, scoreRowTable, scoreRows } from './specialist-scores.js';
import { predictOutOfFold, saveSpecialist } from './specialist-training.js';

type Context = StepContext<AnalystEnhancementParameters>;

/** The original's family under the id of its searched version. */
const TUNED_ORIGINAL = 'lightgbm-tuned';

/** Writes a unit's `record/REGIME`, `trials/REGIME` and the four artifacts of each kept family; combined, `enhancement` and `scores`. */
export const enhanceAnalysts: StepFunction<AnalystEnhancementParameters> = (context) =>
  context.unit === null ? combineEnhancements(context) : enhanceRegime(context, context.unit);

async function enhanceRegime(context: Context, regime: string): Promise<void> {
  const specialist = await context.inputs.json<SpecialistRecord>('analyst-specialist-training', `record/${regime}/${ORIGINAL_FAMILY}`);
  if (specialist.status === 'pooled') {
    const record: EnhancementRecord = { regime, status: 'pooled', reason: specialist.reason, original: null, candidates: [] };
    await context.outputs.json(`record/${regime}`, 'ares.enhancement-record', record);
    context.count({ rowsIn: specialist.rows, rowsOut: 0 });
    return;
  }
  const examples = await loadAnalystExamples(context.inputs, regime);
  const folds = planSpecialistFolds(examples, { ...context.parameters, isPooled: regime === POOLED });
  if ('reason' in folds) throw new InvalidData(`expected regime ${regime} to have a specialist as in step 5, found ${folds.reason}`);
  const original = scoreOwnRows(examples, await loadOriginal(context, examples, regime));
  const families = await modelFamilies(context.ports);
  const base = { regime, examples, folds, original };
  const candidates: EnhancementCandidate[] = [];
  const log = await context.outputs.log(`trials/${regime}`, 'ares.trials');
  for (const id of [TUNED_ORIGINAL, ...context.parameters.searched])
    candidates.push(await trySearched(context, { ...base, family: familyOf(families, id) }, log));
  await log.close();
  candidates.push(await tryAttention(context, { ...base, family: familyOf(families, 'attention') }));
  const record: EnhancementRecord = { regime, status: 'enhanced', reason: null, original: { family: ORIGINAL_FAMILY, scores: original }, candidates };
  await context.outputs.json(`record/${regime}`, 'ares.enhancement-record', record);
}

/** A family to try on a regime, beside the original's scores. */
interface Attempt {
  readonly regime: string;
  readonly examples: SpecialistExamples;
  readonly folds: readonly SpecialistFold[];
  readonly original: ProbabilityScores;
  readonly family: ModelFamily;
}

async function trySearched(context: Context, attempt: Attempt, log: RowLog): Promise<EnhancementCandidate> {
  const space = SEARCH_SPACES[attempt.family.id];
  if (space === undefined) throw new InvalidData(`expected a search space of family ${attempt.family.id}, found ${Object.keys(SEARCH_SPACES).join(', ')}`);
  return settle(context, attempt, await searchSpecialist(context, { ...attempt, space, log }));
}

async function tryAttention(context: Context, attempt: Attempt): Promise<EnhancementCandidate> {
  const { examples, folds, family, regime } = attempt;
  const parameters = await familyParameters(context, family, examples);
  const unit: SpecialistUnit = { regime, family, parameters };
  return settle(context, attempt, { parameters, outOfFold: await predictOutOfFold(context, examples, { unit, folds }), trials: 0 });
}

/** Keeps the family, and writes its artifacts, when its out-of-fold log loss on the regime's rows is below the original's. */
async function settle(
  context: Context,
  attempt: Attempt,
  found: { parameters: SpecialistUnit['parameters']; outOfFold: OutOfFold; trials: number },
): Promise<EnhancementCandidate> {
  const { regime, examples, folds, family, original } = attempt;
  const { parameters, outOfFold, trials } = found;
  const scores = scoreOwnRows(examples, outOfFold);
  const [mine, theirs] = [scores.logLoss ?? Number.NaN, original.logLoss ?? Number.NaN];
  const kept = mine < theirs;
  if (kept) await saveSpecialist(context, examples, { unit: { regime, family, parameters }, folds, outOfFold });
  const reason = `out-of-fold log loss ${mine.toFixed(6)} ${kept ? 'below' : 'not below'} the original's ${theirs.toFixed(6)}`;
  return { family: family.id, parameters, scores, kept, reason, trials };
}

/** Step 5's out-of-fold predictions by position. @throws InvalidData when they are not those of the examples */
async function loadOriginal(context: Context, examples: SpecialistExamples, regime: string): Promise<OutOfFold> {
  const table = await context.inputs.table('analyst-specialist-training', `oof/${regime}/${ORIGINAL_FAMILY}`, 'ares.predictions');
  const positions = int32Column(table, 'row');
  const times = float64Column(table, 'closeTimeMs');
  const different = positions.findIndex((position, i) => examples.closeTimeMs[position] !== times[i]);
  if (different >= 0)
    throw new InvalidData(
      `expected prediction ${different} of oof/${regime}/${ORIGINAL_FAMILY} at ${examples.closeTimeMs[positions[different] ?? 0]}, found ${times[different]}`,
    );
  return { positions, probability: float64Column(table, 'probability'), fold: int32Column(table, 'fold') };
}

function familyOf(families: Readonly<Record<string, ModelFamily>>, id: string): ModelFamily {
  const family = families[id];
  if (family === undefined) throw new InvalidData(`expected a model family ${id}, found ${Object.keys(families).join(', ')}`);
  return family;
}

async function combineEnhancements(context: Context): Promise<void> {
  const records = await Promise.all(context.units.map((unit) => context.inputs.json<EnhancementRecord>('analyst-enhancement', `record/${unit}`)));
  await context.outputs.json('enhancement', 'ares.enhancement', { regimes: records });
  const rows = records.flatMap(({ regime, original, candidates }) => [
    ...(original === null ? [] : scoreRows(`${regime}/${original.family}`, { method: 'original, out-of-fold, own regime', segment: 'train' }, original.scores)),
    ...candidates.flatMap(({ family, scores, kept }) =>
      scoreRows(`${regime}/${family}`, { method: `${kept ? 'kept' : 'not kept'}, out-of-fold, own regime`, segment: 'train' }, scores),
    ),
  ]);
  await context.outputs.table('scores', 'ares.scores', scoreRowTable(rows));
  context.count({ rowsIn: records.length, rowsOut: rows.length });
}
