/** Step 13: rolling windows; steps 2 to 12 run again inside each window on its own four segments. */
import { planWalkForward } from '../walk-forward.js';
import type { WindowPlan } from '../walk-forward.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step-definition.js';

export interface WalkForwardValidationParameters {
  /** The plan of each window: the run's plan with the window's own dates and a reduced budget. */
  readonly windows: readonly WindowPlan[];
}

export const walkForwardValidation = {
  id: 'walk-forward-validation',
  activity: 'validateWalkForward',
  title: 'Validate by walk-forward',
  needs: ['data-collection', 'market-regime-classification'],
  after: ['final-parameters-optimization'],
  parameters: (plan: RunPlan): WalkForwardValidationParameters => ({ windows: planWalkForward(plan) }),
  units: (plan: RunPlan): readonly string[] => planWalkForward(plan).map((window) => window.name),
  queue: 'ares-cpu',
  // Step 6 tries an attention network in every window.
  fitsNetworks: (): boolean => true,
  startToCloseMinutes: 960,
  stallMinutes: 15,
  adapters: ['tables', 'gradient-boosting', 'xgboost', 'tensor-backend'],
} as const satisfies StepDefinition<'walk-forward-validation', WalkForwardValidationParameters>;
