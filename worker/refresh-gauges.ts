/** Brings the gauges up to date when somebody reads them. */
import { readFile } from 'node:fs/promises';
import type { NativeConnection } from '@temporalio/worker';
import type { ComputePool } from '../adapters/compute-pool/index.js';
import { watchEventLoop } from '../adapters/telemetry/index.js';
import type { LagMonitor, Metrics } from '../adapters/telemetry/index.js';
import type { ObservedCompute } from './observe-compute.js';

const KIBIBYTE = 1024;
const WINDOW_MS = 60_000;
const BLOCKED_QUERY = 'RunState="Blocked" AND ExecutionStatus="Running"';
const ANSWER_MS = 3000;
/** Several scrapers ask the server no oftener than this. */
const BLOCKED_EVERY_MS = 10_000;

export interface GaugeSources {
  readonly metrics: Metrics;
  readonly pool: ComputePool;
  readonly compute: ObservedCompute;
  readonly connection: NativeConnection;
  readonly namespace: string;
}

export interface Gauges {
  refresh(): Promise<void>;
  stop(): void;
}

/** Starts to watch; `refresh` sets every gauge. */
export function watchGauges(sources: GaugeSources): Gauges {
  const lag = watchLag();
  const countBlocked = blockedCounter(sources);
  return {
    refresh: async () => {
      const { metrics, pool, compute } = sources;
      const { alive, busy, waiting } = pool.state();
      metrics.children.set({ state: 'alive' }, alive);
      metrics.children.set({ state: 'busy' }, busy);
      metrics.tasksWaiting.set(waiting);
      metrics.checkpointAge.set(compute.checkpointAgeSeconds());
      metrics.residentBytes.set({ process: 'worker' }, process.memoryUsage().rss);
      metrics.residentBytes.set({ process: 'compute_children' }, await childrenBytes());
      lag.write(metrics);
      metrics.runsBlocked.set(await countBlocked());
    },
    stop: () => lag.stop(),
  };
}

/** Lag since the start, and of the present and the last full minute: a scrape never falls into a moment just reset. */
function watchLag(): { write(metrics: Metrics): void; stop(): void } {
  const [whole, minute] = [watchEventLoop(), watchEventLoop()];
  let last = minute.read();
  const timer = setInterval(() => {
    last = minute.read();
    minute.reset();
  }, WINDOW_MS);
  timer.unref();
  return {
    write: (metrics) => {
      const now = minute.read();
      setLag(metrics, 'process', whole.read());
      setLag(metrics, 'minutes', { p50: Math.max(now.p50, last.p50), p99: Math.max(now.p99, last.p99), max: Math.max(now.max, last.max) });
    },
    stop: () => {
      clearInterval(timer);
      whole.stop();
      minute.stop();
    },
  };
}

function setLag(metrics: Metrics, window: string, lag: ReturnType<LagMonitor['read']>): void {
  metrics.eventLoopLag.set({ window, quantile: '0.5' }, lag.p50 / 1000);
  metrics.eventLoopLag.set({ window, quantile: '0.99' }, lag.p99 / 1000);
  metrics.eventLoopLag.set({ window, quantile: '1' }, lag.max / 1000);
}

/** Resident memory of this process's children, from /proc; one that ends meanwhile counts nothing. */
async function childrenBytes(): Promise<number> {
  const pids = (await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')).trim().split(' ').filter(Boolean);
  const sizes = await Promise.all(
    pids.map(async (pid) => {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * KIBIBYTE;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** NaN while the server does not answer: a scrape must not fail with it, and no number would be true. */
function blockedCounter({ connection, namespace }: GaugeSources): () => Promise<number> {
  let [askedMs, count] = [0, Number.NaN];
  return async () => {
    if (Date.now() - askedMs < BLOCKED_EVERY_MS) return count;
    askedMs = Date.now();
    const answer = await connection
      .withDeadline(Date.now() + ANSWER_MS, async () => connection.workflowService.countWorkflowExecutions({ namespace, query: BLOCKED_QUERY }))
      .catch(() => null);
    count = answer === null ? Number.NaN : Number(answer.count);
    return count;
  };
}
