import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeGradientBoosting } from '../../../adapters/gradient-boosting/index.js';
import { featureMatrix } from '../../../core/features/feature-matrix.js';
import type { PruningDecision } from '../../../core/features/prune-features.js';
import { keptFeatures, pruneFeatures } from '../../../core/features/prune-features.js';
import type { PruningExamples, PruningMeans } from '../../../core/pruning/pruning-examples.js';
import { pruneColumns } from '../../../core/pruning/prune-columns.js';
import { PRUNING_STAGES } from '../../../core/pruning/pruning-stages.js';
import { makeRandom } from '../../../core/stats/random.js';

const library = makeGradientBoosting();
const means: PruningMeans = { library, seed: 11, threads: 1, embargoMs: 0 };
const settings = { stages: PRUNING_STAGES, keepShare: 0.5, maximumCorrelation: 0.98 };
const COUNT = 1200;

/** Two informative columns, one that works through a threshold, a duplicate, a constant, an empty one, and noise with and without memory. */
function planted(seed: number, noise = 12): PruningExamples {
  const random = makeRandom(seed);
  const draw = (): Float64Array => Float64Array.from({ length: COUNT }, () => random.normal());
  const [first, second, hinge] = [draw(), draw(), draw()];
  const columns: Record<string, Float64Array> = {
    first,
    second,
    hinge,
    duplicate: first.map((value) => 3 * value - 1),
    constant: new Float64Array(COUNT).fill(2),
    empty: new Float64Array(COUNT).fill(Number.NaN),
  };
  for (let k = 0; k < noise; k++) {
    const values = draw();
    if (k % 2 === 1) for (let i = 1; i < COUNT; i++) values[i] = 0.9 * values[i - 1]! + 0.44 * values[i]!;
    columns[`noise${k}`] = values;
  }
  const label = Float64Array.from({ length: COUNT }, (_, i) => {
    const score = 0.9 * first[i]! - 0.7 * second[i]! + (Math.abs(hinge[i]!) > 1 ? 0.9 : -0.45);
    return random.uniform() < 1 / (1 + Math.exp(-score)) ? 1 : 0;
  });
  const startMs = Float64Array.from({ length: COUNT }, (_, i) => i * 60_000);
  return {
    matrix: featureMatrix(Object.values(columns)),
    names: Object.keys(columns),
    label,
    startMs,
    endMs: startMs.map((start) => start + 180_000),
    weight: new Float64Array(COUNT).fill(0.5),
  };
}

const ALL = Int32Array.from({ length: COUNT }, (_, i) => i);
const stageOf = (decisions: readonly PruningDecision[], name: string): string => decisions.find(({ feature }) => feature === name)!.stage;

test('constant, empty and duplicate columns fall by their stages, noise by those that ask the label, the informative three stay (D21)', () => {
  let noiseKept = 0;
  for (const seed of [1, 2, 3, 4]) {
    const decisions = pruneColumns(planted(seed), ALL, { settings, means });
    assert.equal(stageOf(decisions, 'constant'), 'variance');
    assert.equal(stageOf(decisions, 'empty'), 'variance');
    assert.equal(stageOf(decisions, 'duplicate'), 'correlation');
    for (const name of ['first', 'second', 'hinge']) assert.equal(stageOf(decisions, name), 'kept', `${name} of seed ${seed}`);
    // Up to two noise columns may fill the least number of five.
    const noise = decisions.filter(({ feature }) => feature.startsWith('noise'));
    noiseKept += noise.filter(({ kept, reason }) => kept && !reason.startsWith('kept as one of')).length;
    for (const decision of decisions) assert.ok(decision.reason.length > 10 && (decision.kept || decision.stage !== 'kept'));
  }
  assert.ok(noiseKept <= 1, `${noiseKept} of 48 noise columns kept`);
});

