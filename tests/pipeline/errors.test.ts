import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PipelineError, retryAfterOf } from '../../pipeline/errors.js';

test("an upstream's wait survives the border between processes, where an error is plain data", () => {
  const error = new PipelineError('UpstreamUnavailable', 'busy', { retryAfterMs: 7000 });
  const { name, message, retryAfterMs } = error;
  const sent = JSON.parse(JSON.stringify({ name, message, retryAfterMs })) as object;
  assert.equal(retryAfterOf(error), 7000);
  assert.equal(retryAfterOf(Object.assign(new Error(message), sent)), 7000);
});

test('an error without a wait, and what is no error, have none', () => {
  for (const value of [
    new PipelineError('UpstreamUnavailable', 'gone'),
    new Error('x'),
    null,
    { retryAfterMs: 5 },
    Object.assign(new Error('x'), { retryAfterMs: '5' }),
  ])
    assert.equal(retryAfterOf(value), null);
});
