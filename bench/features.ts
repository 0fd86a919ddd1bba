/**
 * Question: how long do indicators take on 1,000,000 one-minute bars, one by one, beside TA-Lib's C (where it has the indicator) and
 * pandas, with the same division by price or range on either side? Turns are interleaved; in a turn a side computes an indicator three times in
 * a row, as a step computes one after the other. Medians of 15 of ours and TA-Lib (in the first few V8 still compiles), of three of pandas.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Bars } from '../core/data/bars.js';
import { makeBars } from '../core/data/make-bars.js';
import { FEATURES } from '../core/features/features.js';
import { makeRandom } from '../core/stats/random.js';
import { pythonPackages } from '../infra/python-packages.js';
import { repositoryRoot } from '../infra/repository-root.js';
import type { BenchLine } from './bench-line.js';

const BARS = 1_000_000;
/** Turns of each side, and runs in a turn. */
const TURNS: Readonly<Record<Library, readonly [number, number]>> = { talib: [5, 3], pandas: [1, 3] };
const CONTEXT = { regimes: null, funding: null };
/** Columns agree to this part of their size: windows of pandas drift by subtraction. */
const AGREEMENT = 1e-5;
const MIB = 2 ** 20;

type Library = 'talib' | 'pandas';

interface PeerAnswer {
  readonly seconds: number;
  /** Of the last bar, and the sum over the last tenth. */
  readonly last: number;
  readonly sum: number;
}

interface Peer {
  readonly features: readonly string[];
  /** One run of one feature; null where the library has none. */
  run(name: string, library: Library): Promise<PeerAnswer | null>;
  stop(): Promise<void>;
}

/** One line a feature and peer, then totals. @throws Error where the two sides disagree */
export async function* featuresBench(): AsyncGenerator<BenchLine> {
  const bars = walk(BARS);
  const folder = await mkdtemp(join(tmpdir(), 'ares-bench-'));
  try {
    const peer = await startPeer(bars, folder);
    try {
      yield* measureAll(bars, peer);
    } finally {
      await peer.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* measureAll(bars: Bars, peer: Peer): AsyncGenerator<BenchLine> {
  const lines: BenchLine[] = [];
  for (const name of peer.features) {
    for (const library of ['talib', 'pandas'] as const) {
      const line = await measure(bars, { name, library, peer });
      if (line === null) continue;
      lines.push(line);
      yield line;
    }
  }
  for (const library of ['talib', 'pandas'] as const) {
    const own = lines.filter((line) => line.peer === library);
    const seconds = sum(own.map((line) => line.seconds));
    const peerSeconds = sum(own.map((line) => line.peerSeconds ?? 0));
    const ratios = own.map((line) => line.ratio ?? 0).sort((a, b) => a - b);
    yield {
      ...lineOf({ name: `all ${own.length} that ${library} has`, library, seconds, peerSeconds, check: own.length }),
      details: { medianRatio: median(ratios), largestRatio: ratios.at(-1), withinTarget: ratios.filter((ratio) => ratio <= TARGETS[library]).length },
    };
  }
}

/** Ours over theirs: at most. */
const TARGETS: Readonly<Record<Library, number>> = { talib: 1.5, pandas: 0.1 };

async function measure(bars: Bars, { name, library, peer }: { name: string; library: Library; peer: Peer }): Promise<BenchLine | null> {
  const feature = FEATURES.find((entry) => entry.name === name);
  if (feature === undefined) throw new Error(`expected feature ${name} in the registry, found none`);
  const [ours, theirs]: [number[], number[]] = [[], []];
  // Kept until the end, by the peer too, as a table of features keeps its columns.
  const columns: Float64Array[] = [];
  let answer: PeerAnswer | null = null;
  const [turns, runs] = TURNS[library];
  for (let turn = 0; turn < turns; turn++) {
    for (let run = 0; run < runs; run++) {
      answer = await peer.run(name, library);
      if (answer === null) return null;
      theirs.push(answer.seconds);
    }
    for (let run = 0; run < runs; run++) {
      const start = performance.now();
      columns.push(feature.compute(bars, CONTEXT));
      ours.push((performance.now() - start) / 1000);
    }
  }
  const column = columns.at(-1) as Float64Array;
  checkAgreement({ name, library, column, answer: answer as PeerAnswer });
  return lineOf({ name, library, seconds: median(ours), peerSeconds: median(theirs), check: column[BARS - 1] as number });
}

function checkAgreement({ name, library, column, answer }: { name: string; library: Library; column: Float64Array; answer: PeerAnswer }): void {
  const last = column[BARS - 1] as number;
  const tail = column.subarray(-BARS / 10);
  const size = sum(tail.map(Math.abs)) / tail.length;
  const isEqual = Math.abs(last - answer.last) <= AGREEMENT * size && Math.abs(sum(tail) - answer.sum) <= AGREEMENT * size * tail.length;
  if (!isEqual) throw new Error(`expected ${name} of ${library} to end with ${answer.last} and sum ${answer.sum}, found ${last} and ${sum(tail)}`);
}

interface Measured {
  readonly name: string;
  readonly library: Library;
  readonly seconds: number;
  readonly peerSeconds: number;
  readonly check: number;
}

function lineOf({ name, library, seconds, peerSeconds, check }: Measured): BenchLine {
  const peakMiB = Math.round(process.resourceUsage().maxRSS / (MIB / 1024));
  return { subject: 'features', case: name, n: BARS, seconds, peer: library, peerSeconds, ratio: seconds / peerSeconds, peakMiB, check };
}

/** The Python side, loaded once; it answers one request at a time. */
async function startPeer(bars: Bars, folder: string): Promise<Peer> {
  const packages = await pythonPackages(join(repositoryRoot(), 'bench', 'peer-requirements.txt'));
  const file = join(folder, 'bars.bin');
  await writeFile(file, Buffer.concat((['open', 'high', 'low', 'close', 'volume'] as const).map((name) => Buffer.from(bars[name].buffer))));
  const script = join(repositoryRoot(), 'bench', 'peer-features.py');
  const child = spawn('python3', [script, file, String(BARS)], { env: { ...process.env, PYTHONPATH: packages }, stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await answers.next();
    if (done === true) throw new Error('the Python side of the features bench ended early');
    return JSON.parse(value as string);
  };
  const { features } = (await next()) as { readonly features: readonly string[] };
  return {
    features,
    run: async (name, library) => {
      child.stdin.write(`${name} ${library}\n`);
      const answer = (await next()) as PeerAnswer | { readonly none: true };
      return 'none' in answer ? null : answer;
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}

/** A random walk of one-minute bars. */
function walk(count: number): Bars {
  const random = makeRandom(1);
  const bars = makeBars(count);
  let price = 2000;
  for (let t = 0; t < count; t++) {
    const open = price;
    price *= Math.exp(0.001 * random.normal());
    bars.openTimeMs[t] = t * 60_000;
    bars.closeTimeMs[t] = (t + 1) * 60_000;
    bars.open[t] = open;
    bars.close[t] = price;
    bars.high[t] = Math.max(open, price) * Math.exp(0.0005 * random.uniform());
    bars.low[t] = Math.min(open, price) * Math.exp(-0.0005 * random.uniform());
    bars.volume[t] = 10 * Math.exp(0.5 * random.normal());
  }
  return bars;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return total;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
