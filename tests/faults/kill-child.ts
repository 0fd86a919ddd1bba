/** kill -9 of the compute child in each step: the attempt fails, the next one does the work. */
import { STEPS } from '../../pipeline/steps/index.js';
import { FAULT_SPEC } from './fault-spec.js';
import type { FaultOutcome, FaultScenario, FaultWorld } from './fault-world.js';
import { freezeChildAt, keyOf, letAllPass } from './injection.js';
import { redoneWork } from './redone-work.js';
import { compareContents, readContents } from './store-contents.js';

const RUN = 'crashing';

/** One run whose child dies once in every step. */
export const killChildScenario: FaultScenario = { name: 'kill -9 child', faults: STEPS.length, isShort: false, run: killChildren };

async function killChildren(world: FaultWorld): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(FAULT_SPEC);
  const lane = await world.lane();
  const worker = await lane.startWorker();
  await lane.start(RUN, FAULT_SPEC);
  const kills: { step: string; atMs: number; healedMs: number }[] = [];
  for (const { id } of STEPS) {
    const { pid } = await freezeChildAt(lane, worker, id);
    const atMs = Date.now();
    process.kill(pid, 'SIGKILL');
    const healed = await lane.logged(`${id} is done after the kill`, (entry) => entry.key === keyOf(reference, id) && entry.event === 'done');
    kills.push({ step: id, atMs, healedMs: healed.timeMs });
  }
  letAllPass(lane);
  await lane.result(RUN);
  const harm = compareContents(reference.contents, await readContents(lane.store));
  const log = await lane.sideLog();
  return kills.map(({ step, atMs, healedMs }, i) => {
    const { text, problems } = redoneWork(log, { fromMs: atMs, toMs: kills[i + 1]?.atMs ?? Date.now() });
    return { fault: 'kill -9 compute child', where: step, redone: text, seconds: (healedMs - atMs) / 1000, problems: [...harm, ...problems] };
  });
}
