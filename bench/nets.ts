/**
 * Question: what does an epoch of each network cost beside the same network in PyTorch, both on one thread of the CPU, and how long
 * is the prediction of one row? Both sides begin with the same weights and see the same batches in the same order, so their losses
 * after the epoch are compared (PyTorch's GRU resets after the product and has a second bias: there only that both are finite).
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
import { openTensorBackend } from '../adapters/tensor-backend/index.js';
import { gruAttention } from '../core/nn/gru-attention.js';
import { lstm } from '../core/nn/lstm.js';
import { mlp } from '../core/nn/mlp.js';
import { drawParameters } from '../core/nn/network.js';
import type { Network, NetworkSize } from '../core/nn/network.js';
import { predictPlain, splitParameters } from '../core/nn/predict-network.js';
import { shuffledOrder } from '../core/nn/shuffled-order.js';
import { tcn } from '../core/nn/tcn.js';
import type { TrainingState } from '../core/nn/fit-weights.js';
import type { NetworkTraining } from '../core/nn/train-network.js';
import { measureLoss, trainNetwork } from '../core/nn/train-network.js';
import { transformer } from '../core/nn/transformer.js';
import type { TensorBackend } from '../core/nn/tensor-backend.js';
import { makeRandom } from '../core/stats/random.js';
import { pythonPackages } from '../infra/python-packages.js';
import { repositoryRoot } from '../infra/repository-root.js';
import type { BenchLine } from './bench-line.js';
import { familyLatencyBench } from './family-latency.js';

const EXAMPLES = 4096;
const BATCHES = [128, 1024];
/** Of one fit; the first is told apart. */
const EPOCHS = 16;
const LATENCY_CALLS = 1000;
const SEED = 5;
/** Losses after an epoch of single-precision steps, the sums of which are in another order. */
const LOSS_TOLERANCE = 2e-3;

interface Case {
  readonly name: string;
  readonly network: Network;
  readonly size: NetworkSize;
  readonly isSame: boolean;
}

const CASES: readonly Case[] = [
  { name: 'mlp', network: mlp, size: { features: 64, window: 1, outputs: 3, settings: { first: 128, second: 64, dropout: 0 } }, isSame: true },
  { name: 'lstm', network: lstm, size: { features: 32, window: 16, outputs: 1, settings: { units: 32, layers: 1, dropout: 0 } }, isSame: true },
  { name: 'gru', network: gruAttention, size: { features: 32, window: 16, outputs: 1, settings: { units: 32, attention: 0, dropout: 0 } }, isSame: false },
  { name: 'tcn', network: tcn, size: { features: 32, window: 16, outputs: 1, settings: { blocks: 4, filters: 32, kernel: 3, dropout: 0 } }, isSame: true },
  {
    name: 'transformer',
    network: transformer,
    size: { features: 32, window: 16, outputs: 1, settings: { width: 32, heads: 4, layers: 2, hidden: 64, dropout: 0 } },
    isSame: true,
  },
];

interface Prepared extends Case {
  readonly initial: Float32Array;
  readonly training: Omit<NetworkTraining, 'random' | 'settings'>;
}

interface Peer {
  readonly version: string;
  ask(line: string): Promise<Record<string, unknown>>;
}

