import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeComputePool } from '../../../adapters/compute-pool/index.js';
import type { ChildEnd } from '../../../adapters/compute-pool/index.js';

const TASKS = 6;
const TASK_MIB = 120;
/** Above what a bare child and one task hold, below what it holds after three. */
const THRESHOLD_MIB = 300;

/** What each of the tasks found its child to hold of earlier ones, and what the pool told of. */
async function hoard(recycleAboveMiB: number): Promise<{ held: readonly unknown[]; recycledMiB: readonly number[]; ends: readonly ChildEnd[] }> {
  const recycledMiB: number[] = [];
  const ends: ChildEnd[] = [];
  const pool = makeComputePool({
    script: fileURLToPath(new URL('../../support/hoarding-script.js', import.meta.url)),
    ...{ size: 1, env: process.env },
    onRecycle: (residentMiB) => recycledMiB.push(residentMiB),
    onEnd: (reason) => ends.push(reason),
  });
  try {
    const held: unknown[] = [];
    const { signal } = new AbortController();
    for (let task = 0; task < TASKS; task++) {
      held.push(await pool.run({ method: 'hoard', argument: TASK_MIB, stallMs: 60_000, recycleAboveMiB, signal, onProgress: () => undefined }));
    }
    return { held, recycledMiB, ends };
  } finally {
    await pool.close();
  }
}

test('children that leak are replaced each time that they cross the threshold, with what they held told, and every task is done', async () => {
  const { held, recycledMiB, ends } = await hoard(THRESHOLD_MIB);
  assert.equal(held.length, TASKS);
  assert.ok(recycledMiB.length >= TASKS / 3, `${recycledMiB.length} of ${TASKS} tasks`);
  assert.deepEqual(
    ends,
    Array.from(recycledMiB, () => 'recycled'),
  );
  // One task beyond the threshold at most, whatever the number of tasks.
  for (const residentMiB of recycledMiB) assert.ok(residentMiB > THRESHOLD_MIB && residentMiB < THRESHOLD_MIB + 2 * TASK_MIB, `${residentMiB} MiB`);
  assert.ok(Math.max(...held.map(Number)) <= 3, `${held.join(', ')}`);
});

test('without the threshold the same tasks pile up in one child', async () => {
  const { held, recycledMiB } = await hoard(Number.POSITIVE_INFINITY);
  assert.deepEqual([held.at(-1), recycledMiB], [TASKS, []]);
});
