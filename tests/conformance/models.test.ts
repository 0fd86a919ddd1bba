import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { modelFamilies } from '../../activities/model-families.js';
import { makeGradientBoosting } from '../../adapters/gradient-boosting/index.js';
import { nativeLibraryPath, tensorflowAddonPath } from '../../adapters/local-paths.js';
import { openTensorBackend } from '../../adapters/tensor-backend/index.js';
import { makeXgboost } from '../../adapters/xgboost/index.js';
import { areaUnderCurve } from '../../core/metrics/classification.js';
import { modelHeader } from '../../core/models/model-bytes.js';
import { explainByKernel } from '../../core/explanations/kernel-shap.js';
import type { Explanation, FitData, Matrix } from '../../core/models/model.js';
import type { StateKeeper } from '../../core/parts.js';
import { makeRandom } from '../../core/stats/random.js';
import type { StepPorts } from '../../pipeline/ports.js';
import { NETWORK_FAMILIES, SPECIALIST_FAMILIES } from '../../pipeline/specialist-families.js';

const ready = existsSync(nativeLibraryPath('lightgbm')) && existsSync(nativeLibraryPath('xgboost')) && existsSync(tensorflowAddonPath());
const skip = ready ? false : 'native libraries are not set up: npm start';
const ports = { gradientBoosting: makeGradientBoosting(), xgboost: makeXgboost(), tensorBackend: () => openTensorBackend() } as StepPorts;
const families = Object.values(await modelFamilies(ports));
/** Small enough for a test, where the family knows the parameter. */
const QUICK = { rounds: 30, epochs: 6, window: 4, width: 8, batch: 64, learningRate: 0.01 };
const NAMES = ['signal', 'noise', 'sparse', 'constant'];

function noisySign(rowCount: number, seed: number): FitData {
  const random = makeRandom(seed);
  const values = new Float64Array(rowCount * 4);
  for (let row = 0; row < rowCount; row++) {
    values.set([random.normal(), random.normal(), random.uniform() < 0.3 ? Number.NaN : random.normal(), 5], row * 4);
  }
  const rows = Int32Array.from({ length: rowCount }, (_, row) => row);
  const y = Float64Array.from(rows, (row) => (values[row * 4]! + 0.7 * random.normal() > 0 ? 1 : 0));
  return { features: { rowCount, columnCount: 4, values }, featureNames: NAMES, rows, y, weights: Float64Array.from(rows, () => 0.2 + random.uniform()) };
}

const options = (seed: number, threads = 1) => ({ seed, threads, parameters: QUICK });
/** Rows at least so many that every family's window is full. */
const FULL_WINDOW = 16;
const MILLION = 1_000_000;
/** What a prediction of a million rows may add to the process's largest memory. Its input takes 32 MB. */
const PREDICTION_MEMORY_BYTES = 768 * 1024 * 1024;
/** Networks so small that a million rows are predicted in seconds: memory goes by rows, not by width. */
const NARROW = {
  window: 2,
  width: 2,
  heads: 1,
  hidden: 2,
  units: 2,
  filters: 2,
  kernel: 2,
  blocks: 1,
  layers: 1,
  attention: 1,
  first: 4,
  second: 2,
  epochs: 1,
};
const CANCEL_LIMIT_MS = 1000;

/** Keeps states as a checkpoint does, as plain data, and fails at the given one. */
function failingKeeper(failAt: number): StateKeeper<unknown> & { kept: number } {
  let newest: unknown = null;
  const keeper = {
    kept: 0,
    latest: async () => structuredClone(newest),
    keep: async (state: unknown) => {
      newest = structuredClone(state);
      keeper.kept++;
      if (keeper.kept === failAt) throw new Error('interrupted');
    },
  };
  return keeper;
}

/** For networks the million rows are predicted, not fitted. */
const NETWORK_IDS = new Set(['attention', ...NETWORK_FAMILIES]);
let million: FitData | null = null;
/** Made once, for all families. */
function millionRows(): FitData {
  million ??= noisySign(MILLION, 21);
  return million;
}

const logit = (p: number): number => Math.log(p / (1 - p));
const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test('the families each have their own id: those that a spec may list, and two of step 6', async () => {
  assert.deepEqual(Object.keys(await modelFamilies(ports)).sort(), [...SPECIALIST_FAMILIES, 'attention', 'lightgbm-tuned'].sort());
  for (const [id, family] of Object.entries(await modelFamilies(ports))) assert.equal(family.id, id);
});

