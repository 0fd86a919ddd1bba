/** Hands a run's trace on to its activities, and reports the run's own span when it ends. Draws no ids: replay must repeat every word. */
import { defaultPayloadConverter } from '@temporalio/common';
import type { Headers } from '@temporalio/common';
import { ApplicationFailure, isCancellation, proxySinks, workflowInfo } from '@temporalio/workflow';
import type { Sinks, WorkflowInterceptors } from '@temporalio/workflow';
import type { RunSpanEnd, TraceParent } from '../pipeline/trace-context.js';
import { formatTraceParent, parseTraceParent, runSpan, TRACE_HEADER } from '../pipeline/trace-context.js';

/** Outlets of the sandbox that the worker provides. */
export interface TraceSinks extends Sinks {
  trace: { runEnded(end: RunSpanEnd): void };
}

const { trace } = proxySinks<TraceSinks>();

/** The interceptors of one run; Temporal looks for this name. */
export function interceptors(): WorkflowInterceptors {
  let caller: TraceParent | null = null;
  const handedOn = (headers: Headers): Headers => ({
    ...headers,
    [TRACE_HEADER]: defaultPayloadConverter.toPayload({ traceparent: formatTraceParent(runSpan(workflowInfo().runId, caller)) }),
  });
  return {
    inbound: [
      {
        execute: async (input, next) => {
          caller = callerOf(input.headers);
          try {
            const result = await next(input);
            report(caller, null);
            return result;
          } catch (error) {
            report(caller, failureName(error));
            throw error;
          }
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: async (input, next) => next({ ...input, headers: handedOn(input.headers) }),
        startChildWorkflowExecution: async (input, next) => next({ ...input, headers: handedOn(input.headers) }),
      },
    ],
  };
}

function callerOf(headers: Headers): TraceParent | null {
  const payload = headers[TRACE_HEADER];
  if (payload === undefined) return null;
  return parseTraceParent(defaultPayloadConverter.fromPayload<{ traceparent?: unknown }>(payload).traceparent);
}

function report(caller: TraceParent | null, error: string | null): void {
  const { workflowType, runId, startTime } = workflowInfo();
  trace.runEnded({ name: workflowType, span: runSpan(runId, caller), parent: caller, startMs: startTime.getTime(), endMs: Date.now(), error });
}

function failureName(error: unknown): string {
  if (isCancellation(error)) return 'Canceled';
  if (error instanceof ApplicationFailure) return error.type ?? error.name;
  return error instanceof Error ? error.name : 'Error';
}
