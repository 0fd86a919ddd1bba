import assert from 'node:assert/strict';
import { test } from 'node:test';
import { howToGoOn } from '../../client/how-to-go-on.js';
import { countText, stepTable, summarizeRun, summaryLine } from '../../client/run-summary.js';
import { HASH, runResult, runStatus, snapshotOf } from './run-fixtures.js';

test("a finished run's summary holds the promised keys, and each artifact its address, kind, rows and hash", () => {
  const summary = summarizeRun({ state: 'Succeeded', result: runResult() }, snapshotOf(null), 'http://ui/x');
  assert.deepEqual(
    [summary.workflowId, summary.runId, summary.state, summary.ui, summary.version],
    ['train-ETHUSDT-1', 'run-1', 'Succeeded', 'http://ui/x', '1.0.0'],
  );
  assert.equal(summary.steps.length, 16);
  const [first] = summary.steps;
  assert.deepEqual(
    { ...first, artifacts: undefined },
    {
      id: 'data-collection',
      state: 'done',
      cached: true,
      supplied: false,
      implausible: null,
      seconds: 1.25,
      rowsIn: 12345,
      rowsOut: 7,
      artifacts: undefined,
      artifactCount: 1,
      manifest: `s3://ares/default/manifests/data-collection/${HASH}.json`,
      error: null,
    },
  );
  assert.deepEqual(first?.artifacts, [{ name: 'scores', uri: `s3://ares/default/objects/${HASH}`, kind: 'table', rows: 7, sha256: HASH }]);
  assert.deepEqual(summary.report, { uri: `s3://ares/default/objects/${HASH}`, sha256: HASH, path: null });
  assert.equal(summaryLine(summary), 'Succeeded: 16 of 16 steps done (1 cached) in 1 min 01 s');
});

test("a failed run's summary keeps the finished steps and names the failure", () => {
  const error = { type: 'InvalidData', message: 'a.csv line 3: negative price' };
  const summary = summarizeRun({ state: 'Failed', error }, snapshotOf(runStatus(2, 'Failed', { state: 'failed', error })), null);
  assert.deepEqual(
    summary.steps.slice(0, 4).map((step) => step.state),
    ['done', 'done', 'failed', 'waiting'],
  );
  assert.deepEqual(summary.error, error);
  assert.match(howToGoOn(summary, null), /InvalidData: a\.csv line 3/);
});

test('a parked run says which commands go on, with the attempt and the event to reset to', () => {
  const error = { type: 'StoreUnavailable', message: 'no answer' };
  const status = runStatus(4, 'Blocked', { state: 'blocked', attempt: 2, resetEvent: 41, error });
  const summary = summarizeRun({ state: 'Blocked' }, snapshotOf(status), null);
  assert.deepEqual(summary.error, error);
  const text = howToGoOn(summary, status);
  assert.match(text, /--name retryStep --input '\{"step":"analyst-specialist-training","attempt":2\}'/);
  assert.match(text, /--event-id 41/);
});

test('the table has a line a step with rows and seconds', () => {
  const lines = stepTable(summarizeRun({ state: 'Succeeded', result: runResult() }, snapshotOf(null), null).steps)
    .trimEnd()
    .split('\n');
  assert.equal(lines.length, 18);
  assert.match(lines[2] ?? '', /^ ?1\s+data-collection\s+done\s+yes\s+1\.25\s+12,345\s+7$/);
});

test('counts are grouped by thousands', () => {
  assert.deepEqual([0, 999, 1000, 17847123].map(countText), ['0', '999', '1,000', '17,847,123']);
});
