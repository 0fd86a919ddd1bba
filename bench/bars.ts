/**
 * Question: how long do daily zips of 17,847,123 simulated trades (879 hours; ARES_BENCH_TRADES sets another number) take to become
 * bars of one minute and one hour? Ours checks the file's hash and every row and makes the ten flow columns too; the peers make
 * prices and amounts only. Two files side by side everywhere, medians of three interleaved runs.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonPackages } from '../infra/python-packages.js';
import { repositoryRoot } from '../infra/repository-root.js';
import type { BenchLine } from './bench-line.js';
import { middle, runMeasured } from './measured-child.js';
import { benchMarket, marketDays, writeTradeZip } from './trade-zips.js';

const TRADES = Number(process.env['ARES_BENCH_TRADES'] ?? 17_847_123);
const HOURS = 879;
const THREADS = 2;
const RUNS = 3;
const PEERS = ['polars', 'duckdb', 'pandas'] as const;

interface Reading {
  readonly seconds: number;
  /** Of all threads: says more than the wall time on a machine that others use too. */
  readonly cpuSeconds: number;
  readonly minuteBars: number;
  readonly hourBars: number;
  readonly volume: number;
}

interface Measured {
  readonly reading: Reading;
  readonly peakMiB: number;
}

/** One line a peer. */
export async function* barsBench(): AsyncIterable<BenchLine> {
  const folder = await mkdtemp(join(tmpdir(), 'ares-bench-'));
  try {
    const { files, textBytes } = await writeZips(folder);
    const packages = await pythonPackages(join(repositoryRoot(), 'bench', 'peer-requirements.txt'));
    const ours: Measured[] = [];
    const theirs = new Map<string, Measured[]>(PEERS.map((peer) => [peer, []]));
    const load = loadavg()[0];
    for (let run = 0; run < RUNS; run++) {
      ours.push(await measure(process.execPath, [fileURLToPath(new URL('./bars-reader.js', import.meta.url)), String(THREADS), ...files]));
      for (const peer of PEERS) {
        const script = join(repositoryRoot(), 'bench', 'peer-bars.py');
        theirs.get(peer)?.push(await measure('python3', [script, peer, String(THREADS), ...files], { PYTHONPATH: packages }));
      }
    }
    for (const peer of PEERS) yield describeCase(peer, ours, { runs: theirs.get(peer) as Measured[], details: { files: files.length, textBytes, load } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeZips(folder: string): Promise<{ files: string[]; textBytes: number }> {
  const market = benchMarket(TRADES, HOURS);
  const days = marketDays(market);
  const written: Awaited<ReturnType<typeof writeTradeZip>>[] = [];
  for (let d = 0; d < days.length; d += THREADS) {
    written.push(...(await Promise.all(days.slice(d, d + THREADS).map((day) => writeTradeZip(market, day, folder)))));
  }
  return { files: written.map((zip) => zip.path), textBytes: written.reduce((sum, zip) => sum + zip.textBytes, 0) };
}

async function measure(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Measured> {
  const { line, peakMiB } = await runMeasured(program, args, env);
  return { reading: line as Reading, peakMiB };
}

function describeCase(peer: string, ours: readonly Measured[], other: { readonly runs: readonly Measured[]; readonly details: object }): BenchLine {
  const checks = [...ours, ...other.runs].map(({ reading }) => `${reading.minuteBars} + ${reading.hourBars} bars, volume ${reading.volume.toFixed(3)}`);
  const [check] = checks;
  if (checks.some((text) => text !== check)) throw new Error(`expected equal bars of ${peer}, found ${[...new Set(checks)].join('; ')}`);
  const seconds = middle(ours.map((run) => run.reading.seconds));
  const peerSeconds = middle(other.runs.map((run) => run.reading.seconds));
  const peerPeakMiB = Math.max(...other.runs.map((run) => run.peakMiB));
  return {
    subject: 'bars',
    case: 'zips of trades to 1m and 1h bars',
    n: TRADES,
    seconds: Math.round(seconds * 1000) / 1000,
    peer,
    peerSeconds: Math.round(peerSeconds * 1000) / 1000,
    ratio: Math.round((seconds / peerSeconds) * 1000) / 1000,
    peakMiB: Math.max(...ours.map((run) => run.peakMiB)),
    check,
    details: { ...other.details, threads: THREADS, cpuSeconds: medianCpu(ours), peerCpuSeconds: medianCpu(other.runs), peerPeakMiB },
  };
}

function medianCpu(runs: readonly Measured[]): number {
  return Math.round(middle(runs.map((run) => run.reading.cpuSeconds)) * 100) / 100;
}
