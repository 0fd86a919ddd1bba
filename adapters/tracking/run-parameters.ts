/** Which of a plan's parameters describe a run in the tracker: those that can change a result, nested as they are in the plan. */
import type { RunPlan } from '../../pipeline/plan.js';

/** Keys that say how a run is made, never what comes out: another run with the same results may have others. */
const HOW = [
  'autoCheckpointMinutes',
  'cache',
  'chunkRows',
  'fanOut',
  'featureCache',
  'memoryThreshold',
  'notify',
  'onStepFailure',
  'parallel',
  'path',
  'preset',
  'segmentDays',
  'threads',
  'tracking',
];

/** Spec and settings; a spec key that overrides a setting is not said twice. */
export function runParameters(plan: Pick<RunPlan, 'spec' | 'settings'>): { readonly spec: object; readonly settings: object } {
  const settings = without(plan.settings, HOW);
  return { spec: without(plan.spec, [...HOW, ...Object.keys(plan.settings)]), settings };
}

function without(value: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}
