/** The worker as a child: started, watched, started again when it dies. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { awaitHealthy } from './await-healthy.js';
import type { RunningChild } from './child-process.js';
import { logTail, startChild } from './child-process.js';
import { say } from './progress.js';
import { tryCommand } from './run-command.js';
import type { ServiceOptions } from './service.js';

const READY_MS = 120_000;
const RESTART_DELAY_MS = 1000;
/** So many deaths within the window mean that it cannot run at all. */
const MAXIMUM_DEATHS = 5;
const DEATH_WINDOW_MS = 120_000;
const QUEUES = ['ares-workflow', 'ares-cpu'] as const;

export interface WorkerOptions extends ServiceOptions {
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Starts one worker process on all task queues of the local stack. */
export async function startWorker(options: WorkerOptions): Promise<RunningChild> {
  return await startChild({
    name: 'worker',
    command: process.execPath,
    args: ['--enable-source-maps', join(options.root, 'dist', 'worker', 'index.js')],
    // Whoever presses Ctrl-C at a local stack waits no longer than this for steps that run.
    env: { ARES_SHUTDOWN_GRACE: '5s', ...process.env, ...options.environment },
    logPath: join(options.folder, 'logs', 'worker.log'),
    keep: options.keep,
  });
}

/** Returns once the worker polls. @throws Error with the tail of its log. */
export async function awaitPolling(child: RunningChild, program: string, address: string): Promise<void> {
  await awaitHealthy(
    child,
    async () => {
      for (const queue of QUEUES) if (!(await hasPollers(program, address, queue))) return false;
      return true;
    },
    READY_MS,
  );
}

async function hasPollers(program: string, address: string, queue: string): Promise<boolean> {
  const result = await tryCommand(program, ['task-queue', 'describe', '--task-queue', queue, '--address', address, '--output', 'json'], { timeoutMs: 10_000 });
  if (result.code !== 0) return false;
  return ((JSON.parse(result.stdout) as { pollers: readonly unknown[] | null }).pollers ?? []).length > 0;
}

export interface Watch {
  /** Ends the watch, so that the worker may end. */
  release(): void;
  current(): RunningChild;
}

/**
 * Starts the worker again whenever it ends, and tells of it.
 * @param onRestart called with each new worker.
 * @param onHopeless called once when it died too often, with the tail of its log.
 */
export function watchWorker(
  first: RunningChild,
  options: WorkerOptions,
  events: { onRestart: (child: RunningChild) => Promise<void>; onHopeless: (reason: string) => void },
): Watch {
  let current = first;
  let isReleased = false;
  const deaths: number[] = [];
  const watch = async (): Promise<void> => {
    for (;;) {
      const reason = await current.ended;
      if (isReleased) return;
      deaths.push(Date.now());
      const recent = deaths.filter((time) => time > Date.now() - DEATH_WINDOW_MS).length;
      if (recent >= MAXIMUM_DEATHS)
        throw new Error(`the worker died ${recent} times within ${DEATH_WINDOW_MS / 1000} s, last it ${reason}\n${logTail(current.logPath)}`);
      say(`the worker ${reason}; starting it again (log: ${current.logPath})`);
      await sleep(RESTART_DELAY_MS);
      if (isReleased) return;
      current = await startWorker(options);
      await events.onRestart(current);
    }
  };
  watch().catch((error: Error) => events.onHopeless(error.message));
  return {
    release: () => {
      isReleased = true;
    },
    current: () => current,
  };
}
