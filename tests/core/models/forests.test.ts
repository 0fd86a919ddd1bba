/** Forests grown by LightGBM beside scikit-learn's: other trees, the same quality. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeGradientBoosting } from '../../../adapters/gradient-boosting/index.js';
import { areaUnderCurve } from '../../../core/metrics/classification.js';
import { extraTreesFamily } from '../../../core/models/extra-trees.js';
import { lightgbmFamily } from '../../../core/models/lightgbm.js';
import type { FitData, ModelFamily } from '../../../core/models/model.js';
import { randomForestFamily } from '../../../core/models/random-forest.js';
import { makeRandom } from '../../../core/stats/random.js';
import { trainInPython } from '../../support/boosting-python.js';
import type { BoostingCase } from '../../support/boosting-python.js';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const ROWS = 2000;
const TREES = 100;
const SEEDS = [1, 2, 3];
/** Of an AUC around 0.8 on 2,000 rows, whose own standard error is 0.01; the mean of three seeds. */
const BAND = 0.015;
const library = makeGradientBoosting();

/** The sign of an interaction and two curves in noise: no line finds it, trees do. */
function curvedSign(seed: number): FitData {
  const random = makeRandom(seed);
  const values = Float64Array.from({ length: ROWS * NAMES.length }, () => random.normal());
  const rows = Int32Array.from({ length: ROWS }, (_, row) => row);
  const y = Float64Array.from(rows, (row) => {
    const [a, b, c, d] = values.subarray(row * NAMES.length, (row + 1) * NAMES.length) as unknown as [number, number, number, number];
    return Number(a * b + Math.abs(c) - 0.8 + Math.sin(2 * d) + 0.8 * random.normal() > 0);
  });
  return { features: { rowCount: ROWS, columnCount: NAMES.length, values }, featureNames: NAMES, rows, y, weights: new Float64Array(ROWS).fill(1) };
}

async function aucOf(family: ModelFamily, train: FitData, later: FitData): Promise<number> {
  const model = await family.fit(train, { seed: 1, threads: 1, parameters: { rounds: TREES } });
  const auc = areaUnderCurve(later.y, model.predictProba(later.features, later.rows));
  model.dispose();
  return auc;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

for (const [id, makeFamily] of [
  ['random-forest', randomForestFamily],
  ['extra-trees', extraTreesFamily],
] as const) {
  test(`${id}: AUC on unseen rows lies within ${BAND} of scikit-learn's with leaves of ten rows and half of the columns a split, or above`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ares-forest-'));
    try {
      const sets = SEEDS.map((seed) => ({ train: curvedSign(seed), later: curvedSign(seed + 100) }));
      const cases = sets.map(({ train, later }, i): BoostingCase => {
        const parameters = { min_samples_leaf: 10, max_features: 0.5, random_state: i };
        return { name: id, library: id, parameters, rounds: TREES, data: { ...train, x: train.features }, later: { ...later, x: later.features } };
      });
      const theirs = (await trainInPython(folder, cases)).map(({ predictions }, i) => areaUnderCurve(sets[i]!.later.y, predictions));
      const ours = await Promise.all(sets.map(({ train, later }) => aucOf(makeFamily(library), train, later)));
      const said = `ours ${ours.map((auc) => auc.toFixed(3)).join(' ')}, scikit-learn ${theirs.map((auc) => auc.toFixed(3)).join(' ')}`;
      assert.ok(mean(theirs) > 0.75, said);
      assert.ok(mean(ours) > mean(theirs) - BAND, said);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test(`${id}: trees have equal say, differ from boosting's, and every tree sees another sample`, async () => {
    const [train, later] = [curvedSign(1), curvedSign(2)];
    const texts = await Promise.all(
      [makeFamily(library), lightgbmFamily('lightgbm', library)].map(async (family) => {
        const model = await family.fit(train, { seed: 1, threads: 1, parameters: { rounds: 5 } });
        const text = new TextDecoder().decode(model.save());
        model.dispose();
        return text;
      }),
    );
    assert.match(texts[0]!, /average_output/);
    assert.doesNotMatch(texts[1]!, /average_output/);
    const model = await makeFamily(library).fit(train, { seed: 1, threads: 1, parameters: { rounds: 5 } });
    const { base, contributions } = model.explain!(later.features, later.rows.subarray(0, 1))!;
    const [p] = model.predictProba(later.features, later.rows.subarray(0, 1));
    assert.ok(Math.abs(1 / (1 + Math.exp(-contributions.reduce((sum, value) => sum + value, base))) - p!) < 1e-12);
    model.dispose();
  });
}
