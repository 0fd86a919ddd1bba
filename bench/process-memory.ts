/** Peak resident memory of a process and all its descendants, sampled from /proc. */
import { readdir, readFile } from 'node:fs/promises';

const SAMPLE_MS = 100;
const KIB_PER_MIB = 1024;

export interface MemoryWatch {
  /** Ends sampling; peak of the sum, and each program's own peak, in MiB. */
  stop(): Promise<{ peakMiB: number; byProgram: Record<string, number> }>;
}

/** Watches a process tree. */
export function watchMemory(rootPid: number): MemoryWatch {
  let peak = 0;
  const byProgram = new Map<string, number>();
  let going = true;
  const watching = (async () => {
    while (going) {
      const sizes = await residentSizes(rootPid);
      peak = Math.max(
        peak,
        sizes.reduce((sum, process) => sum + process.mib, 0),
      );
      for (const { program, pid, mib } of sizes) byProgram.set(`${program}#${pid}`, Math.max(byProgram.get(`${program}#${pid}`) ?? 0, Math.round(mib)));
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  })();
  return {
    stop: async () => {
      going = false;
      await watching;
      return { peakMiB: Math.round(peak), byProgram: Object.fromEntries(byProgram) };
    },
  };
}

interface ProcessSize {
  readonly pid: number;
  readonly program: string;
  readonly mib: number;
}

async function residentSizes(rootPid: number): Promise<ProcessSize[]> {
  const processes = (await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(readProcess))).filter((process) => process !== null);
  const tree: ProcessSize[] = [];
  const visit = (pid: number): void => {
    const self = processes.find((process) => process.pid === pid);
    if (self !== undefined) tree.push(self);
    for (const child of processes.filter((process) => process.parent === pid)) visit(child.pid);
  };
  visit(rootPid);
  return tree;
}

/** Null when the process ended meanwhile. */
async function readProcess(name: string): Promise<(ProcessSize & { parent: number }) | null> {
  try {
    const status = await readFile(`/proc/${name}/status`, 'utf8');
    const field = (key: string): string => new RegExp(`^${key}:\\s+(.*)$`, 'm').exec(status)?.[1] ?? '';
    const command = (await readFile(`/proc/${name}/cmdline`, 'utf8')).split('\0');
    const script = command.find((part) => /\.m?js$/.test(part));
    return {
      pid: Number(name),
      parent: Number(field('PPid')),
      mib: Number.parseInt(field('VmRSS') || '0', 10) / KIB_PER_MIB,
      program: (script ?? command[0] ?? '').split('/').slice(-2).join('/'),
    };
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
