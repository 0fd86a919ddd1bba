/** A compute child that runs out of memory: killed by the kernel, or refused by it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAULT_SPEC } from './fault-spec.js';
import type { FaultOutcome, FaultScenario, FaultWorld } from './fault-world.js';
import { freezeChildAt, keyOf, letAllPass } from './injection.js';
import { judgeFaults } from './judge-run.js';
import type { StruckFault } from './judge-run.js';
import { until } from './until.js';
import { isAlive } from '../support/worker-process.js';

const RUN = 'hungry';
/** Less than any step needs. */
const LIMIT_BYTES = 4 * 2 ** 20;

/** The kernel's own out-of-memory kill (a memory control group), and memory refused by a limit on address space. */
export const outOfMemoryScenario: FaultScenario = { name: 'out of memory', faults: 2, isShort: false, run: runOutOfMemory };

async function runOutOfMemory(world: FaultWorld): Promise<readonly FaultOutcome[]> {
  const group = makeMemoryGroup(`ares-fault-${process.pid}`);
  try {
    return await starve(world, group);
  } finally {
    await group?.remove();
  }
}

async function starve(world: FaultWorld, group: MemoryGroup | null): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(FAULT_SPEC);
  const lane = await world.lane();
  const worker = await lane.startWorker();
  await lane.start(RUN, FAULT_SPEC);
  const struck: StruckFault[] = [];
  for (const [step, limit] of [
    ['analyst-enhancement', group === null ? limitAddressSpace : group.limit],
    ['walk-forward-validation', limitAddressSpace],
  ] as const) {
    const { pid, atMs } = await freezeChildAt(lane, worker, step, 'fresh');
    const how = limit(pid);
    process.kill(pid, 'SIGCONT');
    await until(`the child is gone (${how})`, () => !isAlive(pid));
    await lane.logged(`${step} is done`, (entry) => entry.key === keyOf(reference, step) && entry.event === 'done');
    const isUncounted = group !== null && limit === group.limit && group.kills() === 0;
    struck.push({
      fault: `out of memory (${how})`,
      where: step,
      span: { fromMs: atMs },
      problems: isUncounted ? ['the kernel counts no out-of-memory kill'] : [],
    });
  }
  letAllPass(lane);
  await lane.result(RUN);
  return judgeFaults(lane, reference, struck);
}

function limitAddressSpace(pid: number): string {
  // What it has it keeps; nothing more is given.
  const used = Number(/VmSize:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  execFileSync('prlimit', [`--pid=${pid}`, `--as=${used}`]);
  return 'prlimit --as';
}

interface MemoryGroup {
  readonly limit: (pid: number) => string;
  /** Processes of the group that the kernel has killed for memory. */
  kills(): number;
  /** Ends what is left in it. */
  remove(): Promise<void>;
}

/** A control group of either version with a small limit; null where this user may make none. */
function makeMemoryGroup(name: string): MemoryGroup | null {
  const places = [
    { root: '/sys/fs/cgroup/memory', file: 'memory.limit_in_bytes', counts: 'memory.oom_control' },
    { root: '/sys/fs/cgroup', file: 'memory.max', counts: 'memory.events' },
  ];
  for (const { root, file, counts } of places) {
    const folder = join(root, name);
    try {
      if (!existsSync(join(root, 'cgroup.procs'))) continue;
      mkdirSync(folder);
      writeFileSync(join(folder, file), String(LIMIT_BYTES));
    } catch (error) {
      if (!['EACCES', 'EROFS', 'EPERM', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      if (existsSync(folder)) rmdirSync(folder);
      continue;
    }
    return {
      limit: (pid) => {
        writeFileSync(join(folder, 'cgroup.procs'), String(pid));
        return 'kernel, control group';
      },
      kills: () => Number(/^oom_kill (\d+)$/m.exec(readFileSync(join(folder, counts), 'utf8'))?.[1]),
      remove: async () => {
        const members = (): number[] => readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
        for (const pid of members()) process.kill(pid, 'SIGKILL');
        await until('the control group is empty', () => members().length === 0);
        rmdirSync(folder);
      },
    };
  }
  return null;
}
