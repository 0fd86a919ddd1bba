/** What a worker process is told by its environment, checked before anything is connected. */
import { PipelineError } from '../pipeline/errors.js';
import type { GpuOffer } from '../pipeline/resolve-device.js';
import { TASK_QUEUES } from '../pipeline/run-status.js';

/** Long enough for a short step to finish, short enough for a rolling restart. */
const DEFAULT_GRACE_MS = 15_000;
const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

export interface WorkerSettings {
  readonly queues: readonly string[];
  /** After a signal, how long running steps may go on before they are told to stop. */
  readonly graceMs: number;
  /** host:port of /metrics and /health; null = no such server. */
  readonly metricsAddress: string | null;
  /** Null: runs are not bound to a version of the worker. */
  readonly deployment: { readonly name: string; readonly buildId: string | null } | null;
  /** Upper bound of every step's stall limit; null = the steps' own. */
  readonly stallLimitMs: number | null;
  /** The GPU that networks may be trained on, of this worker or of those that it plans for. */
  readonly gpu: GpuOffer;
  readonly sideLog: string | undefined;
}

/** The settings of an environment. @throws PipelineError InvalidSpec that names the variable and the value found */
export function readWorkerSettings(env: NodeJS.ProcessEnv): WorkerSettings {
  const name = env['ARES_DEPLOYMENT_NAME'] || null;
  const buildId = env['ARES_BUILD_ID'] || null;
  if (name === null && buildId !== null) throw wrong('ARES_DEPLOYMENT_NAME', 'set, because ARES_BUILD_ID is', undefined);
  if (env['ARES_PROFILE'] && env['ARES_PROFILE'] !== 'cpu') throw wrong('ARES_PROFILE', 'cpu or not set', env['ARES_PROFILE']);
  const slots = env['ARES_COMPUTE_SLOTS'];
  if (slots !== undefined && !/^[1-9]\d{0,2}$/.test(slots)) throw wrong('ARES_COMPUTE_SLOTS', 'a whole number from 1 to 999', slots);
  return {
    queues: queuesOf(env['ARES_QUEUES']),
    graceMs: graceOf(env['ARES_SHUTDOWN_GRACE']),
    metricsAddress: env['ARES_METRICS_ADDRESS'] || null,
    deployment: name === null ? null : { name, buildId },
    stallLimitMs: secondsOf('ARES_STALL_SECONDS', env['ARES_STALL_SECONDS']),
    gpu: gpuOf(env['ARES_GPU']),
    sideLog: env['ARES_SIDE_LOG'],
  };
}

function gpuOf(text: string | undefined): GpuOffer {
  if (text === undefined || text === '') return null;
  if (text !== 'cuda' && text !== 'webgpu') throw wrong('ARES_GPU', 'cuda, webgpu or not set', text);
  return text;
}

function queuesOf(text: string | undefined): string[] {
  const known: readonly string[] = Object.values(TASK_QUEUES);
  const queues = (text || known.join(',')).split(',').map((queue) => queue.trim());
  if (queues.some((queue) => !known.includes(queue))) throw wrong('ARES_QUEUES', `a list out of ${known.join(', ')}`, text);
  return [...new Set(queues)];
}

function graceOf(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_GRACE_MS;
  const match = /^(\d+)(ms|s|m)$/.exec(text);
  if (match === null) throw wrong('ARES_SHUTDOWN_GRACE', 'a time such as 15s or 2m', text);
  return Number(match[1]) * (MILLISECONDS[match[2] as string] as number);
}

function secondsOf(name: string, text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw wrong(name, 'a whole number of seconds from 1', text);
  return Number(text) * 1000;
}

function wrong(name: string, expected: string, found: string | undefined): PipelineError {
  return new PipelineError('InvalidSpec', `expected ${name} to be ${expected}, found ${found === undefined ? 'nothing' : JSON.stringify(found)}`);
}
