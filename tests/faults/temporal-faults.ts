/** Temporal killed and started again on its database, or without it. */
import { FAULT_SPEC } from './fault-spec.js';
import type { FaultOutcome, FaultScenario, FaultWorld } from './fault-world.js';
import { beforeStep, holdingCommits, keyOf, letAllPass } from './injection.js';
import { judgeFaults } from './judge-run.js';
import type { StruckFault } from './judge-run.js';
import { until } from './until.js';

const RUN = 'served';
const STRUCK_STEPS = ['data-collection', 'analyst-enhancement', 'monte-carlo-validation'] as const;

/** kill -9 of the server early, in the middle and while three steps run side by side. */
export const temporalKilledScenario: FaultScenario = { name: 'temporal killed', faults: STRUCK_STEPS.length, isShort: true, run: runTemporalKilled };

async function runTemporalKilled(world: FaultWorld): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(FAULT_SPEC);
  const lane = await world.lane();
  await lane.startWorker();
  await lane.start(RUN, FAULT_SPEC);
  const struck: StruckFault[] = [];
  for (const step of STRUCK_STEPS) {
    const key = keyOf(reference, step);
    let fromMs = 0;
    await holdingCommits(lane, [key], async () => {
      await until(`the commit of ${step} is on its way`, () => lane.proxy.isHeld(({ path }) => path.includes(key)));
      await lane.temporal.kill();
      fromMs = Date.now();
    });
    lane.proxy.release();
    // Its result is committed while there is no server to tell.
    await lane.logged(`${step} is done`, (entry) => entry.key === key && entry.event === 'done');
    await lane.temporal.restart();
    struck.push({ fault: 'kill -9 Temporal, restart on its database', where: step, span: { fromMs } });
  }
  await lane.result(RUN);
  return judgeFaults(lane, reference, struck);
}

/** The database is gone: the run is started anew and goes on from the store. */
export const databaseLostScenario: FaultScenario = { name: 'database lost', faults: 1, isShort: false, run: runDatabaseLost };

async function runDatabaseLost(world: FaultWorld): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(FAULT_SPEC);
  const lane = await world.lane();
  const worker = await lane.startWorker();
  await lane.start(RUN, FAULT_SPEC);
  const step = 'tactician-specialist-training';
  let fromMs = 0;
  await beforeStep(lane, step, async () => {
    await lane.temporal.kill();
    await worker.end('SIGKILL');
    fromMs = Date.now();
  });
  letAllPass(lane);
  await lane.temporal.restart({ emptyDatabase: true });
  await lane.startWorker();
  await lane.start(RUN, FAULT_SPEC);
  await lane.result(RUN);
  return judgeFaults(lane, reference, [{ fault: "Temporal's database deleted, worker killed, run started anew", where: step, span: { fromMs } }]);
}
