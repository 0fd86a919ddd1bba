import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resetPoint } from '../../client/reset-point.js';
import type { HistoryEvent } from '../../client/reset-point.js';

const event = (eventId: number, attributes: object): HistoryEvent => ({ eventId, ...attributes }) as unknown as HistoryEvent;
const taskDone = (eventId: number): HistoryEvent => event(eventId, { workflowTaskCompletedEventAttributes: {} });
const begun = (eventId: number, task: number): HistoryEvent =>
  event(eventId, { activityTaskScheduledEventAttributes: { activityType: { name: 'resolvePlan' }, activityId: '1', workflowTaskCompletedEventId: task } });
const canceled = (eventId: number): HistoryEvent => event(eventId, { workflowExecutionCancelRequestedEventAttributes: {} });

test('a canceled run goes back to the task that scheduled its unfinished stage, which lies before the request', () => {
  assert.deepEqual(resetPoint([taskDone(4), begun(5, 4), canceled(7), taskDone(10)], {}), { event: 4, steps: ['plan'] });
});

test('a wanted task behind the cancel request gives way to the last one before it, for a reset would keep the request', () => {
  const done = event(6, { activityTaskCompletedEventAttributes: { scheduledEventId: 5 } });
  assert.deepEqual(resetPoint([taskDone(4), begun(5, 4), done, canceled(7), taskDone(10)], {}), { event: 4, steps: [] });
});

test('a run that was canceled before its first task cannot be reset, and says what to do', () => {
  const events = [canceled(3), taskDone(5), begun(6, 5)];
  for (const options of [{}, { fromStart: true }]) {
    const point = resetPoint(events, options);
    assert.ok('problem' in point);
    assert.match(point.problem, /canceled before it began; start it again/);
  }
});
