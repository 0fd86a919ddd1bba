/** Temporal's log lines (SDK, workflows, activities, native core) in the worker's log, with our names for the ids. */
import type { LogLevel, LogMetadata, Logger } from '@temporalio/worker';
import type { Log } from '../adapters/telemetry/index.js';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
/** Of no use to a reader: an opaque token, and what is the same on every line. */
const LEFT_OUT = new Set(['taskToken', 'isLocal', 'namespace', 'sdkComponent']);
const RENAMED: Readonly<Record<string, string>> = { workflowRunId: 'runId', run_id: 'runId', workflow_id: 'workflowId', error: 'err' };

/** The Runtime's logger over a log. */
export function makeTemporalLogger(log: Log): Logger {
  const write = (level: LogLevel, message: string, meta: LogMetadata = {}): void => log[LEVELS[level]](fieldsOf(meta), message);
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  };
}

function fieldsOf(meta: LogMetadata): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(meta)
      .filter(([name, value]) => !LEFT_OUT.has(name) && value !== undefined)
      .map(([name, value]) => [RENAMED[name] ?? name, value]),
  );
}
