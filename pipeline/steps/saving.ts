/** Step 16: hand-over bundle, report in four formats, registry entry with lineage. */
import { CHAIN_NEEDS, chainParameters } from '../chain-parameters.js';
import type { ChainParameters } from '../chain-parameters.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step-definition.js';

export interface SavingParameters {
  readonly chain: ChainParameters;
  readonly source: RunPlan['source']['kind'];
  readonly priorTestOpenings: number;
  /** A run that must be in a tracker is another result than one that need not: it is never taken from the other's cache. */
  readonly tracking: RunPlan['spec']['tracking'];
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
    tracking: plan.spec.tracking,
  }),
  queue: 'ares-io',
  startToCloseMinutes: 60,
  stallMinutes: 10,
  adapters: ['tables', 'gradient-boosting', 'xgboost', 'tensor-backend', 'bundle-archive', 'report'],
} as const satisfies StepDefinition<'saving', SavingParameters>;
