/** Step 6: hyperparameter search and an attention network per regime, each kept only if better than the original, both recorded. */
import type { Segments } from '../plan.js';
import { SPECIALIST_REGIMES } from '../specialists.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step.js';

export interface AnalystEnhancementParameters {
  readonly seed: number;
  readonly segments: Segments;
  readonly embargoMs: number;
  readonly folds: number;
  readonly minimumEffectiveSample: number;
  readonly trials: number;
  readonly device: 'cpu' | 'gpu';
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
  }),
  units: (): readonly string[] => SPECIALIST_REGIMES,
  queue: 'ares-gpu',
  startToCloseMinutes: 960,
  stallMinutes: 15,
  adapters: ['tables', 'gradient-boosting', 'xgboost', 'tensor-backend'],
} as const satisfies StepDefinition<'analyst-enhancement', AnalystEnhancementParameters>;
