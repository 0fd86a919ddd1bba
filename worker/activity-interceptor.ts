/** Around each activity attempt: its span, its counters, and the step's ids on every log line. */
import { defaultPayloadConverter } from '@temporalio/common';
import type { ActivityInterceptorsFactory, Headers } from '@temporalio/worker';
import type { Metrics, Tracing } from '../adapters/telemetry/index.js';
import type { StepRequest } from '../pipeline/run-status.js';
import type { TraceParent } from '../pipeline/trace-context.js';
import { parseTraceParent, TRACE_HEADER } from '../pipeline/trace-context.js';

interface StepIds {
  readonly step?: string;
  readonly unit?: string | null;
}

/** Interceptors of every activity of a worker. */
export function observeActivities(metrics: Metrics, tracing: Tracing): ActivityInterceptorsFactory {
  return (context) => {
    const { activityType: activity, attempt, workflowExecution } = context.info;
    let ids: StepIds = {};
    return {
      inbound: {
        execute: async (input, next) => {
          ids = idsOf(input.args[0]);
          if (attempt > 1) metrics.retries.inc({ activity });
          const count = (): void => metrics.cancellations.inc({ activity, reason: reasonOf(context.cancellationDetails) });
          context.cancellationSignal.addEventListener('abort', count, { once: true });
          const attributes = {
            'temporal.activity.type': activity,
            'temporal.activity.attempt': attempt,
            'temporal.workflow.id': workflowExecution?.workflowId ?? '',
            'temporal.run.id': workflowExecution?.runId ?? '',
            ...(ids.step === undefined ? {} : { 'ares.step': ids.step, 'ares.unit': ids.unit ?? '' }),
          };
          return tracing.span(`activity ${activity}`, { parent: callerOf(input.headers), kind: 'server', attributes }, async () => next(input));
        },
      },
      outbound: { getLogAttributes: (input, next) => next({ ...input, ...ids }) },
    };
  };
}

function idsOf(argument: unknown): StepIds {
  const { step, unit } = (argument ?? {}) as Partial<StepRequest>;
  return typeof step === 'string' ? { step, unit: unit ?? null } : {};
}

function callerOf(headers: Headers): TraceParent | null {
  const payload = headers[TRACE_HEADER];
  if (payload === undefined) return null;
  return parseTraceParent(defaultPayloadConverter.fromPayload<{ traceparent?: unknown }>(payload).traceparent);
}

/** not_found: the server has given this attempt up, as after a heartbeat timeout, or its run is over. */
function reasonOf(details: object | undefined): string {
  const reason = Object.entries(details ?? {}).find(([, isSo]) => isSo === true)?.[0] ?? 'unknown';
  return reason.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
