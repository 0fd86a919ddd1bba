import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { makeTracing } from '../../../adapters/telemetry/index.js';
import type { Tracing } from '../../../adapters/telemetry/index.js';
import { startTraceCollector } from '../../support/trace-collector.js';

describe('spans over OTLP/HTTP', () => {
  let collector: Awaited<ReturnType<typeof startTraceCollector>>;
  let tracing: Tracing;
  beforeEach(async () => {
    collector = await startTraceCollector();
    tracing = makeTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint }, 'ares-test');
  });
  afterEach(async () => collector.close());

  test('a span within a span is its child, and a failed one says so', async () => {
    const failing = tracing.span('outer', {}, async () =>
      tracing.span('inner', { attributes: { step: 'saving' } }, async () => {
        throw new RangeError('no rows');
      }),
    );
    await assert.rejects(failing, RangeError);
    await tracing.shutdown();
    const [inner, outer] = ['inner', 'outer'].map((name) => collector.spans().find((span) => span.name === name));
    assert.equal(inner?.parentSpanId, outer?.spanId);
    assert.equal(inner?.traceId, outer?.traceId);
    assert.equal(outer?.parentSpanId, '');
    assert.deepEqual([inner?.failed, inner?.attributes['step'], inner?.service], [true, 'saving', 'ares-test']);
  });

  test('a span measured elsewhere keeps its ids, parent and times', async () => {
    const ids = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
    const parent = { traceId: ids.traceId, spanId: 'aaaaaaaaaaaaaaaa' };
    tracing.emit({ name: 'run', ids, parent, startMs: 1_700_000_000_000, endMs: 1_700_000_001_500, error: null });
    await tracing.span('unrelated', { parent: null }, async () => undefined);
    await tracing.shutdown();
    const [run, unrelated] = collector.spans();
    assert.deepEqual(
      { traceId: run?.traceId, spanId: run?.spanId, parentSpanId: run?.parentSpanId, startMs: run?.startMs, endMs: run?.endMs, failed: run?.failed },
      { ...ids, parentSpanId: 'aaaaaaaaaaaaaaaa', startMs: 1_700_000_000_000, endMs: 1_700_000_001_500, failed: false },
    );
    assert.notEqual(unrelated?.spanId, ids.spanId);
    assert.notEqual(unrelated?.traceId, ids.traceId);
  });

  test('side by side, each branch keeps its own parent', async () => {
    await Promise.all(
      ['a', 'b'].map(async (name) =>
        tracing.span(name, { parent: null }, async () => {
          await new Promise((resolve) => setImmediate(resolve));
          await tracing.span(`${name} child`, {}, async () => undefined);
        }),
      ),
    );
    await tracing.shutdown();
    const byName = new Map(collector.spans().map((span) => [span.name, span]));
    for (const name of ['a', 'b']) assert.equal(byName.get(`${name} child`)?.parentSpanId, byName.get(name)?.spanId);
  });
});

test('without a collector nothing is traced and the work runs as it is', async () => {
  const tracing = makeTracing({}, 'ares-test');
  assert.equal(await tracing.span('work', {}, async (span) => (span === null ? 'ran' : 'traced')), 'ran');
  assert.equal(tracing.current(), null);
});

test('a collector that is gone fails neither the work nor the end of the process', async () => {
  const collector = await startTraceCollector();
  await collector.close();
  const tracing = makeTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint }, 'ares-test');
  assert.equal(await tracing.span('work', {}, async () => 7), 7);
  await tracing.shutdown();
});
