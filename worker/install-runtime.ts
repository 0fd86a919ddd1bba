/** Temporal's runtime of this process: its log lines in ours, its metrics on a port of this machine. */
import { Runtime } from '@temporalio/worker';
import getPort from 'get-port';
import type { Log } from '../adapters/telemetry/index.js';
import { makeTemporalLogger } from './temporal-logger.js';

const LOOPBACK = '127.0.0.1';

/**
 * Installs the runtime; signals are left to us.
 * @param withMetrics whether Temporal collects metrics
 * @returns address of its Prometheus endpoint, null without metrics
 */
export async function installRuntime(log: Log, withMetrics: boolean): Promise<string | null> {
  const bindAddress = withMetrics ? `${LOOPBACK}:${await getPort({ host: LOOPBACK })}` : null;
  Runtime.install({
    logger: makeTemporalLogger(log),
    shutdownSignals: [],
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...(bindAddress === null ? {} : { metrics: { prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true } } }),
    },
  });
  return bindAddress;
}
