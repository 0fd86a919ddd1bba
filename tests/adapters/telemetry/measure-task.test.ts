import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { measureTask } from '../../../adapters/telemetry/measure-task.js';

/** Keeps one core busy in a function of this name. */
function plantedHotSpot(milliseconds: number): number {
  const end = performance.now() + milliseconds;
  let value = 1;
  while (performance.now() < end) for (let i = 0; i < 10_000; i++) value = Math.sqrt(value + i);
  return value;
}

test('a task that computes for 300 ms has cost about 300 ms of CPU, and the event loop was late by that much', async () => {
  const measured = await measureTask(false);
  // The monitor's first tick must lie before the block.
  await new Promise((resolve) => setTimeout(resolve, 50));
  plantedHotSpot(300);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const cost = await measured.end();
  assert.ok(cost.wallSeconds >= 0.4, `wall ${cost.wallSeconds}`);
  // Another process may take the core meanwhile: less CPU than wall is right, much more is not.
  assert.ok(cost.cpuUserSeconds + cost.cpuSystemSeconds > 0.05 && cost.cpuUserSeconds < cost.wallSeconds * 4, `CPU ${cost.cpuUserSeconds}`);
  assert.ok(cost.eventLoopLagMs.max > 200, `lag ${cost.eventLoopLagMs.max} ms`);
  assert.equal(cost.functions, undefined);
});

test('bytes written and read, and the peak of memory, are those of the task', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ares-measure-'));
  try {
    const measured = await measureTask(false);
    const block = Buffer.alloc(64 * 2 ** 20, 7);
    await writeFile(join(folder, 'block'), block);
    await readFile(join(folder, 'block'));
    const cost = await measured.end();
    assert.ok(cost.writtenBytes >= 64 * 2 ** 20 && cost.writtenBytes < 80 * 2 ** 20, `written ${cost.writtenBytes}`);
    assert.ok(cost.readBytes >= 64 * 2 ** 20 && cost.readBytes < 80 * 2 ** 20, `read ${cost.readBytes}`);
    assert.ok(cost.peakResidentMiB >= 128, `peak ${cost.peakResidentMiB} MiB`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('the peak of an earlier task is not counted again', async () => {
  const first = await measureTask(false);
  let block: Buffer | null = Buffer.alloc(256 * 2 ** 20, 1);
  const before = (await first.end()).peakResidentMiB;
  assert.ok(block.length > 0);
  block = null;
  // The pages are given back when the buffer is collected.
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const second = await measureTask(false);
  const after = (await second.end()).peakResidentMiB;
  assert.ok(after < before - 50, `first ${before} MiB, second ${after} MiB`);
});

test('a planted hot spot is the first of the functions that were sampled', async () => {
  const measured = await measureTask(true);
  plantedHotSpot(500);
  const { functions } = await measured.end();
  assert.equal(functions?.[0]?.name, 'plantedHotSpot');
  assert.match(String(functions?.[0]?.place), /measure-task\.test\.(ts|js):\d+$/);
  assert.ok((functions?.[0]?.share ?? 0) > 0.5, `share ${functions?.[0]?.share}`);
});
