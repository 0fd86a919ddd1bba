import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withLargePages } from '../../../adapters/local-memory.js';
import { makeComputePool } from '../../../adapters/compute-pool/index.js';
import type { ComputePool, ComputeProgress } from '../../../adapters/compute-pool/index.js';

const script = fileURLToPath(new URL('../../support/pool-script.js', import.meta.url));
const recycled: number[] = [];
const pool: ComputePool = makeComputePool({ script, size: 2, env: process.env, onRecycle: (mib) => recycled.push(mib) });

async function run(
  method: string,
  options: { argument?: unknown; stallMs?: number; signal?: AbortSignal; onProgress?: (progress: ComputeProgress) => void } = {},
): Promise<unknown> {
  return pool.run({
    method,
    argument: options.argument ?? null,
    stallMs: options.stallMs ?? 30_000,
    recycleAboveMiB: 1000,
    signal: options.signal ?? new AbortController().signal,
    onProgress: options.onProgress ?? (() => undefined),
  });
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the compute pool', () => {
  after(async () => pool.close());

  test('answers many tasks over two children and keeps them warm', async () => {
    assert.deepEqual(await Promise.all([1, 2, 3, 4, 5].map(async (n) => run('double', { argument: n }))), [2, 4, 6, 8, 10]);
    const pids = new Set(await Promise.all(Array.from({ length: 6 }, async () => run('pid'))));
    assert.ok(pids.size <= 2);
  });

  test('passes progress on', async () => {
    const seen: string[] = [];
    await run('report', { onProgress: (progress) => seen.push(progress.message) });
    assert.deepEqual(seen, ['unit 1', 'unit 2', 'unit 3']);
  });

  test('a crash of the child is ChildCrashed and costs that task alone', async () => {
    await assert.rejects(run('crash'), (error: Error) => error.name === 'ChildCrashed' && /SIGSEGV/.test(error.message));
    assert.equal(await run('double', { argument: 21 }), 42);
  });

  test('a child silent for longer than the stall limit is killed', async () => {
    let pid = 0;
    await assert.rejects(
      run('hang', {
        stallMs: 1500,
        onProgress: ({ message }) => {
          pid = Number(message);
        },
      }),
      (error: Error) => error.name === 'ChildCrashed' && /no sign of progress for 1\.5 s/.test(error.message),
    );
    assert.equal(alive(pid), false);
  });

  test('an aborted task ends with the reason and its child is gone within 5 s', async () => {
    const controller = new AbortController();
    let pid = 0;
    const hanging = run('hang', {
      signal: controller.signal,
      onProgress: ({ message }) => {
        pid = Number(message);
        controller.abort(new Error('cancelled by the operator'));
      },
    });
    const started = Date.now();
    await assert.rejects(hanging, /cancelled by the operator/);
    assert.ok(Date.now() - started < 5000);
    assert.equal(alive(pid), false);
  });

  test('an aborted task ends, and its child is killed, although the child is stopped and hears no SIGTERM', async () => {
    const controller = new AbortController();
    let pid = 0;
    const hanging = run('hang', {
      signal: controller.signal,
      onProgress: ({ message }) => {
        pid = Number(message);
        process.kill(pid, 'SIGSTOP');
        controller.abort(new Error('cancelled by the operator'));
      },
    });
    const started = Date.now();
    await assert.rejects(hanging, /cancelled by the operator/);
    for (let i = 0; i < 50 && alive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(Date.now() - started < 5000);
    assert.equal(alive(pid), false);
    assert.equal(await run('double', { argument: 21 }), 42);
  });

  test('a child above its memory limit is replaced after its task', async () => {
    const grown = await run('grow');
    assert.deepEqual(recycled, [100_000]);
    const pids = await Promise.all(Array.from({ length: 6 }, async () => run('pid')));
    assert.equal(pids.includes(grown), false);
  });

  test('a child asks for large pages, unless the worker was told otherwise', async () => {
    assert.match(String(await run('environment', { argument: 'GLIBC_TUNABLES' })), /glibc\.malloc\.hugetlb=1/);
    assert.equal(withLargePages({ GLIBC_TUNABLES: 'glibc.malloc.check=3' })['GLIBC_TUNABLES'], 'glibc.malloc.check=3');
  });

  test('a child dies with its parent although it is busy', async () => {
    const parent = spawn(process.execPath, [fileURLToPath(new URL('../../support/pool-parent.js', import.meta.url))], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)));
    assert.ok(alive(pid));
    parent.kill('SIGKILL');
    for (let i = 0; i < 50 && alive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(alive(pid), false);
  });
});
