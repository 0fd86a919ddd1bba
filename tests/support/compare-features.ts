/** Features on real bars beside the values of tests/support/reference-features.py. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BarColumn, Bars } from '../../core/data/bars.js';
import { FEATURES } from '../../core/features/features.js';
import type { FeatureContext } from '../../core/features/feature.js';
import { warmUpBars } from '../../core/features/warm-up.js';
import { pythonPackages } from '../../infra/python-packages.js';
import { runCommand } from '../../infra/run-command.js';
import { cloneRoot } from './repository.js';

/** A feature against its reference, over all bars after its warm-up. */
export interface FeatureComparison {
  readonly name: string;
  readonly reference: string;
  readonly tolerance: number;
  /** Bars compared. */
  readonly count: number;
  /** Largest |difference| / the larger of |reference| and the standard deviation of the reference; Infinity where one of the two is NaN alone. */
  readonly error: number;
  /** Bar of that error, with both values. */
  readonly row: number;
  readonly value: number;
  readonly expected: number;
}

interface ReferenceSet {
  readonly file: string;
  readonly rows: number;
  readonly bars: readonly BarColumn[];
  readonly periodMs: number;
  readonly funding: number;
  readonly features: readonly { readonly name: string; readonly reference: string; readonly tolerance: number }[];
}

const SUPPORT = join(cloneRoot(), 'tests', 'support');

/** One comparison a feature of the script, in its order. @throws Error when Python or the script fails */
export async function compareFeatures(data: string): Promise<readonly FeatureComparison[]> {
  const packages = await pythonPackages(join(SUPPORT, 'reference-requirements.txt'));
  const folder = await mkdtemp(join(tmpdir(), 'ares-references-'));
  try {
    const { stdout } = await runCommand('python3', [join(SUPPORT, 'reference-features.py'), data, folder], { env: { PYTHONPATH: packages } });
    const { sets } = JSON.parse(stdout) as { readonly sets: readonly ReferenceSet[] };
    return (await Promise.all(sets.map(async (set) => compareSet(set, await readFile(join(folder, set.file)))))).flat();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function compareSet(set: ReferenceSet, bytes: Buffer): readonly FeatureComparison[] {
  const values = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  let at = 0;
  const take = (count: number): Float64Array => {
    at += count;
    return values.subarray(at - count, at);
  };
  const bars = { ...Object.fromEntries(set.bars.map((name) => [name, take(set.rows)])), extras: {} } as unknown as Bars;
  const context: FeatureContext = { regimes: null, funding: { timeMs: take(set.funding), rate: take(set.funding) } };
  return set.features.map(({ name, reference, tolerance }) => {
    const feature = FEATURES.find((entry) => entry.name === name);
    if (feature === undefined) throw new Error(`expected feature ${name} of the reference script in the registry, found none`);
    const expected = take(set.rows);
    return { name, reference, tolerance, ...largestError(feature.compute(bars, context), expected, warmUpBars(feature, set.periodMs)) };
  });
}

function largestError(values: Float64Array, expected: Float64Array, from: number): Pick<FeatureComparison, 'count' | 'error' | 'row' | 'value' | 'expected'> {
  const scale = deviation(expected.subarray(from));
  let [error, row, count] = [0, from, 0];
  for (let t = from; t < values.length; t++) {
    const [value, right] = [values[t]!, expected[t]!];
    if (Number.isNaN(value) && Number.isNaN(right)) continue;
    count++;
    const difference = value === right ? 0 : Math.abs(value - right) / Math.max(Math.abs(right), scale);
    const found = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    if (found > error) [error, row] = [found, t];
  }
  return { count, error, row, value: values[row]!, expected: expected[row]! };
}

function deviation(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((a, b) => a + b, 0) / known.length;
  return Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
}