/** Two lines a network (batches of 128 and 1,024), one of latency; then one of latency for every family as it is served. */
export async function* netsBench(): AsyncIterable<BenchLine> {
  const backend = await openTensorBackend();
  const folder = await mkdtemp(join(tmpdir(), 'ares-bench-nets-'));
  const cases = CASES.map((of) => prepare(of, backend.compile));
  await writeInputs(cases, folder);
  const packages = await pythonPackages(join(repositoryRoot(), 'bench', 'torch-requirements.txt'));
  const child = spawn('python3', [join(repositoryRoot(), 'bench', 'nets-peer.py'), folder], {
    env: { ...process.env, PYTHONPATH: packages },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  const read = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await answers.next();
    if (done === true) throw new Error('the peer ended before its answer');
    return JSON.parse(value) as Record<string, unknown>;
  };
  try {
    const { version } = await read();
    const peer: Peer = {
      version: `PyTorch ${String(version)}, 1 thread`,
      ask: async (line) => {
        child.stdin.write(`${line}\n`);
        return read();
      },
    };
    for (const of of cases) {
      for (const batch of BATCHES) yield await measureEpoch(of, batch, peer);
      yield await measureLatency(of, peer);
    }
    yield* familyLatencyBench();
  } finally {
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * One fit of EPOCHS epochs from the initial weights on either side, epoch after epoch in turn: order of examples, batches, gradients, Adam.
 * The first epochs, in which our graph is compiled and both sides warm up, are left out of the medians and told beside them.
 */
async function measureEpoch(of: Prepared, batch: number, peer: Peer): Promise<BenchLine> {
  const [ours, theirs]: [number[], number[]] = [[], []];
  let check = Number.NaN;
  let details = {};
  let started = performance.now();
  const keep = async ({ epoch, weights }: TrainingState): Promise<void> => {
    const answer = await peer.ask(`epoch ${of.name} ${batch} ${epoch - 1}`);
    theirs.push(answer['seconds'] as number);
    if (epoch === 1) {
      check = await lossOf(of, weights);
      compareFirst(of, check, answer);
      details = { peerLoss: answer['loss'], parameters: of.initial.length, peerParameters: answer['parameters'], load: loadavg()[0] };
    }
    started = performance.now();
  };
  const settings = { epochs: EPOCHS, batch, learningRate: 1e-3, schedule: 'constant', warmUpSteps: 0, weightDecay: 0, clip: 0, patience: 1 } as const;
  await trainNetwork({
    ...{ ...of.training, settings, initial: of.initial, random: makeRandom(SEED), state: { latest: async () => null, keep } },
    onEpoch: () => void ours.push((performance.now() - started) / 1000),
  });
  const [first, peerFirst] = [ours[0], theirs[0]];
  details = { ...details, firstEpochSeconds: first, peerFirstEpochSeconds: peerFirst, ratios: spread(ours.slice(1), theirs.slice(1)) };
  return makeLine({ name: `${of.name} epoch, batch ${batch}`, n: EXAMPLES, ours: ours.slice(1), theirs: theirs.slice(1), peer: peer.version, check, details });
}

/** Loss over all examples. */
async function lossOf({ training }: Prepared, weights: Float32Array): Promise<number> {
  const flat = tf.tensor1d(weights);
  const loss = await measureLoss(training, flat, training.fit);
  flat.dispose();
  return loss;
}

function compareFirst(of: Prepared, loss: number, answer: Record<string, unknown>): void {
  const peerLoss = answer['loss'] as number;
  assert.ok(Number.isFinite(loss) && Number.isFinite(peerLoss), `losses ${loss} and ${peerLoss}`);
  if (!of.isSame) return;
  assert.ok(Math.abs(loss - peerLoss) < LOSS_TOLERANCE, `${of.name}: loss ${loss} against the peer's ${peerLoss}`);
  assert.equal(of.initial.length, answer['parameters'], 'parameters');
}

/** Quartiles of the ratios of neighbouring epochs. */
function spread(ours: readonly number[], theirs: readonly number[]): readonly number[] {
  const ratios = ours.map((seconds, i) => seconds / (theirs[i] as number));
  return [0.25, 0.5, 0.75].map((level) => quantile(ratios, level));
}

async function measureLatency({ name, network, size, initial, training }: Prepared, peer: Peer): Promise<BenchLine> {
  const fitted = { network, size, weights: splitParameters(network, size, initial) };
  const microseconds: number[] = [];
  for (let i = 0; i < LATENCY_CALLS + 100; i++) {
    const rows = training.fit.rows.subarray(i, i + 1);
    const started = performance.now();
    predictPlain(fitted, { input: training.input, rows });
    if (i >= 100) microseconds.push(1000 * (performance.now() - started));
  }
  const theirs = (await peer.ask(`latency ${name}`))['microseconds'] as number[];
  const details = {
    ...{ p50Us: quantile(microseconds, 0.5), p99Us: quantile(microseconds, 0.99) },
    ...{ peerP50Us: quantile(theirs, 0.5), peerP99Us: quantile(theirs, 0.99), load: loadavg()[0] },
  };
  const toSeconds = (values: number[]): number[] => values.map((value) => value / 1e6);
  const lines = { ours: toSeconds(microseconds), theirs: toSeconds(theirs) };
  return makeLine({ name: `${name} prediction of one row`, n: 1, ...lines, peer: peer.version, check: initial.length, details });
}

interface Measured {
  readonly name: string;
  readonly n: number;
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  readonly peer: string;
  readonly check: number;
  readonly details: object;
}

function makeLine({ name, n, ours, theirs, peer, check, details }: Measured): BenchLine {
  const [seconds, peerSeconds] = [quantile(ours, 0.5), quantile(theirs, 0.5)];
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  return { subject: 'nets', case: name, n, seconds, peer, peerSeconds, ratio: seconds / peerSeconds, peakMiB, check, details };
}

/** Rows of noise; a sequence is the rows up to an example, and no example lies before the first whole one. */
function prepare(of: Case, compile: TensorBackend['compile']): Prepared {
  const { features, window, outputs } = of.size;
  const random = makeRandom(SEED);
  const rowCount = EXAMPLES + window - 1;
  const values = Float32Array.from({ length: rowCount * features }, () => random.normal());
  const rows = Int32Array.from({ length: EXAMPLES }, (_, i) => i + window - 1);
  const y = Float64Array.from(rows, (row) => {
    const sum = (values[row * features] as number) + (values[row * features + 1] as number);
    return outputs === 1 ? Number(sum > 0) : sum > 0.6 ? 2 : sum > -0.6 ? 1 : 0;
  });
  const fit = { rows, y, weights: new Float64Array(EXAMPLES).fill(1) };
  const { network, size } = of;
  const training = { network, size, input: { values, rowCount }, fit, validation: null, ...(compile === undefined ? {} : { compile }) };
  return { ...of, initial: drawParameters(network.parameters(size), random), training };
}

async function writeInputs(cases: readonly Prepared[], folder: string): Promise<void> {
  const sizes = Object.fromEntries(cases.map(({ name, network, size }) => [name, { ...size, specs: network.parameters(size) }]));
  await writeFile(join(folder, 'sizes.json'), JSON.stringify(sizes));
  const random = makeRandom(SEED);
  for (let epoch = 0; epoch < EPOCHS; epoch++) await writeFile(join(folder, `order-${epoch}.bin`), shuffledOrder(EXAMPLES, random));
  for (const { name, size, initial, training } of cases) {
    const { features, window } = size;
    const x = new Float32Array(EXAMPLES * window * features);
    for (let i = 0; i < EXAMPLES; i++) x.set(training.input.values.subarray(i * features, (i + window) * features), i * window * features);
    await writeFile(join(folder, `${name}-weights.bin`), initial);
    await writeFile(join(folder, `${name}-x.bin`), x);
    await writeFile(join(folder, `${name}-y.bin`), training.fit.y);
  }
}

function quantile(values: readonly number[], level: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(level * sorted.length))] as number;
}
