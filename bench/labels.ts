/**
 * Question: what do the labels of 1,000,000 bars, and the weights of 100,000 of them, cost beside the same loops in numba (compiled before the
 * clock starts, one thread)? The peer's results are compared value by value in every round.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Bars } from '../core/data/bars.js';
import { makeBars } from '../core/data/make-bars.js';
import { cusumEvents, volatilityThresholds } from '../core/labels/cusum-events.js';
import { exponentialVolatility } from '../core/labels/exponential-volatility.js';
import { makeSequentialSampler } from '../core/labels/sequential-bootstrap.js';
import { computeTripleBarrier } from '../core/labels/triple-barrier.js';
import { computeUniqueness } from '../core/labels/uniqueness.js';
import { makeRandom } from '../core/stats/random.js';
import { pythonPackages } from '../infra/python-packages.js';
import { repositoryRoot } from '../infra/repository-root.js';
import type { BenchLine } from './bench-line.js';

const BARS = 1_000_000;
const EVENTS = 100_000;
const MINUTE_MS = 60_000;
const BARRIERS = { takeProfit: 2, stopLoss: 2, holdingBars: 24 };
const ROUNDS = 5;

interface Inputs {
  readonly bars: Bars;
  readonly volatility: Float64Array;
  readonly thresholds: Float64Array;
  /** Bars of the events' spans [first, last), ascending by first. */
  readonly first: Int32Array;
  readonly last: Int32Array;
  readonly uniforms: Float64Array;
}

interface Case {
  readonly name: string;
  readonly n: number;
  /** Columns as the peer writes them. */
  readonly run: () => readonly (Float64Array | Int32Array)[];
}

/** One line a case. */
export async function* labelsBench(): AsyncIterable<BenchLine> {
  const inputs = makeInputs();
  const folder = await mkdtemp(join(tmpdir(), 'ares-bench-labels-'));
  await writeInputs(inputs, folder);
  const packages = await pythonPackages(join(repositoryRoot(), 'bench', 'peer-requirements.txt'));
  const peer = spawn('python3', [join(repositoryRoot(), 'bench', 'labels-peer.py'), folder], {
    env: { ...process.env, PYTHONPATH: packages },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface(peer.stdout)[Symbol.asyncIterator]();
  const askPeer = async (name: string): Promise<number> => {
    peer.stdin.write(`${name}\n`);
    const { value, done } = await answers.next();
    if (done === true) throw new Error(`the peer ended before its answer to ${name}`);
    return (JSON.parse(value) as { seconds: number }).seconds;
  };
  try {
    for (const of of casesOf(inputs)) yield await measure(of, { folder, askPeer });
  } finally {
    const ended = once(peer, 'exit');
    peer.stdin.end();
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(of: Case, peer: { folder: string; askPeer: (name: string) => Promise<number> }): Promise<BenchLine> {
  const [ours, theirs]: [number[], number[]] = [[], []];
  let check = 0;
  // The first round of both compiles.
  for (let round = 0; round <= ROUNDS; round++) {
    const started = performance.now();
    const columns = of.run();
    const seconds = (performance.now() - started) / 1000;
    const peerSeconds = await peer.askPeer(of.name);
    check = await compare(columns, join(peer.folder, of.name.replaceAll(' ', '-')));
    if (round === 0) continue;
    ours.push(seconds);
    theirs.push(peerSeconds);
  }
  const [seconds, peerSeconds] = [median(ours), median(theirs)];
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  return { subject: 'labels', case: of.name, n: of.n, seconds, peer: 'numba', peerSeconds, ratio: seconds / peerSeconds, peakMiB, check };
}

function casesOf({ bars, volatility, thresholds, first, last, uniforms }: Inputs): readonly Case[] {
  const [startMs, endMs] = [Float64Array.from(first, (bar) => bar * MINUTE_MS), Float64Array.from(last, (bar) => bar * MINUTE_MS)];
  const { takeProfit, stopLoss, holdingBars } = BARRIERS;
  return [
    { name: 'cusum', n: BARS, run: () => [cusumEvents(bars.close, thresholds)] },
    {
      name: 'triple barrier',
      n: BARS,
      run: () => {
        const labels = computeTripleBarrier(bars, volatility, { takeProfit, stopLoss, holdingMs: holdingBars * MINUTE_MS });
        return [labels.label, labels.labelEndMs, labels.logReturn];
      },
    },
    { name: 'uniqueness', n: EVENTS, run: () => [computeUniqueness(startMs, endMs)] },
    {
      name: 'sequential bootstrap',
      n: EVENTS,
      run: () => {
        const sampler = makeSequentialSampler(startMs, endMs);
        return [Int32Array.from(uniforms, (uniform) => sampler.draw(uniform))];
      },
    },
  ];
}

/** A walk of minute bars from time 0, and labels of 100,000 random bars of it. */
function makeInputs(): Inputs {
  const random = makeRandom(1);
  const bars = makeBars(BARS);
  let log = 0;
  for (let t = 0; t < BARS; t++) {
    const open = Math.exp(log);
    log += 0.001 * random.normal();
    bars.openTimeMs[t] = t * MINUTE_MS;
    bars.closeTimeMs[t] = (t + 1) * MINUTE_MS;
    bars.open[t] = open;
    bars.close[t] = Math.exp(log);
    bars.high[t] = Math.max(open, bars.close[t] as number) * (1 + 0.0005 * random.uniform());
    bars.low[t] = Math.min(open, bars.close[t] as number) * (1 - 0.0005 * random.uniform());
  }
  const volatility = exponentialVolatility(bars.close);
  const first = Int32Array.from({ length: EVENTS }, () => random.below(BARS - BARRIERS.holdingBars)).sort();
  return {
    bars,
    volatility,
    thresholds: volatilityThresholds(volatility, 1),
    first,
    last: first.map((bar) => bar + 1 + random.below(BARRIERS.holdingBars)),
    uniforms: Float64Array.from({ length: EVENTS }, () => random.uniform()),
  };
}

async function writeInputs({ bars, volatility, thresholds, first, last, uniforms }: Inputs, folder: string): Promise<void> {
  const { closeTimeMs, open, high, low, close } = bars;
  for (const [name, values] of Object.entries({ closeTimeMs, open, high, low, close, volatility, thresholds, first, last, uniforms })) {
    await writeFile(join(folder, `${name}.bin`), values);
  }
  await writeFile(join(folder, 'parameters.json'), JSON.stringify(BARRIERS));
}

/** The sum of all finite values, once every one equals the peer's: integers exactly, others to 1e-9. @throws AssertionError */
async function compare(columns: readonly (Float64Array | Int32Array)[], stem: string): Promise<number> {
  let sum = 0;
  for (const [i, ours] of columns.entries()) {
    const bytes = await readFile(`${stem}-${i}.out`);
    const theirs = new (ours.constructor as Float64ArrayConstructor)(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer);
    assert.equal(theirs.length, ours.length, `values of column ${i}`);
    const tolerance = ours instanceof Int32Array ? 0 : 1e-9;
    for (let t = 0; t < ours.length; t++) {
      const [a, b] = [ours[t] as number, theirs[t] as number];
      const isSame = Number.isNaN(a) ? Number.isNaN(b) : Math.abs(a - b) <= tolerance;
      if (!isSame) assert.fail(`column ${i}, row ${t}: ${a} against the peer's ${b}`);
      if (!Number.isNaN(a)) sum += a;
    }
  }
  return sum;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
