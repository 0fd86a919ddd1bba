/**
 * Script: our side of the features bench, as peer-features.py is the other. `node features-side.js FILE BARS`: FILE holds open, high,
 * low, close and volume, column after column. It says that it is ready; then lines on stdin: a feature's name is answered by a line of JSON with the seconds of one
 * computation, its last value and the sum over the last tenth.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Bars } from '../core/data/bars.js';
import { makeBars } from '../core/data/make-bars.js';
import { FEATURES } from '../core/features/features.js';

const MINUTE_MS = 60_000;
const CONTEXT = { regimes: null, funding: null };

const [file = '', count = ''] = process.argv.slice(2);
const bars = readBars(file, Number(count));
console.log(JSON.stringify({ rows: bars.close.length }));
for await (const name of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(measure(name)));
}

function measure(name: string): { seconds: number; last: number; sum: number } {
  const feature = FEATURES.find((entry) => entry.name === name);
  if (feature === undefined) throw new Error(`expected feature ${name} in the registry, found none`);
  const start = performance.now();
  const column = feature.compute(bars, CONTEXT);
  const seconds = (performance.now() - start) / 1000;
  let sum = 0;
  for (const value of column.subarray(-bars.close.length / 10)) sum += value;
  return { seconds, last: column.at(-1) as number, sum };
}

function readBars(path: string, rows: number): Bars {
  const bytes = readFileSync(path);
  const made = makeBars(rows);
  (['open', 'high', 'low', 'close', 'volume'] as const).forEach((name, c) => {
    made[name].set(new Float64Array(bytes.buffer, bytes.byteOffset + c * rows * 8, rows));
  });
  for (let t = 0; t < rows; t++) {
    made.openTimeMs[t] = t * MINUTE_MS;
    made.closeTimeMs[t] = (t + 1) * MINUTE_MS;
  }
  return made;
}
