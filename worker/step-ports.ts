/** The adapters behind a step's ports. Native libraries load when a step first uses them. */
import { testDataKey } from '../activities/plan-activities.js';
import { makeBundleArchive } from '../adapters/bundle-archive/index.js';
import { makeGradientBoosting } from '../adapters/gradient-boosting/index.js';
import { makeMarketFiles } from '../adapters/market-files/index.js';
import { sha256Hex } from '../adapters/object-store/index.js';
import type { ObjectStore } from '../adapters/object-store/index.js';
import { makeRegistry, makeTestLedger } from '../adapters/registry/index.js';
import { makeReportRenderer } from '../adapters/report/index.js';
import { makeBarEngine } from '../adapters/tables/index.js';
import { openTensorBackend } from '../adapters/tensor-backend/index.js';
import { canonicalJson } from '../pipeline/canonical-json.js';
import type { RunPlan } from '../pipeline/plan.js';
import { semanticPlan } from '../pipeline/plan.js';
import type { StepPorts } from '../pipeline/ports.js';

/** Ports for a plan's steps; a null plan (before it is made) has no ledger to write to. */
export function makeStepPorts(store: ObjectStore, plan: RunPlan | null): StepPorts {
  const ledger = makeTestLedger(store);
  return {
    marketFiles: makeMarketFiles(),
    bars: makeBarEngine(),
    gradientBoosting: makeGradientBoosting(),
    tensorBackend: async () => openTensorBackend({ device: plan?.settings.device ?? 'cpu' }),
    registry: makeRegistry(store),
    ledger: {
      // The plan names the data and the model, so that a repeated run is the same opening.
      record: async (opening) => {
        if (plan !== null) await ledger.record({ ...opening, dataKey: testDataKey(plan), modelKey: sha256Hex(canonicalJson(semanticPlan(plan))) });
      },
    },
    report: makeReportRenderer(),
    archive: makeBundleArchive(),
    sha256: sha256Hex,
  };
}
