/**
 * Question: how long is one call of `predictProba` for one row, of every model family as it is served (saved, loaded, one thread)? Fitted on
 * 2,000 rows of 20 columns with the family's defaults, networks and attention for two epochs: weights do not change what a call costs.
 */
import assert from 'node:assert/strict';
import { loadavg } from 'node:os';
import { modelFamilies } from '../activities/model-families.js';
import { makeGradientBoosting } from '../adapters/gradient-boosting/index.js';
import { openTensorBackend } from '../adapters/tensor-backend/index.js';
import { makeXgboost } from '../adapters/xgboost/index.js';
import type { Classifier, FitData, ModelFamily } from '../core/models/model.js';
import { makeRandom } from '../core/stats/random.js';
import { quantile } from '../core/stats/quantile.js';
import type { StepPorts } from '../pipeline/ports.js';
import type { BenchLine } from './bench-line.js';

const ROWS = 2000;
const COLUMNS = 20;
const WARM_CALLS = 200;
const CALLS = 2000;
const SEED = 3;

/** One line a family, without a peer: seconds are the median, p50 and p99 in microseconds stand in the details. */
export async function* familyLatencyBench(): AsyncIterable<BenchLine> {
  const ports = { gradientBoosting: makeGradientBoosting(), xgboost: makeXgboost(), tensorBackend: () => openTensorBackend() } as StepPorts;
  const data = drawData();
  for (const family of Object.values(await modelFamilies(ports))) yield await measureFamily(family, data);
}

async function measureFamily(family: ModelFamily, data: FitData): Promise<BenchLine> {
  const parameters = 'epochs' in family.defaults ? { epochs: 2 } : {};
  const fitted = await family.fit(data, { seed: SEED, threads: 1, parameters });
  const bytes = fitted.save();
  const whole = fitted.predictProba(data.features, data.rows);
  fitted.dispose();
  const served = family.load(bytes);
  const { microseconds, sum } = callRowByRow(served, data);
  served.dispose();
  const expected = whole.subarray(ROWS - CALLS).reduce((total, p) => total + p, 0);
  assert.ok(Math.abs(sum - expected) < 1e-9 * CALLS, `${family.id}: one by one the predictions sum to ${sum}, at once to ${expected}`);
  const [p50Us, p99Us] = [quantile(microseconds, 0.5), quantile(microseconds, 0.99)];
  return {
    subject: 'nets',
    case: `${family.id} predictProba of one row`,
    n: 1,
    seconds: p50Us / 1e6,
    ...{ peer: null, peerSeconds: null, ratio: null },
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    check: sum,
    details: { p50Us, p99Us, modelBytes: bytes.length, load: loadavg()[0] },
  };
}

/** Microseconds of each call, and the sum of the probabilities. */
function callRowByRow(served: Classifier, { features }: FitData): { microseconds: readonly number[]; sum: number } {
  const microseconds: number[] = [];
  let sum = 0;
  for (let i = -WARM_CALLS; i < CALLS; i++) {
    const row = Int32Array.of(i < 0 ? ROWS - 1 : ROWS - CALLS + i);
    const started = performance.now();
    const [p] = served.predictProba(features, row);
    if (i < 0) continue;
    microseconds.push(1000 * (performance.now() - started));
    sum += p;
  }
  return { microseconds, sum };
}

function drawData(): FitData {
  const random = makeRandom(SEED);
  const values = new Float64Array(ROWS * COLUMNS).map(() => random.normal());
  const rows = Int32Array.from({ length: ROWS }, (_, row) => row);
  const y = Float64Array.from(rows, (row) => (values[row * COLUMNS] + random.normal() > 0 ? 1 : 0));
  const featureNames = Array.from({ length: COLUMNS }, (_, column) => `x${column}`);
  return { features: { rowCount: ROWS, columnCount: COLUMNS, values }, featureNames, rows, y, weights: new Float64Array(ROWS).fill(1) };
}
