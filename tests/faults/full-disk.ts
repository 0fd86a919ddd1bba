/** A full disk: a size-limited tmpfs under the worker's staging folder, filled to the last block. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../adapters/local-paths.js';
import type { Lane } from './fault-lane.js';
import { FAULT_SPEC } from './fault-spec.js';
import type { FaultOutcome, FaultScenario, FaultWorld } from './fault-world.js';
import { beforeStep, keyOf, letAllPass } from './injection.js';
import { judgeFaults } from './judge-run.js';
import { until } from './until.js';

const RUN = 'full';
const SIZE = '16m';

/** Full for one attempt; then full until the run parks, freed, and sent on by retryStep. */
export const fullDiskScenario: FaultScenario = { name: 'full disk', faults: 2, isShort: false, run: runFullDisk };

async function runFullDisk(world: FaultWorld): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(FAULT_SPEC);
  const lane = await world.lane();
  const disk = join(lane.folder, 'disk');
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', disk], { stdio: 'pipe' });
  try {
    mkdirSync(join(disk, 'staging'));
    symlinkSync(join(cacheFolder(), 'native'), join(disk, 'native'));
    await lane.startWorker({ ARES_CACHE: disk });
    await lane.start(RUN, FAULT_SPEC);
    const [early, late] = ['market-regime-classification', 'analyst-labeling-feature-engineering'] as const;
    const ballast = join(disk, 'ballast');
    await beforeStep(lane, early, async () => fill(ballast));
    const earlyMs = Date.now();
    await failedForDisk(lane, early);
    rmSync(ballast);
    const healed = await lane.logged(`${early} is done`, (entry) => entry.key === keyOf(reference, early) && entry.event === 'done');
    await beforeStep(lane, late, async () => fill(ballast));
    const lateMs = Date.now();
    letAllPass(lane);
    await until('the run is blocked', async () => (await lane.status(RUN)).state === 'Blocked');
    const blocked = (await lane.status(RUN)).steps.find(({ id }) => id === late);
    rmSync(ballast);
    const freedMs = Date.now();
    await lane.client.workflow.getHandle(RUN).executeUpdate('retryStep', { args: [{ step: late, attempt: blocked?.attempt }] });
    await lane.result(RUN);
    const problems = blocked?.error?.type === 'DiskFull' ? [] : [`blocked by ${blocked?.error?.type ?? 'nothing'} instead of DiskFull`];
    return await judgeFaults(lane, reference, [
      { fault: 'disk full for an attempt', where: early, span: { fromMs: earlyMs, overMs: healed.timeMs } },
      { fault: 'disk full until the run parks, freed, retryStep', where: late, span: { fromMs: lateMs, overMs: freedMs }, problems },
    ]);
  } finally {
    execFileSync('umount', ['-l', disk]);
  }
}

async function failedForDisk(lane: Lane, step: string): Promise<void> {
  await until(`an attempt at ${step} failed for the full disk`, async () => {
    const { raw } = await lane.client.workflow.getHandle(RUN).describe();
    return (raw.pendingActivities ?? []).some(
      (pending) => (pending.activityId ?? '').startsWith(step) && pending.lastFailure?.applicationFailureInfo?.type === 'DiskFull',
    );
  });
}

async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (;;) await file.write(Buffer.alloc(4096));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    await file.close();
  }
}
