/** The adapters behind a step's ports, made once a process. Native libraries load when a step first uses them. */
import { planModelKey, testDataKey } from '../activities/plan-keys.js';
import { makeBundleArchive } from '../adapters/bundle-archive/index.js';
import { makeGradientBoosting } from '../adapters/gradient-boosting/index.js';
import { sha256Hex } from '../adapters/object-store/index.js';
import type { ObjectRef, ObjectStore } from '../adapters/object-store/index.js';
import { makeRegistry, makeTestLedger } from '../adapters/registry/index.js';
import { makeReportRenderer } from '../adapters/report/index.js';
import { makeBarEngine } from '../adapters/tables/index.js';
import { openTensorBackend } from '../adapters/tensor-backend/index.js';
import type { TensorBackendOptions } from '../adapters/tensor-backend/index.js';
import { makeXgboost } from '../adapters/xgboost/index.js';
import { NO_MEMO } from '../core/chain/feature-memo.js';
import type { RunPlan } from '../pipeline/plan.js';
import type { StepPorts } from '../pipeline/ports.js';
import type { FeatureCache } from './feature-cache.js';
import { makeMarketSources } from './market-sources.js';
import { makeStepTracker } from './step-tracker.js';

/** A maker of ports for a plan's steps and a step key; a null plan (before it is made) has no test segment to open and nothing to track. */
export function makeStepPorts(store: ObjectStore, features: FeatureCache): (plan: RunPlan | null, stepKey?: string) => StepPorts {
  const ledger = makeTestLedger(store);
  const shared = {
    marketSource: makeMarketSources(process.env),
    bars: makeBarEngine(),
    gradientBoosting: makeGradientBoosting(),
    xgboost: makeXgboost(),
    registry: makeRegistry(store),
    report: makeReportRenderer(),
    archive: makeBundleArchive(),
    sha256: sha256Hex,
    readObject: async (ref: ObjectRef) => store.getBytes(ref),
  };
  return (plan, stepKey) => ({
    ...shared,
    tracker: {
      log: async (result) => {
        if (plan === null || stepKey === undefined) throw new Error('Invariant: a run was to be tracked before it had a plan and a step key');
        await makeStepTracker(store, plan, stepKey).log(result);
      },
    },
    featureMemo: (identity) => (plan?.settings.featureCache === true ? features.memo(identity) : NO_MEMO),
    tensorBackend: async () => openTensorBackend(backendOptions(plan)),
    ledger: {
      record: async (opening) => {
        if (plan === null) throw new Error('Invariant: a test segment was opened before there was a plan');
        const { test } = plan.segments;
        // A walk-forward window's test is an opening of its own, keyed by the step.
        if (opening.fromMs !== test.fromMs || opening.toMs !== test.toMs) return ledger.record(opening);
        // The plan names the data and the model, so that a repeated run is the same opening.
        await ledger.record({ ...opening, dataKey: testDataKey(plan), modelKey: planModelKey(plan) });
      },
    },
  });
}

function backendOptions(plan: RunPlan | null): TensorBackendOptions {
  if (plan === null) return {};
  const { device, backend = 'tensorflow', gpuMemoryLimitMiB } = plan.settings;
  return { device, backend, ...(gpuMemoryLimitMiB === undefined ? {} : { memoryLimitMiB: gpuMemoryLimitMiB }) };
}
