/** How late the event loop is: heartbeats, cancellation and workflow tasks wait so long. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { IntervalHistogram } from 'node:perf_hooks';

/** Distance of the monitor's own ticks; part of every value it records. */
const RESOLUTION_MS = 10;
const NANOSECONDS_PER_MS = 1e6;

export interface Lag {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface LagMonitor {
  /** Milliseconds, since the monitor began or was last reset. */
  read(): Lag;
  reset(): void;
  stop(): void;
}

/** Begins to watch this process's event loop. */
export function watchEventLoop(): LagMonitor {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return { read: () => lagOf(histogram), reset: () => histogram.reset(), stop: () => void histogram.disable() };
}

function lagOf(histogram: IntervalHistogram): Lag {
  if (histogram.count === 0) return { p50: 0, p99: 0, max: 0 };
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / NANOSECONDS_PER_MS - RESOLUTION_MS);
  return { p50: late(histogram.percentile(50)), p99: late(histogram.percentile(99)), max: late(histogram.max) };
}
