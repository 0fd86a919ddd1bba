/**
 * Question: how long does a whole run take at the reference volume (17,847,123 simulated trades over 879 hours, analyst
 * bars of 1h, dev's trial counts), where does the time go, and what does the same run take when all of it is cached?
 * One run each, on a stack of its own; no peer has the chain.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { once } from 'node:events';
import getPort from 'get-port';
import type { SideLogEntry } from '../activities/side-log.js';
import type { BenchLine } from './bench-line.js';
import { watchMemory } from './process-memory.js';

const TRADES = 17_847_123;
const SPEC = {
  preset: 'dev',
  timeframe: '1h',
  from: '2024-01-01',
  // 879 hours
  to: '2024-02-06T15:00:00Z',
  simulation: { totalTrades: TRADES },
};

interface RunJson {
  /** Of the workflow. */
  readonly seconds: number;
  readonly steps: readonly { id: string; seconds: number; cached: boolean; artifacts: readonly { sha256: string }[] }[];
}

/** The first run, then the cached one. */
export async function* pipelineBench(): AsyncIterable<BenchLine> {
  const folder = await mkdtemp(join(tmpdir(), 'ares-bench-'));
  const env = {
    ...process.env,
    ARES_STATE: join(folder, 'state'),
    ARES_CACHE_DIR: join(folder, 'cache'),
    ARES_SIDE_LOG: join(folder, 'side-log.jsonl'),
    ARES_METRICS_ADDRESS: `127.0.0.1:${await getPort()}`,
  };
  const stack = spawn(process.execPath, [fileURLToPath(new URL('../infra/stack.js', import.meta.url))], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(stack.stdout, 'data');
    await writeFile(env.ARES_SIDE_LOG, '');
    yield await measure('first run', stack.pid as number, env);
    await writeFile(env.ARES_SIDE_LOG, '');
    yield await measure('all cached', stack.pid as number, env);
  } finally {
    const ended = once(stack, 'exit');
    stack.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(name: string, stackPid: number, env: NodeJS.ProcessEnv & { ARES_SIDE_LOG: string; ARES_METRICS_ADDRESS: string }): Promise<BenchLine> {
  const memory = watchMemory(stackPid);
  const started = performance.now();
  const output = await runAres(['run', '--json', '--spec', JSON.stringify(SPEC)], env);
  const seconds = (performance.now() - started) / 1000;
  const { peakMiB, byProgram } = await memory.stop();
  const run = JSON.parse(output) as RunJson;
  const busySeconds = await stepCodeSeconds(env.ARES_SIDE_LOG);
  return {
    subject: 'pipeline',
    case: name,
    n: TRADES,
    seconds: Math.round(seconds * 100) / 100,
    peer: null,
    peerSeconds: null,
    ratio: null,
    peakMiB,
    check:
      run.steps
        .at(-1)
        ?.artifacts.map((artifact) => artifact.sha256.slice(0, 12))
        .join(' ') ?? '',
    details: {
      secondsByStep: Object.fromEntries(run.steps.map((step) => [step.id, step.seconds])),
      cachedSteps: run.steps.filter((step) => step.cached).length,
      workflowSeconds: run.seconds,
      // Wall time in which no step code ran: look-ups, hashing and uploads, history; of the workflow, and with the command's own start.
      orchestrationShare: share(run.seconds - busySeconds, run.seconds),
      orchestrationShareOfCommand: share(seconds - busySeconds, seconds),
      secondsCommitting: await committingSeconds(env.ARES_SIDE_LOG),
      peakMiBByProgram: byProgram,
      // Of the worker since its start; the limit is 200.
      eventLoopLagP99Ms: await eventLoopLag(env.ARES_METRICS_ADDRESS),
    },
  };
}

async function eventLoopLag(address: string): Promise<number> {
  const text = await (await fetch(`http://${address}/metrics`)).text();
  const found = /^ares_event_loop_lag_seconds\{window="process",quantile="0\.99"\} (\S+)$/m.exec(text);
  if (found === null) throw new Error(`expected ares_event_loop_lag_seconds at ${address}, found none`);
  return Math.round(Number(found[1]) * 10_000) / 10;
}

function share(part: number, whole: number): number {
  return Math.round((part / whole) * 1000) / 1000;
}

/** Seconds that tasks spent on hashing, uploading and committing what they made, summed over tasks. */
async function committingSeconds(path: string): Promise<number> {
  const open = new Map<string, number>();
  let sum = 0;
  for (const { event, step, unit, timeMs } of await readSideLog(path)) {
    if (event === 'computed') open.set(`${step}/${unit}`, timeMs);
    if (event === 'done') sum += timeMs - (open.get(`${step}/${unit}`) ?? timeMs);
  }
  return sum / 1000;
}

/** Seconds in which at least one task's code ran: the union of the log's intervals from start to computed. */
async function stepCodeSeconds(path: string): Promise<number> {
  const entries = await readSideLog(path);
  let [running, since, busyMs] = [0, 0, 0];
  for (const { event, timeMs } of entries.filter((entry) => entry.event !== 'done').sort((a, b) => a.timeMs - b.timeMs)) {
    if (event === 'start' && running++ === 0) since = timeMs;
    if (event === 'computed' && --running === 0) busyMs += timeMs - since;
  }
  return busyMs / 1000;
}

async function readSideLog(path: string): Promise<(SideLogEntry & { timeMs: number })[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as SideLogEntry & { timeMs: number });
}

async function runAres(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../client/cli.js', import.meta.url)), ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`ares ${args[0]} ended with ${code}`);
  return output;
}
