/**
 * Question: how much sooner is a run done when its units (days and files, regime x family, walk-forward windows) are worked off side by
 * side, and are the artifacts the same to the byte? A plan of preset `dev` on simulated trades, in turn on a worker with one compute
 * child and on one with as many as the machine has cores (at most 4), one thread a child, no cache; and step 2's own loop over days in
 * one process with one thread and with two. Medians of the runs.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchLine } from './bench-line.js';
import { startBenchStack } from './bench-stack.js';
import type { BenchStack } from './bench-stack.js';
import { middle, runMeasured } from './measured-child.js';

const ROUNDS = Number(process.env['ARES_BENCH_ROUNDS'] ?? 3);
const MOST_CHILDREN = 4;
/** Of the loop over days. */
const DAYS = 12;
const TRADES_A_DAY = 400_000;
const LOOP_ROUNDS = 5;
const SPEC = { preset: 'dev', threads: 1, cache: { mode: 'off' }, simulation: { tradesPerMinute: 60 } };

interface RunJson {
  readonly seconds: number;
  readonly steps: readonly { id: string; seconds: number; artifactCount: number; artifacts: readonly { name: string; sha256: string }[] }[];
}

/** A line of step 2's loop, one of the whole run, then one a step. @throws Error when an artifact differs between two runs */
export async function* segmentsBench(): AsyncIterable<BenchLine> {
  yield await daysSideBySide();
  const children = Math.min(MOST_CHILDREN, availableParallelism());
  if (children === 1) throw new Error('expected a machine with more than one core, found one');
  const stacks: BenchStack[] = [];
  try {
    for (const slots of [1, children]) stacks.push(await startBenchStack({ ARES_COMPUTE_SLOTS: String(slots) }));
    const runs = stacks.map((): RunJson[] => []);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, stack] of stacks.entries()) runs[i]?.push(JSON.parse(await stack.ares('run', '--json', '--spec', JSON.stringify(SPEC))) as RunJson);
    }
    yield* describe(runs as [RunJson[], RunJson[]], children);
  } finally {
    for (const stack of stacks) await stack.stop();
  }
}

function* describe([single, parallel]: readonly [RunJson[], RunJson[]], children: number): Iterable<BenchLine> {
  const [first] = single as [RunJson];
  const artifacts = checkEqual(first, [...single, ...parallel]);
  const line = (name: string, secondsOf: (run: RunJson) => number): BenchLine => {
    const [seconds, peerSeconds] = [parallel, single].map((runs) => middle(runs.map(secondsOf))) as [number, number];
    return {
      ...{ subject: 'segments', case: `${name}, ${children} children`, n: artifacts, seconds, peer: 'one child', peerSeconds },
      ratio: peerSeconds === 0 ? null : Math.round((seconds / peerSeconds) * 1000) / 1000,
      peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
      check: `${artifacts} artifacts with equal hashes in ${single.length + parallel.length} runs`,
      details: { rounds: ROUNDS, load: loadavg()[0] },
    };
  };
  yield line('whole run', (run) => run.seconds);
  for (const { id } of first.steps) yield line(id, (run) => run.steps.find((step) => step.id === id)?.seconds ?? Number.NaN);
}

/** The number of artifacts compared. @throws Error naming the first that differs */
function checkEqual(first: RunJson, runs: readonly RunJson[]): number {
  const hashes = (run: RunJson): ReadonlyMap<string, string> =>
    new Map(run.steps.flatMap(({ id, artifacts }) => artifacts.map(({ name, sha256 }) => [`${id}/${name}`, sha256] as const)));
  const expected = hashes(first);
  for (const run of runs) {
    const found = hashes(run);
    if (found.size !== expected.size) throw new Error(`expected ${expected.size} artifacts, found ${found.size}`);
    for (const [name, sha256] of expected) if (found.get(name) !== sha256) throw new Error(`${name}: expected ${sha256}, found ${found.get(name) ?? 'none'}`);
  }
  return expected.size;
}

/** Trades of days to minute bars by month and the bars of an hour, in a process of its own each time. */
async function daysSideBySide(): Promise<BenchLine> {
  const folder = await mkdtemp(join(tmpdir(), 'ares-bench-segments-'));
  const stage = async (name: string, threads: number): Promise<{ seconds: number; peakMiB: number }> => {
    const args = [fileURLToPath(new URL('./memory-stage.js', import.meta.url)), name, folder, DAYS, TRADES_A_DAY, threads].map(String);
    return (await runMeasured(process.execPath, args)).line as { seconds: number; peakMiB: number };
  };
  try {
    for (const name of ['zips', 'collection']) await stage(name, 1);
    const seconds: readonly [number[], number[]] = [[], []];
    const hashes = new Set<string>();
    let peakMiB = 0;
    for (let round = 0; round < LOOP_ROUNDS; round++) {
      for (const threads of [1, 2] as const) {
        const found = await stage('bars', threads);
        seconds[threads - 1]?.push(found.seconds);
        hashes.add(await hashOf(folder));
        peakMiB = Math.max(peakMiB, found.peakMiB);
        await rm(join(folder, `${DAYS}.months`), { recursive: true });
      }
    }
    if (hashes.size > 1) throw new Error(`expected equal bars at 1 and 2 threads, found ${hashes.size} different ones`);
    const [single, double] = seconds.map(middle) as [number, number];
    return {
      ...{
        subject: 'segments',
        case: 'step 2: days to bars, 2 threads',
        n: DAYS * TRADES_A_DAY,
        seconds: double,
        peer: 'one thread',
        peerSeconds: single,
        peakMiB,
      },
      ratio: Math.round((double / single) * 1000) / 1000,
      check: `equal hashes in ${2 * LOOP_ROUNDS} runs`,
      details: { days: DAYS, rounds: LOOP_ROUNDS, load: loadavg()[0] },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of the tables that the stage wrote. */
async function hashOf(folder: string): Promise<string> {
  const hash = createHash('sha256').update(await readFile(join(folder, `${DAYS}.hours`)));
  const months = await readdir(join(folder, `${DAYS}.months`), { recursive: true, withFileTypes: true });
  const paths = months.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  if (paths.length === 0) throw new Error('expected tables of months, found none');
  for (const path of paths.sort()) hash.update(await readFile(path));
  return hash.digest('hex');
}
