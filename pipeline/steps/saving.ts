/** Step 16: hand-over bundle, report in four formats, registry entry with lineage. */
import { CHAIN_NEEDS, chainParameters } from '../chain-parameters.js';
import type { ChainParameters } from '../chain-parameters.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step.js';

export interface SavingParameters {
  readonly chain: ChainParameters;
  readonly source: 'simulator' | 'files';
  readonly priorTestOpenings: number;
}

export const saving = {
  id: 'saving',
  activity: 'saveResults',
  title: 'Save results',
  needs: [...CHAIN_NEEDS, 'walk-forward-validation', 'monte-carlo-validation', 'ab-testing'],
  parameters: (plan: RunPlan): SavingParameters => ({
    chain: chainParameters(plan),
    source: plan.spec.source,
    priorTestOpenings: plan.priorTestOpenings,
  }),
  queue: 'ares-io',
  startToCloseMinutes: 60,
  stallMinutes: 10,
  adapters: ['tables', 'gradient-boosting', 'tensor-backend', 'bundle-archive', 'report'],
} as const satisfies StepDefinition<'saving', SavingParameters>;
