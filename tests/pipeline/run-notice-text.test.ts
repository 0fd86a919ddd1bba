import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parkedCommands, resetCommands } from '../../pipeline/resume-commands.js';
import type { RunNotice } from '../../pipeline/run-notice.js';
import { noticeText } from '../../pipeline/run-notice-text.js';

const RUN = { workflowId: 'w1', runId: 'r1', symbol: 'ETHUSDT', preset: 'dev' } as const;
const STOPPED = { step: 'saving', attempt: 2, error: { type: 'DiskFull', message: 'no space' }, resetEvent: 93 } as const;

test('a blocked run names the step, the cause and every command of the operator', () => {
  const { subject, body } = noticeText({ event: 'blocked', ...RUN, ...STOPPED });
  assert.equal(subject, '[ares] ETHUSDT dev: blocked at saving (w1)');
  const { ares, temporal } = parkedCommands({ workflowId: 'w1', step: 'saving', attempt: 2 });
  for (const line of ['DiskFull: no space', ...ares, ...temporal, resetCommands('w1', 93).temporal, 'ares status w1']) assert.ok(body.includes(line), line);
});

test('a failed run names both ways to resume, from its start where no event is known', () => {
  const { body } = noticeText({ event: 'failed', ...RUN, ...STOPPED });
  for (const line of Object.values(resetCommands('w1', 93))) assert.ok(body.includes(line), line);
  assert.doesNotMatch(body, /retryStep/);
  assert.ok(noticeText({ event: 'failed', ...RUN }).body.includes(resetCommands('w1', null).temporal));
});

test('a completed run names its report and no command that goes on', () => {
  const { subject, body } = noticeText({ event: 'completed', ...RUN, report: 's3://b/objects/x' });
  assert.equal(subject, '[ares] ETHUSDT dev: completed (w1)');
  assert.match(body, /Report: s3:\/\/b\/objects\/x/);
  assert.doesNotMatch(body, /retryStep|resume|reset/);
});

test('a subject is one line whatever the workflow id holds', () => {
  const notice: RunNotice = { event: 'completed', ...RUN, workflowId: 'a\r\nBcc: x\u0000' };
  assert.doesNotMatch(noticeText(notice).subject, /\p{Cc}/u);
});
