/**
 * Question: how long do indicators take on 1,000,000 one-minute bars, one by one, beside TA-Lib's C (where it has the indicator) and
 * pandas, with the same division by price or range on either side? Each side is a process that keeps its memory: a page that the kernel hands
 * out anew costs as much as an indicator, and ten times as much where a host must find it first, which says nothing of either side. Turns
 * are interleaved; in a turn a side computes an indicator three times in a row, as a step computes one after the other. Medians of 27 of
 * ours and TA-Lib (in the first ten or so V8 still compiles), of six of pandas.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Bars } from '../core/data/bars.js';
import { makeBars } from '../core/data/make-bars.js';
import { makeRandom } from '../core/stats/random.js';
import { pythonPackages } from '../infra/python-packages.js';
import { repositoryRoot } from '../infra/repository-root.js';
import type { BenchLine } from './bench-line.js';

const BARS = 1_000_000;
/** Turns of each side, and runs in a turn. */
const TURNS: Readonly<Record<Library, readonly [number, number]>> = { talib: [9, 3], pandas: [2, 3] };
/** Freed memory stays with the process, in large pages. */
const KEPT_MEMORY = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=17179869184' };
/** Columns agree to this part of their size: windows of pandas drift by subtraction. */
const AGREEMENT = 1e-5;
const KIB_PER_MIB = 1024;

type Library = 'talib' | 'pandas';

interface Answer {
  readonly seconds: number;
  /** Of the last bar, and the sum over the last tenth. */
  readonly last: number;
  readonly sum: number;
}

/** A process that computes features of the bars. */
interface Side {
  /** What it says once it is ready. */
  readonly greeting: unknown;
  ask(question: string): Promise<unknown>;
  stop(): Promise<void>;
}

interface Sides {
  readonly ours: Side;
  readonly theirs: Side;
}

/** One line a feature and peer, then totals. @throws Error where the two sides disagree */
export async function* featuresBench(): AsyncGenerator<BenchLine> {
  const folder = await mkdtemp(join(tmpdir(), 'ares-bench-'));
  const sides: Side[] = [];
  try {
    const file = join(folder, 'bars.bin');
    const bars = walk(BARS);
    await writeFile(file, Buffer.concat((['open', 'high', 'low', 'close', 'volume'] as const).map((name) => Buffer.from(bars[name].buffer))));
    const packages = await pythonPackages(join(repositoryRoot(), 'bench', 'peer-requirements.txt'));
    const theirs = await startSide('python3', [join(repositoryRoot(), 'bench', 'peer-features.py'), file, String(BARS)], { PYTHONPATH: packages });
    sides.push(theirs);
    const ours = await startSide(process.execPath, [fileURLToPath(new URL('./features-side.js', import.meta.url)), file, String(BARS)], {});
    sides.push(ours);
    yield* measureAll({ ours, theirs });
  } finally {
    for (const side of sides) await side.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function* measureAll(sides: Sides): AsyncGenerator<BenchLine> {
  const lines: BenchLine[] = [];
  for (const name of (sides.theirs.greeting as { readonly features: readonly string[] }).features) {
    for (const library of ['talib', 'pandas'] as const) {
      const line = await measure(sides, name, library);
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

async function measure({ ours, theirs }: Sides, name: string, library: Library): Promise<BenchLine | null> {
  const [own, peer]: [number[], number[]] = [[], []];
  let [answer, peerAnswer]: [Answer | null, Answer | null] = [null, null];
  const [turns, runs] = TURNS[library];
  for (let turn = 0; turn < turns; turn++) {
    for (let run = 0; run < runs; run++) {
      const said = (await theirs.ask(`${name} ${library}`)) as Answer | { readonly none: true };
      if ('none' in said) return null;
      peerAnswer = said;
      peer.push(said.seconds);
    }
    for (let run = 0; run < runs; run++) {
      answer = (await ours.ask(name)) as Answer;
      own.push(answer.seconds);
    }
  }
  const check = checkAgreement({ name, library, answer: answer as Answer, peerAnswer: peerAnswer as Answer });
  return lineOf({ name, library, seconds: median(own), peerSeconds: median(peer), check });
}

interface Answers {
  readonly name: string;
  readonly library: Library;
  readonly answer: Answer;
  readonly peerAnswer: Answer;
}

/** The last value, where both agree with it and on the sum of the last tenth. */
function checkAgreement({ name, library, answer, peerAnswer }: Answers): number {
  const { last, sum } = answer;
  const size = Math.max(Math.abs(last), Math.abs(sum) / (BARS / 10));
  const isEqual = Math.abs(last - peerAnswer.last) <= AGREEMENT * size && Math.abs(sum - peerAnswer.sum) <= AGREEMENT * size * (BARS / 10);
  if (!isEqual) throw new Error(`expected ${name} of ${library} to end with ${peerAnswer.last} and sum ${peerAnswer.sum}, found ${last} and ${sum}`);
  return last;
}

interface Measured {
  readonly name: string;
  readonly library: Library;
  readonly seconds: number;
  readonly peerSeconds: number;
  readonly check: number;
}

function lineOf({ name, library, seconds, peerSeconds, check }: Measured): BenchLine {
  const peakMiB = Math.round(process.resourceUsage().maxRSS / KIB_PER_MIB);
  return { subject: 'features', case: name, n: BARS, seconds, peer: library, peerSeconds, ratio: seconds / peerSeconds, peakMiB, check };
}

/** One answer a question. */
async function startSide(program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Side> {
  const child = spawn(program, args, { env: { ...process.env, ...KEPT_MEMORY, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await answers.next();
    if (done === true) throw new Error(`${program} of the features bench ended early`);
    return JSON.parse(value as string);
  };
  return {
    greeting: await next(),
    ask: (question) => {
      child.stdin.write(`${question}\n`);
      return next();
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