test('every stage drops noise by itself, and leaves the informative columns', () => {
  for (const stage of ['mutual-information', 'shap', 'permutation'] as const) {
    const decisions = pruneColumns(planted(5), ALL, { settings: { ...settings, stages: ['variance', 'correlation', stage] }, means });
    for (const name of ['first', 'second', 'hinge']) assert.equal(stageOf(decisions, name), 'kept', `${name} by ${stage}`);
    const dropped = decisions.filter((decision) => decision.stage === stage);
    assert.ok(dropped.length >= (stage === 'permutation' ? 5 : 8), `${stage} dropped ${dropped.length} of 12`);
    assert.ok(dropped.every(({ feature, reason }) => feature.startsWith('noise') && /passed in [01] of 3 folds/.test(reason)));
  }
});

test('rows that are not given change no decision, to the bit: features, labels and times set to garbage (M3.1.9)', () => {
  const examples = planted(6);
  const rows = ALL.subarray(0, 800);
  const before = pruneColumns(examples, rows, { settings, means });
  const garbage = (values: Float64Array): Float64Array => values.map((value, i) => (i < 800 ? value : 1e6 * Math.sin(i)));
  const { columnCount } = examples.matrix;
  const changed: PruningExamples = {
    ...examples,
    matrix: { ...examples.matrix, values: examples.matrix.values.map((value, k) => (k < 800 * columnCount ? value : 1e6 * Math.sin(k))) },
    label: examples.label.map((value, i) => (i < 800 ? value : 1 - value)),
    startMs: garbage(examples.startMs),
    endMs: garbage(examples.endMs),
    weight: garbage(examples.weight),
  };
  assert.deepEqual(pruneColumns(changed, rows, { settings, means }), before);
  assert.notDeepEqual(pruneColumns(examples, ALL.subarray(100, 900), { settings, means }), before);
});

test('seed and number of threads: the same seed gives the same decisions at one and at three threads', () => {
  const examples = planted(7);
  const one = pruneColumns(examples, ALL, { settings, means });
  assert.deepEqual(pruneColumns(examples, ALL, { settings, means: { ...means, threads: 3 } }), one);
});

test('with the first two stages the decisions are those of variance and correlation', () => {
  const examples = planted(8);
  assert.deepEqual(
    pruneColumns(examples, ALL, { settings: { ...settings, stages: ['variance', 'correlation'] }, means }),
    pruneFeatures(examples.matrix, examples.names, { rows: ALL }),
  );
  assert.equal(stageOf(pruneColumns(examples, ALL, { settings: { ...settings, stages: ['variance'] }, means }), 'duplicate'), 'kept');
});

test('of labels that nothing explains, five columns stay and say why', () => {
  const examples = planted(9);
  const random = makeRandom(1);
  const blind = { ...examples, label: examples.label.map(() => (random.uniform() < 0.5 ? 1 : 0)) };
  const decisions = pruneColumns(blind, ALL, { settings, means });
  assert.equal(keptFeatures(decisions).length, 5);
  assert.ok(decisions.filter(({ kept, reason }) => kept && reason.startsWith('kept as one of the 5 most informative')).length >= 3);
});

test('too few labelled rows, or one class, leave variance and correlation alone and say so', () => {
  const examples = planted(10);
  const few = pruneColumns(examples, ALL.subarray(0, 100), { settings, means });
  assert.match(few.find(({ kept }) => kept)!.reason, /100 labelled rows are too few/);
  assert.equal(keptFeatures(few).length, 15);
  const single = pruneColumns({ ...examples, label: examples.label.map(() => 1) }, ALL, { settings, means });
  assert.match(single.find(({ kept }) => kept)!.reason, /one class/);
});

test('an abort stops it', () => {
  const signal = {
    aborted: true,
    throwIfAborted: () => {
      throw new Error('stopped by the test');
    },
  };
  assert.throws(() => pruneColumns(planted(1), ALL, { settings, means: { ...means, signal } }), /stopped by the test/);
});
