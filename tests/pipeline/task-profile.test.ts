import assert from 'node:assert/strict';
import { test } from 'node:test';
import { profileKey, rankSteps } from '../../pipeline/task-profile.js';
import type { TaskProfile } from '../../pipeline/task-profile.js';

function task(step: string, unit: string | null, cost: { cpu: number; wall: number; rows?: number }): TaskProfile {
  return {
    schema: 'ares.profile',
    workflowId: 'w',
    runId: 'r',
    step,
    unit,
    attempt: 1,
    pid: 1,
    startMs: 0,
    waitSeconds: 0,
    wallSeconds: cost.wall,
    cpuUserSeconds: cost.cpu * 0.75,
    cpuSystemSeconds: cost.cpu * 0.25,
    peakResidentMiB: 100 * cost.wall,
    readBytes: 10,
    writtenBytes: 20,
    diskReadBytes: 0,
    diskWrittenBytes: 0,
    eventLoopLagMs: { p50: 0, p99: 0, max: 0 },
    rowsIn: cost.rows ?? 0,
    rowsOut: 0,
    rowsPerSecond: 0,
  };
}

test('the step whose tasks cost most CPU together comes first, however long others waited', () => {
  const ranked = rankSteps([
    task('saving', null, { cpu: 3, wall: 90 }),
    task('training', 'a', { cpu: 2, wall: 2, rows: 40 }),
    task('training', 'b', { cpu: 5, wall: 6, rows: 40 }),
  ]);
  assert.deepEqual(
    ranked.map(({ step, tasks, cpuSeconds, share, dearestUnit, rowsPerSecond, peakResidentMiB }) => ({
      step,
      tasks,
      cpuSeconds,
      share,
      dearestUnit,
      rowsPerSecond,
      peakResidentMiB,
    })),
    [
      { step: 'training', tasks: 2, cpuSeconds: 7, share: 0.7, dearestUnit: 'b', rowsPerSecond: 10, peakResidentMiB: 600 },
      { step: 'saving', tasks: 1, cpuSeconds: 3, share: 0.3, dearestUnit: null, rowsPerSecond: 0, peakResidentMiB: 9000 },
    ],
  );
});

test('no profiles rank as nothing', () => assert.deepEqual(rankSteps([]), []));

test('a unit that is no file name still has a key below its step', () => {
  assert.equal(profileKey({ workflowId: 'w', step: 's', unit: 'BULL/lightgbm' }), 'profiles/w/s/BULL_lightgbm.json');
  assert.equal(profileKey({ workflowId: 'w', step: 's', unit: null }), 'profiles/w/s.json');
});
