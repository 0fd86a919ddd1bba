/**
 * Question: does the memory of collection (zips to a Parquet table a day), bars (step 2's own function: days of trades to minute bars
 * by month, with their quality, and the bars of one hour) and features (all, on bars of one hour) grow with the window? Each stage runs
 * in a process of its own over 40 and over 400 days of 40,000 simulated trades (ARES_BENCH_DAY_TRADES sets another number); the peak
 * is the process's own, the middle of five runs.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchLine } from './bench-line.js';
import { runMeasured } from './measured-child.js';

const TRADES_A_DAY = Number(process.env['ARES_BENCH_DAY_TRADES'] ?? 40_000);
const SHORT_DAYS = 40;
const LONG_DAYS = 400;
/** When memory is given back is the garbage collector's affair: single peaks differ by a fifth. */
const RUNS = 5;

interface Stage {
  readonly seconds: number;
  readonly rows: number;
  readonly peakMiB: number;
}

/** One line a stage: the peak over 400 days, and beside it that over 40. */
export async function* memoryBench(): AsyncIterable<BenchLine> {
  const folder = await mkdtemp(join(tmpdir(), 'ares-bench-'));
  try {
    await runStage('zips', folder, LONG_DAYS);
    for (const name of ['collection', 'bars', 'features']) {
      const short = await runMiddle(name, folder, SHORT_DAYS);
      const long = await runMiddle(name, folder, LONG_DAYS);
      yield {
        subject: 'memory',
        case: `${name} of ${LONG_DAYS} days`,
        n: LONG_DAYS * TRADES_A_DAY,
        seconds: Math.round(long.seconds * 100) / 100,
        peer: null,
        peerSeconds: null,
        ratio: null,
        peakMiB: long.peakMiB,
        check: long.rows,
        details: {
          shortDays: SHORT_DAYS,
          shortSeconds: short.seconds,
          shortPeakMiB: short.peakMiB,
          growth: Math.round((long.peakMiB / short.peakMiB) * 1000) / 1000,
          load: loadavg()[0],
        },
      };
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The run of middle peak. */
async function runMiddle(name: string, folder: string, days: number): Promise<Stage> {
  const runs: Stage[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await runStage(name, folder, days));
  return runs.sort((a, b) => a.peakMiB - b.peakMiB)[(RUNS - 1) / 2] as Stage;
}

async function runStage(name: string, folder: string, days: number): Promise<Stage> {
  const script = fileURLToPath(new URL('./memory-stage.js', import.meta.url));
  return (await runMeasured(process.execPath, [script, name, folder, String(days), String(TRADES_A_DAY)])).line as Stage;
}
