/**
 * Question: does training LightGBM and XGBoost through our binding take longer than through their Python wheels (the same C libraries),
 * at 1 and 2 threads, and how long is the prediction of one row? Runs are interleaved and their order alternates; every round's trees
 * must be the same to the letter. Target: the upper 95 % bound of the mean ratio at most 1.05.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeGradientBoosting } from '../adapters/gradient-boosting/index.js';
import { makeXgboost } from '../adapters/xgboost/index.js';
import type { Booster, BoosterData, GradientBoosting } from '../core/models/gradient-boosting.js';
import { makeRandom } from '../core/stats/random.js';
import { pythonPackages } from '../infra/python-packages.js';
import { repositoryRoot } from '../infra/repository-root.js';
import type { BenchLine } from './bench-line.js';

const ROWS = 50_000;
const COLUMNS = 30;
const TREES = 50;
const PAIRS = 20;
const TARGET = 1.05;
/** Student's 97.5 % quantile at PAIRS - 1 = 19 degrees of freedom. */
const STUDENT = 2.093;
const CALLS = 3000;
const WARM_CALLS = 300;

interface Subject {
  readonly library: GradientBoosting;
  readonly threads: string;
  readonly parameters: Readonly<Record<string, number | string>>;
  /** The text that both sides hash. */
  readonly trees: (booster: Booster) => string;
}

const SUBJECTS: readonly Subject[] = [
  {
    library: makeGradientBoosting(),
    threads: 'num_threads',
    parameters: { objective: 'binary', num_leaves: 31, learning_rate: 0.1, seed: 3 },
    trees: (booster) => booster.modelText().split('end of trees')[0] as string,
  },
  {
    library: makeXgboost(),
    threads: 'nthread',
    parameters: { objective: 'binary:logistic', max_depth: 5, eta: 0.1, seed: 3 },
    trees: (booster) => booster.modelText(),
  },
];

interface Peer {
  ask<T>(line: string): Promise<T>;
  stop(): Promise<void>;
}

