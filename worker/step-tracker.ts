/** The experiment tracker of a plan's saving step, from the worker's environment. */
import { planHash } from '../activities/plan-keys.js';
import type { ObjectStore } from '../adapters/object-store/index.js';
import { makeMlflowTracker, readTrackingSettings } from '../adapters/tracking/index.js';
import type { RunSpec } from '../pipeline/config.js';
import type { RunPlan } from '../pipeline/plan.js';
import type { ExperimentTracker } from '../pipeline/ports.js';
import { readBuildInfo } from './build-info.js';

/** A tracker whose entry is known by the key of the step that logs it. */
export function makeStepTracker(store: ObjectStore, plan: RunPlan, stepKey: string): ExperimentTracker {
  return {
    log: async (result) => {
      // `ares verify` computes a run again to compare it: the run is in the tracker already.
      if (process.env['ARES_VERIFYING'] === '1' && store.url.includes('/verify/')) return;
      const tracker = makeMlflowTracker({ env: process.env, store, plan, planHash: planHash(plan), stepKey, build: await readBuildInfo() });
      await tracker.log(result);
    },
  };
}

/**
 * Refuses a spec whose tracker this worker does not know, before hours of work rather than after them.
 * @throws PipelineError InvalidSpec
 */
export function checkTracking(spec: Pick<RunSpec, 'tracking'>, env: NodeJS.ProcessEnv): void {
  if (spec.tracking === 'mlflow') readTrackingSettings(env);
}
