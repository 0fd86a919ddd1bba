/**
 * Script: daily zips of trades to bars of one minute and one hour, a file a thread at a time; prints one JSON line.
 * `node bars-reader.js THREADS FILE...`. The clock starts when every thread has loaded its modules.
 */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { hashFile } from '../adapters/market-files/file-hash.js';
import { readTradeDays } from '../adapters/market-files/read-trade-days.js';
import { barCount } from '../core/data/bars.js';
import { resampleBars } from '../core/data/resample-bars.js';
import { tradesToBars } from '../core/data/trades-to-bars.js';
import type { PlannedFile } from '../pipeline/plan.js';

interface BarTotals {
  minuteBars: number;
  hourBars: number;
  volume: number;
}

if (isMainThread) await readAll(Number(process.argv[2]), process.argv.slice(3));
else parentPort?.on('message', (file: PlannedFile) => void barsOfFile(file).then((totals) => parentPort?.postMessage(totals))).postMessage('ready');

async function readAll(threads: number, paths: readonly string[]): Promise<void> {
  // The plan has the hashes; reading checks them.
  const files = await Promise.all(paths.map(hashFile));
  const workers = Array.from({ length: threads }, () => new Worker(fileURLToPath(import.meta.url)));
  await Promise.all(workers.map(nextMessage));
  const started = performance.now();
  const cpuStarted = process.cpuUsage();
  const sum: BarTotals = { minuteBars: 0, hourBars: 0, volume: 0 };
  let next = 0;
  await Promise.all(
    workers.map(async (worker) => {
      for (let i = next++; i < files.length; i = next++) {
        worker.postMessage(files[i]);
        const totals = (await nextMessage(worker)) as BarTotals;
        sum.minuteBars += totals.minuteBars;
        sum.hourBars += totals.hourBars;
        sum.volume += totals.volume;
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpuStarted);
  for (const worker of workers) await worker.terminate();
  console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, ...sum }));
}

async function nextMessage(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void => reject(error instanceof Error ? error : new Error(String(error)));
    worker.once('error', failed);
    worker.once('message', (message) => {
      worker.off('error', failed);
      resolve(message);
    });
  });
}

/** As the run does: the file's hash is checked, its rows validated, the flow columns made. */
async function barsOfFile(file: PlannedFile): Promise<BarTotals> {
  const day = basename(file.path).slice(-14, -4);
  const fromMs = Date.parse(`${day}T00:00:00Z`);
  const totals: BarTotals = { minuteBars: 0, hourBars: 0, volume: 0 };
  for await (const { table } of readTradeDays([file], [{ day, fromMs, toMs: fromMs + 86_400_000 }])) {
    const minutes = tradesToBars(table, 60_000);
    const hours = resampleBars(minutes, 3_600_000, fromMs + 86_400_000);
    totals.minuteBars += barCount(minutes);
    totals.hourBars += barCount(hours);
    for (const volume of hours.volume) totals.volume += volume;
  }
  return totals;
}