/** For each library one line a number of threads, then one of latency. @throws Error where the two sides' trees or predictions differ */
export async function* gbdtBench(): AsyncGenerator<BenchLine> {
  const data = drawData();
  const folder = await mkdtemp(join(tmpdir(), 'ares-bench-gbdt-'));
  try {
    const peer = await startPeer(data, folder);
    try {
      yield* measureAll(data, peer);
    } finally {
      await peer.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* measureAll(data: BoosterData, peer: Peer): AsyncGenerator<BenchLine> {
  for (const subject of SUBJECTS) {
    for (const threads of [1, 2]) yield await measureTraining(data, subject, { threads, peer });
    yield await measureLatency(data, subject, peer);
  }
}

async function measureTraining(data: BoosterData, subject: Subject, { threads, peer }: { threads: number; peer: Peer }): Promise<BenchLine> {
  const { library, parameters } = subject;
  const [ours, theirs]: [number[], number[]] = [[], []];
  let check = '';
  // The first pair warms both sides up.
  for (let pair = 0; pair <= PAIRS; pair++) {
    const askPeer = async () => peer.ask<{ seconds: number; check: string }>(`train ${library.library} ${threads} ${TREES} ${JSON.stringify(parameters)}`);
    const early = pair % 2 === 0 ? await askPeer() : null;
    const own = trainOnce(data, subject, threads);
    const answer = early ?? (await askPeer());
    assert.equal(own.check, answer.check, `${library.library}: trees differ from the Python wheel's`);
    check = own.check.slice(0, 12);
    if (pair === 0) continue;
    ours.push(own.seconds);
    theirs.push(answer.seconds);
  }
  const ratios = ours.map((seconds, i) => seconds / (theirs[i] as number));
  const upper = upperBound(ratios);
  return {
    ...lineOf({ name: `${library.library} train, ${threads} threads, ${TREES} trees, ${COLUMNS} columns`, n: ROWS, check }, middle(ours), middle(theirs)),
    details: { pairs: PAIRS, meanRatio: mean(ratios), upperBound: upper, withinTarget: upper <= TARGET },
  };
}

function trainOnce(data: BoosterData, { library, threads: name, parameters, trees }: Subject, threads: number): { seconds: number; check: string } {
  const start = performance.now();
  const booster = library.train(data, { ...parameters, [name]: threads }, TREES);
  const seconds = (performance.now() - start) / 1000;
  const check = createHash('sha256').update(trees(booster)).digest('hex');
  booster.dispose();
  return { seconds, check };
}

async function measureLatency(data: BoosterData, { library, threads, parameters }: Subject, peer: Peer): Promise<BenchLine> {
  const booster = library.train(data, { ...parameters, [threads]: 1 }, TREES);
  await peer.ask(`train ${library.library} 1 ${TREES} ${JSON.stringify(parameters)}`);
  await peer.ask(`predict ${library.library} ${WARM_CALLS}`);
  const theirs = await peer.ask<{ p50: number; p99: number; check: number }>(`predict ${library.library} ${CALLS}`);
  predictRows(booster, data, WARM_CALLS);
  const ours = predictRows(booster, data, CALLS);
  booster.dispose();
  assert.ok(Math.abs(ours.check - theirs.check) < 1e-6 * CALLS, `${library.library}: predictions sum to ${ours.check}, the peer's to ${theirs.check}`);
  return {
    ...lineOf({ name: `${library.library} predict one row, p50`, n: CALLS, check: ours.check }, ours.p50, theirs.p50),
    details: { p99Seconds: ours.p99, peerP99Seconds: theirs.p99 },
  };
}

function predictRows(booster: Booster, { x }: BoosterData, calls: number): { p50: number; p99: number; check: number } {
  const taken = new Float64Array(calls);
  let check = 0;
  for (let row = 0; row < calls; row++) {
    const start = performance.now();
    const [p] = booster.predict({ rowCount: 1, columnCount: COLUMNS, values: x.values.subarray(row * COLUMNS, (row + 1) * COLUMNS) });
    taken[row] = (performance.now() - start) / 1000;
    check += p as number;
  }
  taken.sort();
  return { p50: taken[Math.floor(0.5 * calls)] as number, p99: taken[Math.floor(0.99 * calls)] as number, check };
}

async function startPeer({ x, y }: BoosterData, folder: string): Promise<Peer> {
  const requirements = ['boosting-requirements.txt', 'reference-requirements.txt'].map((name) => join(repositoryRoot(), 'tests', 'support', name));
  const packages = [];
  for (const file of requirements) packages.push(await pythonPackages(file));
  const file = join(folder, 'examples.bin');
  await writeFile(file, Buffer.concat([Buffer.from(x.values.buffer), Buffer.from(y.buffer)]));
  const script = join(repositoryRoot(), 'bench', 'peer-gbdt.py');
  const env = { ...process.env, PYTHONPATH: packages.join(delimiter) };
  const child = spawn('python3', [script, file, String(ROWS), String(COLUMNS)], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the Python side of the gbdt bench ended early');
    return value as string;
  };
  await next();
  return {
    ask: async <T>(line: string) => {
      child.stdin.write(`${line}\n`);
      return JSON.parse(await next()) as T;
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}

/** A sign of three columns in noise; a twentieth of the values is missing. */
function drawData(): BoosterData {
  const random = makeRandom(1);
  const values = Float64Array.from({ length: ROWS * COLUMNS }, () => (random.uniform() < 0.05 ? Number.NaN : random.normal()));
  const at = (row: number, column: number): number => values[row * COLUMNS + column] || 0;
  const y = Float64Array.from({ length: ROWS }, (_, row) => Number(at(row, 0) * at(row, 1) + at(row, 2) + 2 * random.normal() > 0));
  const featureNames = Array.from({ length: COLUMNS }, (_, column) => `f${column}`);
  return { x: { rowCount: ROWS, columnCount: COLUMNS, values }, y, weights: new Float64Array(ROWS).fill(1), featureNames };
}

function lineOf({ name, n, check }: { name: string; n: number; check: number | string }, seconds: number, peerSeconds: number): BenchLine {
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  return { subject: 'gbdt', case: name, n, seconds, peer: 'its Python wheel', peerSeconds, ratio: seconds / peerSeconds, peakMiB, check };
}

/** Of the mean, by Student's t. */
function upperBound(values: readonly number[]): number {
  const center = mean(values);
  const variance = values.reduce((total, value) => total + (value - center) ** 2, 0) / (values.length - 1);
  return center + STUDENT * Math.sqrt(variance / values.length);
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
