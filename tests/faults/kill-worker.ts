/** kill -9 of the worker process in the midst of each step; another worker goes on. */
import type { StepId } from '../../pipeline/steps/index.js';
import { STEPS } from '../../pipeline/steps/index.js';
import { FAULT_SPEC } from './fault-spec.js';
import type { FaultOutcome, FaultScenario, FaultWorld } from './fault-world.js';
import { holdingCommits, isSame, keyOf, midst } from './injection.js';
import { redoneWork } from './redone-work.js';
import { compareContents, readContents } from './store-contents.js';

const RUN = 'killed';

/** One run for so many steps: each kill costs the wait for a heartbeat, so that runs side by side are quicker. */
const STEPS_A_RUN = 2;

const STEP_IDS = STEPS.map((step) => step.id);

/** Kills in every step, two to a run. */
export const killWorkerScenarios: readonly FaultScenario[] = Array.from({ length: STEP_IDS.length / STEPS_A_RUN }, (_, i) => {
  // Steps of one run lie apart.
  const steps = STEP_IDS.filter((_id, index) => index % (STEP_IDS.length / STEPS_A_RUN) === i);
  return {
    name: `kill -9 worker ${i}`,
    faults: steps.length,
    isShort: steps.includes('walk-forward-validation'),
    run: async (world) => killWorkerIn(steps, world),
  };
});

/** The run's worker killed in each of the steps, in their order. */
export async function killWorkerIn(steps: readonly StepId[], world: FaultWorld): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(FAULT_SPEC);
  const lane = await world.lane();
  let worker = await lane.startWorker();
  await lane.start(RUN, FAULT_SPEC);
  const kills: { step: StepId; atMs: number; missed: boolean }[] = [];
  for (const step of steps) {
    const trigger = midst(reference, step);
    await holdingCommits(lane, [trigger.key, keyOf(reference, step)], async () => {
      await lane.logged(`${step} in its midst`, isSame(trigger));
      const atMs = Date.now();
      await worker.end('SIGKILL');
      const missed = (await lane.sideLog()).some((entry) => entry.key === trigger.key && entry.event === 'done');
      kills.push({ step, atMs, missed });
    });
    worker = await lane.startWorker();
  }
  await lane.result(RUN);
  const endMs = Date.now();
  const harm = compareContents(reference.contents, await readContents(lane.store));
  const log = await lane.sideLog();
  return kills.map(({ step, atMs, missed }, i) => {
    const toMs = kills[i + 1]?.atMs ?? endMs;
    const { text, problems } = redoneWork(log, { fromMs: atMs, toMs });
    return {
      fault: 'kill -9 worker',
      where: step,
      redone: text,
      seconds: (toMs - atMs) / 1000,
      problems: [...harm, ...problems, ...(missed ? [`${step} was over before the kill`] : [])],
    };
  });
}
