/** Several worker processes on one run (B15): every one completes activities, and the artifacts are those of one worker. */
import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { after, before, describe, test } from 'node:test';
import type { RunSpecInput } from '../../pipeline/config.js';
import type { Lane } from '../faults/fault-lane.js';
import { openLane } from '../faults/fault-lane.js';
import { compareContents, readContents } from '../faults/store-contents.js';
import type { StoreContents } from '../faults/store-contents.js';
import { startS3Server } from '../support/s3-server.js';
import type { TestS3Server } from '../support/s3-server.js';
import type { WorkerProcess } from '../support/worker-process.js';

/** Units as activities of their own, each with enough work that every worker gets some. */
const SPEC: RunSpecInput = {
  symbol: 'FOURUSDT',
  simulation: { tradesPerMinute: 6 },
  retentionDays: 8,
  features: 'basic',
  maxTrials: 2,
  walkForwardWindows: 4,
  bootstrapPaths: 200,
  fanOut: 'activities',
  threads: 1,
};
const WORKERS = 4;

describe('four worker processes on one run', () => {
  let s3: TestS3Server;
  const lanes: Lane[] = [];
  before(async () => {
    s3 = await startS3Server();
  });
  after(async () => {
    for (const lane of lanes) await lane.close();
    await s3.stop();
  });

  test('each completes activities, and the artifacts equal those of one worker', async (t) => {
    const one = await run(1);
    const four = await run(WORKERS);
    assert.deepEqual(compareContents(one.contents, four.contents), []);
    assert.equal(four.completed.size, WORKERS, `activities by worker: ${JSON.stringify([...four.completed])}`);
    for (const pid of four.pids) assert.ok((four.completed.get(`${pid}@${hostname()}`) ?? 0) > 0, `worker ${pid} completed nothing`);
    t.diagnostic(`1 worker ${one.seconds.toFixed(1)} s, ${WORKERS} workers ${four.seconds.toFixed(1)} s: speed-up ${(one.seconds / four.seconds).toFixed(2)}`);
    t.diagnostic(`activities by worker: ${[...four.completed.values()].join(', ')}`);
  });

  async function run(workers: number): Promise<{ contents: StoreContents; completed: Map<string, number>; pids: readonly number[]; seconds: number }> {
    const lane = await openLane({ name: `workers-${workers}`, s3: s3.env });
    lanes.push(lane);
    const processes: WorkerProcess[] = await Promise.all(Array.from({ length: workers }, async () => lane.startWorker()));
    const started = performance.now();
    await lane.start('run', SPEC);
    await lane.result('run');
    const seconds = (performance.now() - started) / 1000;
    const completed = await completedByWorker(lane);
    for (const worker of processes) await worker.end('SIGTERM');
    return { contents: await readContents(lane.store), completed, pids: processes.map(({ pid }) => pid), seconds };
  }
});

/** Completed activities by the identity of the worker that had started them, from the run's history. */
async function completedByWorker(lane: Lane): Promise<Map<string, number>> {
  const { events = [] } = await lane.client.workflow.getHandle('run').fetchHistory();
  const startedBy = new Map((events ?? []).map((event) => [String(event.eventId), event.activityTaskStartedEventAttributes?.identity ?? '']));
  const completed = new Map<string, number>();
  for (const { activityTaskCompletedEventAttributes: done } of events ?? []) {
    if (done === null || done === undefined) continue;
    const identity = startedBy.get(String(done.startedEventId)) ?? '';
    completed.set(identity, (completed.get(identity) ?? 0) + 1);
  }
  return completed;
}
