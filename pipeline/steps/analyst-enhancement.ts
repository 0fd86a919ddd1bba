/** Step 6: hyperparameter searches and an attention network per regime, each kept only if better than the original, both recorded. */
import type { Segments } from '../plan.js';
import { SPECIALIST_REGIMES, searchedFamilies } from '../specialists.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step-definition.js';

export interface AnalystEnhancementParameters {
  readonly seed: number;
  readonly segments: Segments;
  readonly embargoMs: number;
  readonly folds: number;
  readonly minimumEffectiveSample: number;
  readonly trials: number;
  readonly device: 'cpu' | 'gpu';
  /** Families whose parameters are searched besides LightGBM's. */
  readonly searched: readonly string[];
}

export const analystEnhancement = {
  id: 'analyst-enhancement',
  activity: 'enhanceAnalysts',
  title: 'Enhance analysts',
  needs: ['regime-data-splitting', 'analyst-labeling-feature-engineering', 'analyst-specialist-training'],
  parameters: (plan: RunPlan): AnalystEnhancementParameters => ({
    seed: plan.spec.seed,
    segments: plan.segments,
    embargoMs: plan.embargoMs,
    folds: plan.spec.folds,
    minimumEffectiveSample: plan.spec.minimumEffectiveSample,
    trials: plan.settings.maxTrials,
    device: plan.settings.device,
    searched: searchedFamilies(plan),
  }),
  units: (): readonly string[] => SPECIALIST_REGIMES,
  queue: 'ares-gpu',
  startToCloseMinutes: 960,
  stallMinutes: 15,
  adapters: ['tables', 'row-log', 'gradient-boosting', 'xgboost', 'tensor-backend'],
} as const satisfies StepDefinition<'analyst-enhancement', AnalystEnhancementParameters>;
