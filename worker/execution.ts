/** What this machine gives to steps: compute children, their memory and threads. How to run, never what to compute. */
import { availableParallelism, totalmem } from 'node:os';
import type { RunPlan } from '../pipeline/plan.js';
import { plannedFiles } from '../pipeline/plan.js';
import type { Execution } from '../pipeline/step-context.js';

const MEBIBYTE = 1024 * 1024;
/** Share of the machine's memory that compute children may use together; the rest is for servers and the worker itself. */
const COMPUTE_MEMORY_SHARE = 0.6;

export interface Machine {
  readonly cores: number;
  /** Compute children at once. */
  readonly slots: number;
  readonly slotMiB: number;
}

/** Cores of this machine, ARES_COMPUTE_SLOTS (default: one a core), and each slot's share of memory. */
export function thisMachine(env: NodeJS.ProcessEnv): Machine {
  const cores = availableParallelism();
  const slots = Number(env['ARES_COMPUTE_SLOTS'] ?? cores);
  return { cores, slots, slotMiB: Math.floor((totalmem() / MEBIBYTE / slots) * COMPUTE_MEMORY_SHARE) };
}

/** The execution of a plan's steps on a machine. */
export function executionFor(plan: RunPlan, machine: Machine): Execution {
  const shared = plan.settings.parallel ? Math.floor(machine.cores / machine.slots) : machine.cores;
  return {
    threads: plan.spec.threads ?? Math.max(1, shared),
    chunkRows: plan.settings.chunkRows,
    segmentDays: plan.settings.segmentDays,
    memoryLimitMiB: Math.floor(machine.slotMiB * plan.settings.memoryThreshold),
    featureCache: plan.settings.featureCache,
    sourceFiles: Object.fromEntries(plannedFiles(plan).map(({ sha256, path, bytes }) => [sha256, { path, bytes }])),
  };
}
