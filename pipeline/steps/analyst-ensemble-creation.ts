/** Step 7: stacking on out-of-fold predictions, routed by regime probability; the analyst's signals for train, calibration and selection. */
import type { EnsembleParameters } from '../specialists.js';
import { ensembleParameters } from '../specialists.js';
import type { StepDefinition } from '../step-definition.js';

export type AnalystEnsembleCreationParameters = EnsembleParameters;

export const analystEnsembleCreation = {
  id: 'analyst-ensemble-creation',
  activity: 'createAnalystEnsembles',
  title: 'Create analyst ensembles',
  needs: [
    'market-regime-classification',
    'regime-data-splitting',
    'analyst-labeling-feature-engineering',
    'analyst-specialist-training',
    'analyst-enhancement',
  ],
  parameters: ensembleParameters,
  queue: 'ares-cpu',
  startToCloseMinutes: 120,
  stallMinutes: 10,
  adapters: ['tables', 'gradient-boosting', 'xgboost', 'tensor-backend'],
} as const satisfies StepDefinition<'analyst-ensemble-creation', AnalystEnsembleCreationParameters>;
