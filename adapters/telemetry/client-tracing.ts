/** Client side of a trace: a span around each start and update, its context in the Temporal header. */
import type { Headers, WorkflowClientInterceptor } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { formatTraceParent, TRACE_HEADER } from '../../pipeline/trace-context.js';
import type { TraceParent } from '../../pipeline/trace-context.js';
import { collectorUrl } from './collector-url.js';
import type { Tracing } from './tracing.js';

export interface ClientTracing {
  /** As a Temporal client takes them; none where no collector is named. */
  readonly interceptors: WorkflowClientInterceptor[];
  /** Sends what is left. */
  shutdown(): Promise<void>;
}

/** Tracing of a client's calls by the OTEL_* variables. Libraries are loaded only where these name a collector. */
export async function openClientTracing(env: Readonly<Record<string, string | undefined>>): Promise<ClientTracing> {
  if (collectorUrl(env) === null) return { interceptors: [], shutdown: async () => undefined };
  const { makeTracing } = await import('./tracing.js');
  const tracing = makeTracing(env, 'ares-client');
  return { interceptors: [traceClientCalls(tracing)], shutdown: async () => tracing.shutdown() };
}

function traceClientCalls(tracing: Tracing): WorkflowClientInterceptor {
  return {
    startWithDetails: async (input, next) =>
      tracing.span(
        `start ${input.workflowType}`,
        { kind: 'client', attributes: { 'temporal.workflow.id': input.options.workflowId, 'temporal.workflow.type': input.workflowType } },
        async (span) => next({ ...input, headers: withTrace(input.headers, span) }),
      ),
    startUpdate: async (input, next) =>
      tracing.span(
        `update ${input.updateName}`,
        { kind: 'client', attributes: { 'temporal.workflow.id': input.workflowExecution.workflowId ?? '', 'temporal.update': input.updateName } },
        async (span) => next({ ...input, headers: withTrace(input.headers, span) }),
      ),
  };
}

function withTrace(headers: Headers, span: TraceParent | null): Headers {
  if (span === null) return headers;
  return { ...headers, [TRACE_HEADER]: defaultPayloadConverter.toPayload({ traceparent: formatTraceParent(span) }) };
}
