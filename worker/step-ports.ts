/** The adapters behind a step's ports, made once a process. Native libraries load when a step first uses them. */
import { planModelKey, testDataKey } from '../activities/plan-keys.js';
import { makeBundleArchive } from '../adapters/bundle-archive/index.js';
import { makeGradientBoosting } from '../adapters/gradient-boosting/index.js';
import { makeMarketFiles } from '../adapters/market-files/index.js';
import { sha256Hex } from '../adapters/object-store/index.js';
import type { ObjectStore } from '../adapters/object-store/index.js';
import { makeRegistry, makeTestLedger } from '../adapters/registry/index.js';
import { makeReportRenderer } from '../adapters/report/index.js';
import { makeBarEngine } from '../adapters/tables/index.js';
import { openTensorBackend } from '../adapters/tensor-backend/index.js';
import type { RunPlan } from '../pipeline/plan.js';
import type { StepPorts } from '../pipeline/ports.js';

/** A maker of ports for a plan's steps; a null plan (before it is made) has no test segment to open. */
export function makeStepPorts(store: ObjectStore): (plan: RunPlan | null) => StepPorts {
  const ledger = makeTestLedger(store);
  const shared = {
    marketFiles: makeMarketFiles(),
    bars: makeBarEngine(),
    gradientBoosting: makeGradientBoosting(),
    registry: makeRegistry(store),
    report: makeReportRenderer(),
    archive: makeBundleArchive(),
    sha256: sha256Hex,
  };
  return (plan) => ({
    ...shared,
    tensorBackend: async () => openTensorBackend({ device: plan?.settings.device ?? 'cpu' }),
    ledger: {
      // The plan names the data and the model, so that a repeated run is the same opening.
      record: async (opening) => {
        if (plan === null) throw new Error('Invariant: a test segment was opened before there was a plan');
        await ledger.record({ ...opening, dataKey: testDataKey(plan), modelKey: planModelKey(plan) });
      },
    },
  });
}
