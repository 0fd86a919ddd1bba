/** Step 15: the champion (none: the pooled single model) against the new chain on the test segment, paired stationary bootstrap. */
import { CHAIN_NEEDS, chainParameters } from '../chain-parameters.js';
import type { ChainParameters } from '../chain-parameters.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step-definition.js';

export interface AbTestingParameters {
  readonly seed: number;
  readonly chain: ChainParameters;
  readonly paths: number;
  readonly champion: RunPlan['champion'];
}

export const abTesting = {
  id: 'ab-testing',
  activity: 'runAbTest',
  title: 'Test champion against challenger',
  needs: [...CHAIN_NEEDS],
  parameters: (plan: RunPlan): AbTestingParameters => ({
    seed: plan.spec.seed,
    chain: chainParameters(plan),
    paths: plan.settings.bootstrapPaths,
    champion: plan.champion,
  }),
  queue: 'ares-cpu',
  startToCloseMinutes: 240,
  stallMinutes: 10,
  adapters: ['tables', 'gradient-boosting', 'xgboost', 'tensor-backend', 'bundle-archive'],
} as const satisfies StepDefinition<'ab-testing', AbTestingParameters>;
