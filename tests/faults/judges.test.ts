/** The judges of the fault suite see harm where there is some. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoggedEntry } from './fault-lane.js';
import { faultTable } from './fault-table.js';
import { redoneWork } from './redone-work.js';
import { compareContents } from './store-contents.js';
import type { StoreContents } from './store-contents.js';

const CONTENTS: StoreContents = {
  manifests: new Map([['a/ 1', '{}']]),
  objects: new Set(['f0']),
  registered: ['f0'],
  openings: ['ledger/x'],
  checkpoints: [],
};

const line = (timeMs: number, event: LoggedEntry['event'], key: string, part?: string): LoggedEntry => ({
  event,
  step: 'training',
  unit: null,
  key,
  pid: 1,
  timeMs,
  ...(part === undefined ? {} : { part }),
});

test('equal stores differ in nothing, and a lost, doubled, changed or left-over thing is named', () => {
  assert.deepEqual(compareContents(CONTENTS, CONTENTS), []);
  assert.deepEqual(compareContents(CONTENTS, { ...CONTENTS, manifests: new Map() }), ['lost manifest a/ 1']);
  assert.deepEqual(compareContents(CONTENTS, { ...CONTENTS, manifests: new Map([['a/ 1', '[]']]) }), [
    'manifest a/ 1 names other artifacts than the undisturbed run',
  ]);
  assert.deepEqual(compareContents(CONTENTS, { ...CONTENTS, manifests: new Map([...CONTENTS.manifests, ['a/ 2', '{}']]) }), ['doubled manifest a/ 2']);
  assert.deepEqual(compareContents(CONTENTS, { ...CONTENTS, objects: new Set(['f1']) }), ['lost object f0', 'object f1 belongs to no result']);
  assert.equal(compareContents(CONTENTS, { ...CONTENTS, registered: ['f0', 'f0'] }).length, 1);
  assert.equal(compareContents(CONTENTS, { ...CONTENTS, checkpoints: ['checkpoints/c'] }).length, 1);
});

test('a finished unit that starts again is harm, the one in flight is not', () => {
  const log = [line(0, 'start', 'a'), line(10, 'done', 'a'), line(20, 'start', 'b'), line(40, 'start', 'b'), line(60, 'done', 'b')];
  assert.deepEqual(redoneWork(log, { fromMs: 30 }), { text: 'training 0.0 s, 1 unit', problems: [] });
  const again = [...log, line(50, 'start', 'a')];
  assert.match(redoneWork(again, { fromMs: 30 }).problems.join(), /was done and was computed again/);
});

test('parts finished within the checkpoint interval may be lost, older ones may not', () => {
  const parts = [line(0, 'start', 'a'), line(1000, 'part', 'a', 'p'), line(6000, 'part', 'a', 'q'), line(7000, 'part', 'a', 'r')];
  const after = [line(8000, 'start', 'a'), line(8500, 'part', 'a', 'q'), line(9000, 'part', 'a', 'r')];
  const kept = redoneWork([...parts, ...after], { fromMs: 7500 });
  assert.deepEqual(kept, { text: 'training 6.5 s, 2 of 3 parts', problems: [] });
  const lost = redoneWork([...parts, ...after, line(9500, 'part', 'a', 'p')], { fromMs: 7500 });
  assert.match(lost.problems.join(), /3 finished parts were computed again, the oldest done 6000 ms before the newest/);
});

test('the last line counts the faults and those that did harm', () => {
  const outcome = { fault: 'kill', where: 'a', redone: 'nothing', seconds: 1, problems: [] };
  assert.equal(faultTable([outcome, { ...outcome, problems: ['lost'] }]).at(-1), '2 faults, 1 failed');
});
