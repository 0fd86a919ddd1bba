/** A schedule over the real worker and store: its runs are training runs like any other, and a failed one pauses it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AresSchedules } from '../../client/schedules.js';
import type { ScheduleState } from '../../client/schedules.js';
import type { RunResult } from '../../pipeline/run-status.js';
import { openLane } from '../faults/fault-lane.js';
import type { Lane } from '../faults/fault-lane.js';
import { FAULT_SPEC } from '../faults/fault-spec.js';
import { until } from '../faults/until.js';
import { startS3Server } from '../support/s3-server.js';
import type { TestS3Server } from '../support/s3-server.js';

describe('a schedule of training runs', () => {
  let s3: TestS3Server;
  let lane: Lane;
  let schedules: AresSchedules;

  before(async () => {
    s3 = await startS3Server();
    lane = await openLane({ name: 'schedule', s3: s3.env });
    await lane.startWorker();
    schedules = new AresSchedules(lane.client);
  });
  after(async () => {
    await lane.close();
    await s3.stop();
  });

  async function reaches(id: string, fits: (state: ScheduleState) => boolean): Promise<ScheduleState> {
    let state = await schedules.describe(id);
    await until(`schedule ${id} gets there`, async () => {
      state = await schedules.describe(id);
      return fits(state);
    });
    return state;
  }

  test('its run trains from the stored spec, and meanwhile no second one starts', async () => {
    await schedules.create({ id: 'nightly', everyMs: 2000, spec: FAULT_SPEC });
    const { recent, started } = await reaches('nightly', ({ skippedByOverlap }) => skippedByOverlap >= 1);
    await schedules.pause('nightly', 'one run is enough');
    assert.equal(started, 1);
    const workflowId = recent[0]?.workflowId ?? '';
    assert.match(workflowId, /^nightly-/);
    const result = (await lane.client.workflow.getHandle(workflowId).result()) as RunResult;
    assert.deepEqual([result.state, result.steps.length], ['Succeeded', 16]);
    assert.equal((await lane.status(workflowId)).plan?.spec.symbol, FAULT_SPEC.symbol);
  });

  test('a run that fails by its data pauses it, and nothing starts until somebody unpauses', async () => {
    const spec = { source: 'files', path: lane.folder, symbol: 'NOSUCH', onStepFailure: 'fail' } as const;
    await schedules.create({ id: 'broken', everyMs: 2000, spec });
    const paused = await reaches('broken', (state) => state.paused);
    assert.match(paused.note, /fail/i);
    assert.equal(paused.started, 1);
    await schedules.unpause('broken', 'data are there');
    await reaches('broken', ({ started }) => started === 2);
    await reaches('broken', (state) => state.paused);
  });
});