for (const family of families) {
  test(`${family.id}: probabilities of unseen rows lie in [0, 1] and rank a noisy sign with AUC above 0.75`, { skip }, async () => {
    const model = await family.fit(noisySign(800, 1), options(1));
    const later = noisySign(400, 2);
    const p = model.predictProba(later.features, later.rows);
    assert.ok(p.every((value) => value >= 0 && value <= 1));
    const auc = areaUnderCurve(later.y, p);
    assert.ok(auc > 0.75, `AUC ${auc}`);
    model.dispose();
  });

  test(`${family.id}: the same data and seed give the same bytes at 1, 2 and 4 threads`, { skip }, async () => {
    const saved: Uint8Array[] = [];
    for (const threads of [1, 2, 4, 1]) {
      const model = await family.fit(noisySign(300, 3), options(9, threads));
      saved.push(model.save());
      model.dispose();
    }
    for (const bytes of saved.slice(1)) assert.deepEqual(bytes, saved[0]);
  });

  test(`${family.id}: a model read back predicts the same bits, saves the same bytes and names its columns`, { skip }, async () => {
    const data = noisySign(300, 4);
    const model = await family.fit(data, options(2));
    const copy = family.load(model.save());
    assert.deepEqual(copy.predictProba(data.features, data.rows), model.predictProba(data.features, data.rows));
    assert.deepEqual(copy.save(), model.save());
    assert.deepEqual([copy.family, copy.featureNames], [family.id, NAMES]);
    assert.deepEqual(modelHeader(model.save()), { schema: 'ares.model', version: 1, family: family.id, featureNames: NAMES });
    model.dispose();
    copy.dispose();
  });

  test(`${family.id}: rows after an example change no bit of its probability, rows outside the fit no bit of the model`, { skip }, async () => {
    const data = noisySign(400, 5);
    const cut = 250;
    const part = { ...data, rows: data.rows.subarray(0, cut), y: data.y.subarray(0, cut), weights: data.weights.subarray(0, cut) };
    const garbage: Matrix = { ...data.features, values: data.features.values.map((value, i) => (i >= cut * 4 ? 1e3 * value - 7 : value)) };
    const model = await family.fit(part, options(3));
    const other = await family.fit({ ...part, features: garbage }, options(3));
    assert.deepEqual(other.save(), model.save());
    assert.deepEqual(model.predictProba(garbage, part.rows), model.predictProba(data.features, part.rows));
    model.dispose();
    other.dispose();
  });

  test(`${family.id}: the prediction of a row does not depend on which other rows are asked for`, { skip }, async () => {
    const data = noisySign(300, 6);
    const model = await family.fit(data, options(4));
    const all = model.predictProba(data.features, data.rows);
    for (const row of [0, 3, 150, 299]) assert.equal(model.predictProba(data.features, Int32Array.from([row]))[0], all[row]);
    assert.equal(model.predictProba(data.features, new Int32Array(0)).length, 0);
    model.dispose();
  });

  test(`${family.id}: labels of one class, columns of another number and bytes of another family are refused`, { skip }, async () => {
    const data = noisySign(100, 7);
    await assert.rejects(family.fit({ ...data, y: new Float64Array(100) }, options(1)), { name: 'InsufficientData' });
    await assert.rejects(family.fit({ ...data, featureNames: ['a'] }, options(1)), RangeError);
    const model = await family.fit(data, options(1));
    assert.throws(() => model.predictProba({ rowCount: 1, columnCount: 3, values: new Float64Array(3) }, Int32Array.from([0])), RangeError);
    assert.throws(() => family.load(Buffer.from('{"schema":"ares.model","version":1,"family":"other","featureNames":[]}')), {
      name: 'InvalidData',
      message: /found other/,
    });
    model.dispose();
  });

  test(`${family.id}: examples that weigh more pull predictions their way`, { skip }, async () => {
    const data = noisySign(400, 8);
    const p: number[] = [];
    for (const factor of [1, 8]) {
      const model = await family.fit({ ...data, weights: data.weights.map((weight, i) => (data.y[i] === 1 ? factor * weight : weight)) }, options(5));
      p.push(mean(model.predictProba(data.features, data.rows)));
      model.dispose();
    }
    assert.ok(p[1]! > p[0]! + 0.05, `${p}`);
  });

  test(`${family.id}: a column never seen, a row without any value, and a matrix of one row have probabilities`, { skip }, async () => {
    const data = noisySign(300, 9);
    const values = data.features.values.map((value, i) => (i % 4 === 2 ? Number.NaN : value));
    const model = await family.fit({ ...data, features: { ...data.features, values } }, options(6));
    const rows = [new Float64Array(4).fill(Number.NaN), Float64Array.of(0.3, -1, 2, 5), Float64Array.of(1e6, -1e6, 0, 0)];
    for (const row of rows) {
      const [p] = model.predictProba({ rowCount: 1, columnCount: 4, values: row }, Int32Array.of(0));
      assert.ok(p! >= 0 && p! <= 1, `${p} of ${row}`);
    }
    model.dispose();
  });

  test(`${family.id}: constant columns alone tell rows not apart: every one has about the base rate`, { skip }, async () => {
    const data = noisySign(300, 10);
    const features = { ...data.features, values: data.features.values.map((_, i) => i % 4) };
    const y = Float64Array.from(data.rows, (row) => Number(row % 3 === 0));
    const model = await family.fit({ ...data, features, y, weights: new Float64Array(300).fill(1) }, options(7));
    const p = model.predictProba(features, data.rows.subarray(FULL_WINDOW));
    assert.ok(
      p.every((value) => value === p[0]),
      `${p[0]} to ${p.at(-1)}`,
    );
    assert.ok(Math.abs(p[0]! - 1 / 3) < 0.2, `${p[0]}`);
    model.dispose();
  });

  test(`${family.id}: a million rows are predicted within ${PREDICTION_MEMORY_BYTES / 2 ** 20} MiB, the same as by themselves`, { skip }, async () => {
    const fitted = noisySign(300, 11);
    const model = await family.fit(fitted, { ...options(8), parameters: { ...QUICK, ...NARROW } });
    const values = new Float64Array(MILLION * 4);
    for (let at = 0; at < values.length; at += fitted.features.values.length) values.set(fitted.features.values.subarray(0, values.length - at), at);
    const features = { rowCount: MILLION, columnCount: 4, values };
    const before = process.resourceUsage().maxRSS;
    const p = model.predictProba(
      features,
      Int32Array.from({ length: MILLION }, (_, row) => row),
    );
    const grown = 1024 * (process.resourceUsage().maxRSS - before);
    assert.ok(grown < PREDICTION_MEMORY_BYTES, `${grown} bytes`);
    const some = Int32Array.of(0, 299, 654_321, MILLION - 1);
    assert.deepEqual(
      model.predictProba(features, some),
      Float64Array.from(some, (row) => p[row]!),
    );
    model.dispose();
  });

  if (!NETWORK_IDS.has(family.id)) {
    test(`${family.id}: a million rows are fitted, and unseen rows ranked with AUC above 0.75`, { skip }, async () => {
      const model = await family.fit(millionRows(), options(1, 2));
      const later = noisySign(400, 2);
      const auc = areaUnderCurve(later.y, model.predictProba(later.features, later.rows));
      assert.ok(auc > 0.75, `AUC ${auc}`);
      model.dispose();
    });
  }

  test(`${family.id}: a cancelled fit ends with the reason, within ${CANCEL_LIMIT_MS} ms of a cancel between units`, { skip }, async () => {
    const data = noisySign(300, 12);
    const reason = new Error('cancelled by the test');
    await assert.rejects(family.fit(data, { ...options(1), signal: AbortSignal.abort(reason) }), (error) => error === reason);
    const cancel = new AbortController();
    let cancelledAt = Number.NaN;
    const progress = (fraction: number): void => {
      assert.ok(Number.isNaN(cancelledAt), 'a unit was finished after the cancel');
      if (fraction >= 1) return;
      cancelledAt = performance.now();
      cancel.abort(reason);
    };
    const outcome = await family.fit(data, { ...options(1), signal: cancel.signal, progress }).then(
      (model) => model.dispose(),
      (error: unknown) => error,
    );
    // A family of one unit reports no progress before its end, and is never cancelled here.
    assert.equal(outcome, Number.isNaN(cancelledAt) ? undefined : reason);
    if (!Number.isNaN(cancelledAt)) assert.ok(performance.now() - cancelledAt < CANCEL_LIMIT_MS);
  });

  test(`${family.id}: a fit that is interrupted and resumed from its newest state gives the bytes of one that is not`, { skip }, async () => {
    const data = noisySign(300, 13);
    const whole = await family.fit(data, options(2));
    const state = failingKeeper(2);
    const first = await family.fit(data, { ...options(2), state }).catch((error: Error) => error);
    // A family that keeps no state has one unit, the fit itself: it is done again.
    if (state.kept > 0) assert.equal((first as Error).message, 'interrupted');
    const resumed = await family.fit(data, { ...options(2), state });
    assert.deepEqual(resumed.save(), whole.save());
    for (const model of [whole, resumed, first]) if (!(model instanceof Error)) model.dispose();
  });

  test(`${family.id}: its explanation, or Kernel SHAP where it has none, adds up to each prediction; quantiles rise, metrics survive a save`, {
    skip,
  }, async () => {
    const data = noisySign(300, 14);
    const model = await family.fit(data, options(3));
    const rows = Int32Array.of(40, 41, 120, 299);
    const own = model.explain?.(data.features, rows) ?? null;
    const kernel = { background: Int32Array.of(20, 60, 100, 200), scale: 'probability', seed: 1, historyRows: QUICK.window - 1 } as const;
    const { scale, base, contributions }: Explanation = own ?? explainByKernel(model, { features: data.features, rows }, kernel);
    assert.equal(contributions.length, rows.length * 4);
    model.predictProba(data.features, rows).forEach((p, i) => {
      const sum = base + contributions.subarray(i * 4, (i + 1) * 4).reduce((total, value) => total + value, 0);
      assert.ok(Math.abs(sum - (scale === 'log-odds' ? logit(p) : p)) < 1e-5, `${sum} for ${p} on ${scale}`);
      assert.ok(Math.abs(contributions[i * 4 + 3]!) < 1e-9, 'a constant column adds nothing');
    });
    const quantiles = model.predictQuantiles?.(data.features, rows, [0.1, 0.5, 0.9]) ?? null;
    if (quantiles !== null) rows.forEach((_, i) => assert.ok(quantiles[3 * i]! <= quantiles[3 * i + 1]! && quantiles[3 * i + 1]! <= quantiles[3 * i + 2]!));
    assert.deepEqual(family.load(model.save()).metrics?.(), model.metrics?.());
    model.dispose();
  });
}
