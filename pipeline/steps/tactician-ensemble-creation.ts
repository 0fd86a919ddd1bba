/** Step 10: the tactician's stacking, as for the analyst. */
import type { EnsembleParameters } from '../specialists.js';
import { ensembleParameters } from '../specialists.js';
import type { StepDefinition } from '../step-definition.js';

export type TacticianEnsembleCreationParameters = EnsembleParameters;

export const tacticianEnsembleCreation = {
  id: 'tactician-ensemble-creation',
  activity: 'createTacticianEnsembles',
  title: 'Create tactician ensembles',
  needs: ['market-regime-classification', 'tactician-labeling', 'tactician-specialist-training'],
  parameters: ensembleParameters,
  queue: 'ares-cpu',
  startToCloseMinutes: 120,
  stallMinutes: 10,
  adapters: ['tables', 'gradient-boosting', 'xgboost'],
} as const satisfies StepDefinition<'tactician-ensemble-creation', TacticianEnsembleCreationParameters>;
