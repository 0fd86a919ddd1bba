/** Processes that neither work nor die: SIGSTOP of a compute child, and of a whole worker. */
import { FAULT_SPEC } from './fault-spec.js';
import type { FaultOutcome, FaultScenario, FaultWorld } from './fault-world.js';
import { freezeChildAt, holdingCommits, keyOf, letAllPass } from './injection.js';
import { judgeFaults } from './judge-run.js';
import type { StruckFault } from './judge-run.js';
import { until } from './until.js';
import { isAlive } from '../support/worker-process.js';

const RUN = 'frozen';
/** Longer than any step of the run is silent, on a machine some times slower too. */
const STALL_SECONDS = 12;
const STUCK_STEPS = ['market-regime-classification', 'walk-forward-validation'] as const;

/** A child without a sign of progress: the stall detector kills it. */
export const frozenChildScenario: FaultScenario = { name: 'frozen child', faults: STUCK_STEPS.length, isShort: true, run: runFrozenChild };

async function runFrozenChild(world: FaultWorld): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(FAULT_SPEC);
  const lane = await world.lane({ env: { ARES_STALL_SECONDS: `${STALL_SECONDS}` } });
  const worker = await lane.startWorker();
  await lane.start(RUN, FAULT_SPEC);
  const struck: StruckFault[] = [];
  for (const step of STUCK_STEPS) {
    const { pid, atMs } = await freezeChildAt(lane, worker, step);
    await until('the stalled child is gone', () => !isAlive(pid));
    const over = await lane.logged(`${step} is done`, (entry) => entry.key === keyOf(reference, step) && entry.event === 'done');
    struck.push({ fault: 'SIGSTOP of the compute child, stall detector', where: step, span: { fromMs: atMs, toMs: over.timeMs } });
  }
  letAllPass(lane);
  await lane.result(RUN);
  return judgeFaults(lane, reference, struck);
}

/** A worker that stands still until Temporal has given its work to another, then goes on: two attempts at once. */
export const frozenWorkerScenarios: readonly FaultScenario[] = [
  { name: 'frozen worker in work', faults: 1, isShort: false, run: async (world) => runFrozenWorker(world, 'in work') },
  { name: 'frozen worker in mid-commit', faults: 1, isShort: false, run: async (world) => runFrozenWorker(world, 'in mid-commit') },
];

async function runFrozenWorker(world: FaultWorld, when: 'in work' | 'in mid-commit'): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(FAULT_SPEC);
  const lane = await world.lane();
  const old = await lane.startWorker();
  await lane.start(RUN, FAULT_SPEC);
  const step = 'final-parameters-optimization';
  const key = keyOf(reference, step);
  let fromMs = 0;
  if (when === 'in work') {
    const { pid, atMs } = await freezeChildAt(lane, old, step);
    old.signal('SIGSTOP');
    fromMs = atMs;
    letAllPass(lane);
    await lane.startWorker();
    await lane.result(RUN);
    process.kill(pid, 'SIGCONT');
  } else {
    await holdingCommits(lane, [key], async () => {
      await until(`the commit of ${step} is on its way`, () => lane.proxy.isHeld(({ path }) => path.includes(key)));
      old.signal('SIGSTOP');
      fromMs = Date.now();
    });
    // The old attempt's commit stays held; the new one's passes first.
    await lane.startWorker();
    await lane.result(RUN);
    lane.proxy.release();
  }
  const overMs = Date.now();
  old.signal('SIGCONT');
  // It drains: whatever its attempt still does is over when it has ended.
  await old.end('SIGTERM');
  return judgeFaults(lane, reference, [{ fault: `SIGSTOP of the worker ${when}, two attempts`, where: step, span: { fromMs, toMs: overMs } }]);
}
