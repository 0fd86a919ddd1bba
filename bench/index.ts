/** `npm run bench -- SUBJECT...`: prints one JSON line a case. One subject a file, one line here. */
import { labelsBench } from './labels.js';
import { barsBench } from './bars.js';
import { memoryBench } from './memory.js';
import { featuresBench } from './features.js';
import { gbdtBench } from './gbdt.js';
import { netsBench } from './nets.js';
import { pipelineBench } from './pipeline.js';
import { segmentsBench } from './segments.js';
import { storageBench } from './storage.js';
import type { BenchLine } from './bench-line.js';

const SUBJECTS: Readonly<Record<string, () => AsyncIterable<BenchLine>>> = {
  labels: labelsBench,
  bars: barsBench,
  memory: memoryBench,
  features: featuresBench,
  gbdt: gbdtBench,
  nets: netsBench,
  pipeline: pipelineBench,
  segments: segmentsBench,
  storage: storageBench,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((subject) => !(subject in SUBJECTS));
if (asked.length === 0 || unknown.length > 0) {
  console.error(`expected subjects out of: ${Object.keys(SUBJECTS).join(', ')}; found ${asked.join(' ') || 'none'}`);
  process.exit(2);
}
for (const subject of asked) {
  for await (const line of (SUBJECTS[subject] as () => AsyncIterable<BenchLine>)()) console.log(JSON.stringify(line));
}
