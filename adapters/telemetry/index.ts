/** What a worker tells of itself. Compute children and clients import single files, so that they load no more than they use. */
export { watchEventLoop } from './event-loop-lag.js';
export type { Lag, LagMonitor } from './event-loop-lag.js';
export { makeLog } from './log.js';
export type { Log } from './log.js';
export { startMetricsServer } from './metrics-server.js';
export type { MetricsServer } from './metrics-server.js';
export { makeMetrics } from './metrics.js';
export type { Metrics } from './metrics.js';
export { makeTracing } from './tracing.js';
export type { Tracing } from './tracing.js';
