/** The search over a family's parameters for one regime, scored on the same purged folds as the original. */
import { NumericalError } from '../core/errors.js';
import { logLoss } from '../core/metrics/classification.js';
import type { ModelFamily } from '../core/models/model.js';
import { tpeSampler } from '../core/optimization/sampler-tpe.js';
import type { ParameterSet, SearchSpace } from '../core/optimization/search-space.js';
import { searchTrials } from '../core/optimization/search-trials.js';
import { canonicalJson } from '../pipeline/canonical-json.js';
import { checkpointWithin } from '../pipeline/checkpoint.js';
import type { RowLog, StepContext } from '../pipeline/step-context.js';
import type { AnalystEnhancementParameters } from '../pipeline/steps/analyst-enhancement.js';
import type { SpecialistExamples } from './specialist-examples.js';
import { valuesAt } from './specialist-examples.js';
import type { SpecialistFold } from './specialist-folds.js';
import { familyParameters } from './specialist-parameters.js';
import type { OutOfFold } from './specialist-scores.js';
import { scoreOwnRows } from './specialist-scores.js';
import { predictOutOfFold } from './specialist-training.js';

export interface SpecialistSearch {
  /** The best trial's, by the log loss of all folds: what the final model is fitted with. */
  readonly parameters: ParameterSet;
  /** In each fold the predictions of the trial that is best on the *other* folds: the choice has not seen the fold's rows. */
  readonly outOfFold: OutOfFold;
  readonly trials: number;
}

interface SearchWork {
  readonly regime: string;
  readonly examples: SpecialistExamples;
  readonly folds: readonly SpecialistFold[];
  readonly family: ModelFamily;
  readonly space: SearchSpace;
  /** Of schema ares.trials. */
  readonly log: RowLog;
}

/** Runs `parameters.trials` trials and appends them to the log; a trial's objective is its weighted log loss out of fold on the regime's rows. */
export async function searchSpecialist(context: StepContext<AnalystEnhancementParameters>, work: SearchWork): Promise<SpecialistSearch> {
  const { regime, examples, folds, family, log } = work;
  const defaults = await familyParameters(context, family, examples);
  const predictions: OutOfFold[] = [];
  const { trials, best } = await searchTrials({
    space: work.space,
    trials: context.parameters.trials,
    seed: context.seed(regime, family.id, 'search'),
    sampler: tpeSampler(),
    signal: context.signal,
    evaluate: async (parameters, trial) => {
      const unit = { regime, family, parameters: { ...defaults, ...parameters } };
      const checkpoint = checkpointWithin(context.checkpoint, `trial ${trial}`);
      const outOfFold = await predictOutOfFold({ ...context, checkpoint }, examples, { unit, folds });
      predictions.push(outOfFold);
      return scoreOwnRows(examples, outOfFold).logLoss;
    },
    onTrial: async ({ trial, parameters, objective, state }) => {
      await log.append({ study: `${regime}/${family.id}`, trial, parameters: canonicalJson(parameters), objective, state });
      context.progress((trial + 1) / context.parameters.trials, `${regime} ${family.id}: trial ${trial + 1} of ${context.parameters.trials}`);
    },
  });
  if (best === null) throw new NumericalError(`expected a scored trial among ${trials.length} of ${family.id} in regime ${regime}, found none`);
  const chosen = chooseByOtherFolds(examples, folds, predictions);
  return { parameters: { ...defaults, ...best.parameters } as ParameterSet, outOfFold: chosen, trials: trials.length };
}

/** Joins, fold by fold, the predictions of the trial whose log loss over the other folds is least (the first of equals). */
export function chooseByOtherFolds(examples: SpecialistExamples, folds: readonly SpecialistFold[], predictions: readonly OutOfFold[]): OutOfFold {
  const first = predictions[0];
  if (first === undefined) throw new RangeError('expected the predictions of at least one trial, found none');
  const probability = Float64Array.from(first.probability);
  for (const { fold } of folds) {
    // A trial without a loss is never the least; where none has one the first stands for all.
    const losses = predictions.map((trial) => lossOutside(examples, trial, fold)).map((loss) => (Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss));
    const chosen = predictions[losses.indexOf(Math.min(...losses))] as OutOfFold;
    chosen.fold.forEach((value, i) => {
      if (value === fold) probability[i] = chosen.probability[i] as number;
    });
  }
  return { ...first, probability };
}

function lossOutside(examples: SpecialistExamples, trial: OutOfFold, fold: number): number {
  const chosen = Int32Array.from(trial.positions.keys()).filter((i) => trial.fold[i] !== fold && examples.own[trial.positions[i] as number] === 1);
  const positions = chosen.map((i) => trial.positions[i] as number);
  return logLoss(valuesAt(examples.label, positions), valuesAt(trial.probability, chosen), valuesAt(examples.uniqueness, positions));
}
