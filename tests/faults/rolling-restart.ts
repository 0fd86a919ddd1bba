/** SIGTERM of the working worker while another one is ready: a deployment in mid-run. */
import { FAULT_SPEC } from './fault-spec.js';
import type { FaultOutcome, FaultScenario, FaultWorld } from './fault-world.js';
import { freezeChildAt, isSame, letAllPass, midst } from './injection.js';
import { judgeFaults } from './judge-run.js';
import type { StruckFault } from './judge-run.js';

const RUN = 'rolled';
const STUCK_STEP = 'tactician-specialist-training';
const STEPS_IN_ORDER = ['analyst-specialist-training', STUCK_STEP, 'walk-forward-validation'] as const;

/** Twice at work, once stuck so that the grace time runs out. */
export const rollingRestartScenario: FaultScenario = { name: 'rolling restart', faults: 3, isShort: false, run: runRollingRestart };

async function runRollingRestart(world: FaultWorld): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(FAULT_SPEC);
  const lane = await world.lane();
  let worker = await lane.startWorker();
  await lane.start(RUN, FAULT_SPEC);
  const struck: StruckFault[] = [];
  for (const step of STEPS_IN_ORDER) {
    if (step === STUCK_STEP) await freezeChildAt(lane, worker, step);
    else await lane.logged(`${step} in its midst`, isSame(midst(reference, step)));
    letAllPass(lane);
    const fromMs = Date.now();
    // The next one is there before this one goes: whoever is free takes what comes.
    const [next] = await Promise.all([lane.startWorker(), worker.end('SIGTERM')]);
    worker = next;
    // What the worker finished in its grace time was not struck.
    struck.push({
      fault: `SIGTERM${step === STUCK_STEP ? ', grace time exceeded' : ''}, another worker starts`,
      where: step,
      span: { fromMs, overMs: Date.now() },
    });
  }
  await lane.result(RUN);
  return judgeFaults(lane, reference, struck);
}
