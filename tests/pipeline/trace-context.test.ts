import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTraceParent, parseTraceParent, runSpan } from '../../pipeline/trace-context.js';

// The example of the W3C recommendation "Trace Context", 3.2.
const EXAMPLE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const RUN_ID = '01a1fcdf-59d5-770c-969a-1496bfb2fce8';

test('a traceparent of the recommendation is read and written back as it was', () => {
  const parent = parseTraceParent(EXAMPLE);
  assert.deepEqual(parent, { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' });
  assert.equal(formatTraceParent(parent ?? { traceId: '', spanId: '' }), EXAMPLE);
});

for (const [text, why] of [
  ['', 'empty'],
  [undefined, 'absent'],
  ['00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01', 'in capitals'],
  ['00-00000000000000000000000000000000-00f067aa0ba902b7-01', 'of trace id zero'],
  ['00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01', 'of span id zero'],
] as const)
  test(`a traceparent that is ${why} counts as none`, () => assert.equal(parseTraceParent(text), null));

test("a run's span keeps the caller's trace, and is always the same for a run", () => {
  const caller = parseTraceParent(EXAMPLE);
  assert.deepEqual(runSpan(RUN_ID, caller), { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '969a1496bfb2fce8' });
  assert.deepEqual(runSpan(RUN_ID, caller), runSpan(RUN_ID, caller));
});

test('a run that nobody traces has a trace of its own, with ids that are valid', () => {
  const span = runSpan(RUN_ID, null);
  assert.equal(span.traceId, '01a1fcdf59d5770c969a1496bfb2fce8');
  assert.deepEqual(parseTraceParent(formatTraceParent(span)), span);
});
