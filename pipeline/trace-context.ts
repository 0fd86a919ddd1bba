/** How a trace travels in Temporal headers: W3C trace context, in the header that Temporal's own tracing packages use. */

/** Header whose JSON payload is `{ traceparent }`. */
export const TRACE_HEADER = '_tracer-data';

/** Sampled, version 00. */
const SAMPLED = '01';

export interface TraceParent {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
}

/** The ids of a `traceparent` text, or null when it is none. */
export function parseTraceParent(text: unknown): TraceParent | null {
  const match = typeof text === 'string' ? /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/.exec(text) : null;
  if (match === null || /^0*$/.test(match[1] as string) || /^0*$/.test(match[2] as string)) return null;
  return { traceId: match[1] as string, spanId: match[2] as string };
}

/** The `traceparent` text of a span. */
export function formatTraceParent({ traceId, spanId }: TraceParent): string {
  return `00-${traceId}-${spanId}-${SAMPLED}`;
}

/**
 * The span of a workflow run, made of its run id alone: the sandbox has no chance to draw from, and every replay must
 * say the same.
 * @param caller span that started the run; null for a run started without one (CLI, UI, schedule), which has a trace of its own
 */
export function runSpan(runId: string, caller: TraceParent | null): TraceParent {
  const digits = runId.replaceAll('-', '').toLowerCase();
  // The last half is chance in every kind of UUID; the first may be a time.
  return { traceId: caller?.traceId ?? digits, spanId: digits.slice(16) };
}

/** What the workflow tells the worker when a run ends, so that the run has a span. */
export interface RunSpanEnd {
  readonly name: string;
  readonly span: TraceParent;
  readonly parent: TraceParent | null;
  /** UTC ms by the workflow clock. */
  readonly startMs: number;
  readonly endMs: number;
  /** Name of the failure; null on success. */
  readonly error: string | null;
}
