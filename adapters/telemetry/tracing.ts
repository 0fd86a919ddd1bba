/** Spans over OTLP/HTTP, on where OTEL_EXPORTER_OTLP_ENDPOINT is set. Telemetry never fails the work that it looks at. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { context as api, diag, DiagLogLevel, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import type { Attributes, Context, DiagLogger, Span, Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, RandomIdGenerator } from '@opentelemetry/sdk-trace-base';
import type { TraceParent } from '../../pipeline/trace-context.js';
import { collectorUrl } from './collector-url.js';

/** A collector that does not answer costs no more than this at the end of a process. */
const EXPORT_TIMEOUT_MS = 3000;
const EXPORT_DELAY_MS = 1000;

export interface SpanOptions {
  /** Null: a trace of its own; left out: the span that runs now. */
  readonly parent?: TraceParent | null;
  readonly kind?: 'client' | 'server' | 'internal';
  readonly attributes?: Attributes;
}

/** A span that was measured elsewhere. */
export interface FinishedSpan extends SpanOptions {
  readonly name: string;
  /** Ids that were fixed before the span ended. */
  readonly ids?: TraceParent;
  readonly startMs: number;
  readonly endMs: number;
  readonly error: string | null;
}

export interface Tracing {
  /** What `work` returns; its span ends with it, as failed when it throws. */
  span<T>(name: string, options: SpanOptions, work: (span: TraceParent | null) => Promise<T>): Promise<T>;
  emit(span: FinishedSpan): void;
  /** The span that runs now; null outside of any. */
  current(): TraceParent | null;
  /** Sends what is left. */
  shutdown(): Promise<void>;
}

const KINDS = { client: SpanKind.CLIENT, server: SpanKind.SERVER, internal: SpanKind.INTERNAL } as const;

/** No spans: the work runs as it is. */
export const NO_TRACING: Tracing = {
  span: async (_name, _options, work) => work(null),
  emit: () => undefined,
  current: () => null,
  shutdown: async () => undefined,
};

/**
 * Tracing of a process by the OTEL_* variables, or NO_TRACING where they name no collector.
 * @param service name of this kind of process; OTEL_SERVICE_NAME is stronger
 */
export function makeTracing(env: Readonly<Record<string, string | undefined>>, service: string): Tracing {
  const url = collectorUrl(env);
  if (url === null) return NO_TRACING;
  diag.setLogger(UNSENT_LOGGER, DiagLogLevel.ERROR);
  const ids = forcedIds();
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': env['OTEL_SERVICE_NAME'] || service, 'process.pid': process.pid }),
    spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: EXPORT_DELAY_MS, exportTimeoutMillis: EXPORT_TIMEOUT_MS })],
    idGenerator: ids,
    forceFlushTimeoutMillis: EXPORT_TIMEOUT_MS,
  });
  return overTracer(provider.getTracer('ares'), ids, async () => provider.shutdown().catch(warnOnce));
}

let hasWarned = false;

/** Spans that are lost are told of once: the work they describe goes on. */
function warnOnce(error: unknown): void {
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(`spans could not be sent to the collector: ${error instanceof Error ? error.message : String(error)}`);
}

const ignore = (): void => undefined;
const UNSENT_LOGGER: DiagLogger = { error: warnOnce, warn: ignore, info: ignore, debug: ignore, verbose: ignore };

interface ForcedIds extends RandomIdGenerator {
  next: TraceParent | null;
}

/** Random ids, save for one span whose ids are given. */
function forcedIds(): ForcedIds {
  const random = new RandomIdGenerator();
  const ids: ForcedIds = {
    next: null,
    generateTraceId: () => ids.next?.traceId ?? random.generateTraceId(),
    generateSpanId: () => ids.next?.spanId ?? random.generateSpanId(),
  };
  return ids;
}

function overTracer(tracer: Tracer, ids: ForcedIds, close: () => Promise<void>): Tracing {
  const running = new AsyncLocalStorage<TraceParent>();
  const current = (): TraceParent | null => running.getStore() ?? null;
  const start = (name: string, options: SpanOptions & { readonly startMs?: number }): Span =>
    tracer.startSpan(
      name,
      {
        kind: KINDS[options.kind ?? 'internal'],
        ...(options.attributes === undefined ? {} : { attributes: options.attributes }),
        ...(options.startMs === undefined ? {} : { startTime: options.startMs }),
      },
      contextOf(options.parent === undefined ? current() : options.parent),
    );
  return {
    current,
    span: async (name, options, work) => {
      const span = start(name, options);
      const { traceId, spanId } = span.spanContext();
      try {
        return await running.run({ traceId, spanId }, async () => work({ traceId, spanId }));
      } catch (error) {
        fail(span, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
        throw error;
      } finally {
        span.end();
      }
    },
    emit: (finished) => {
      ids.next = finished.ids ?? null;
      const span = start(finished.name, finished);
      ids.next = null;
      if (finished.error !== null) fail(span, finished.error);
      span.end(finished.endMs);
    },
    shutdown: close,
  };
}

function contextOf(parent: TraceParent | null): Context {
  if (parent === null) return ROOT_CONTEXT;
  return trace.setSpanContext(api.active(), { ...parent, traceFlags: TraceFlags.SAMPLED, isRemote: true });
}

function fail(span: Span, message: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}
