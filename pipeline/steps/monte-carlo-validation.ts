/** Step 14: block bootstrap of the test returns and four stress scenarios replayed through the strategy, with VaR and ES. */
import { CHAIN_NEEDS, chainParameters } from '../chain-parameters.js';
import type { ChainParameters } from '../chain-parameters.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step-definition.js';

export interface MonteCarloValidationParameters {
  readonly seed: number;
  readonly chain: ChainParameters;
  readonly paths: number;
}

export const monteCarloValidation = {
  id: 'monte-carlo-validation',
  activity: 'validateMonteCarlo',
  title: 'Validate by Monte Carlo',
  needs: [...CHAIN_NEEDS],
  parameters: (plan: RunPlan): MonteCarloValidationParameters => ({
    seed: plan.spec.seed,
    chain: chainParameters(plan),
    paths: plan.settings.bootstrapPaths,
  }),
  queue: 'ares-cpu',
  startToCloseMinutes: 480,
  stallMinutes: 10,
  adapters: ['tables', 'gradient-boosting', 'xgboost', 'tensor-backend'],
} as const satisfies StepDefinition<'monte-carlo-validation', MonteCarloValidationParameters>;
