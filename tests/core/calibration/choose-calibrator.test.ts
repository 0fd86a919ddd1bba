/** The choice of a calibrator: what bends the probabilities is undone, too little data leaves them, later rows are never used. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { applyCalibrator, CALIBRATION_METHODS, fitCalibrator } from '../../../core/calibration/calibrator.js';
import type { Calibrator } from '../../../core/calibration/calibrator.js';
import { chooseCalibrator } from '../../../core/calibration/choose-calibrator.js';
import type { CalibrationSegment } from '../../../core/calibration/choose-calibrator.js';
import { logistic, logOdds } from '../../../core/ensembles/log-odds.js';
import { logLoss } from '../../../core/metrics/classification.js';
import { makeRandom } from '../../../core/stats/random.js';

/** Forecasts whose true probability is `truth` of their log-odds; each label ends as the next row begins. */
function simulate(rows: number, seed: number, truth: (z: number) => number): CalibrationSegment {
  const random = makeRandom(seed);
  const p = Float64Array.from({ length: rows }, () => logistic(1.5 * random.normal()));
  const startMs = p.map((_, i) => i * 60_000);
  return { p, y: p.map((value) => (random.uniform() < truth(logOdds(value)) ? 1 : 0)), startMs, endMs: startMs.map((time) => time + 60_000) };
}

test('an overconfident forecaster is calibrated by Platt, and later forecasts get better', () => {
  const overconfident = (z: number): number => logistic(0.4 * z - 0.2);
  const choice = chooseCalibrator(simulate(1500, 1, overconfident), { minimumEffectiveSample: 30 });
  assert.equal(choice.status, 'chosen');
  assert.equal(choice.calibrator.method, 'platt');
  const later = simulate(3000, 2, overconfident);
  assert.ok(logLoss(later.y, applyCalibrator(choice.calibrator, later.p)) < logLoss(later.y, later.p) - 0.05);
});

test('a kink that no sigmoid has is calibrated by isotonic regression', () => {
  const choice = chooseCalibrator(
    simulate(6000, 3, (z) => (z < 1 ? 0.3 : 0.9)),
    { minimumEffectiveSample: 30 },
  );
  assert.equal(choice.calibrator.method, 'isotonic');
});

test('below the minimum effective sample identity serves and the reason names both numbers', () => {
  const segment = simulate(100, 4, (z) => logistic(0.2 * z));
  const overlapping = { ...segment, endMs: segment.startMs.map((time) => time + 8 * 60_000) };
  const choice = chooseCalibrator(overlapping, { minimumEffectiveSample: 30 });
  assert.equal(choice.status, 'insufficient');
  assert.deepEqual(choice.calibrator, { method: 'identity' });
  assert.match(choice.reason, /effective sample 1\d\.\d is below 30/);
  assert.ok(choice.candidates.every((candidate) => candidate.logLoss === null));
});

test('one class only, and no rows at all, are insufficient', () => {
  const segment = simulate(500, 5, () => 1);
  assert.match(chooseCalibrator(segment, { minimumEffectiveSample: 30 }).reason, /one class/);
  const none = { p: new Float64Array(0), y: new Float64Array(0), startMs: new Float64Array(0), endMs: new Float64Array(0) };
  assert.equal(chooseCalibrator(none, { minimumEffectiveSample: 30 }).status, 'insufficient');
});

test('labels that overlap a fold are purged from the fit before it', () => {
  const segment = simulate(400, 6, (z) => logistic(z));
  const long = segment.startMs.map((time) => time + 400 * 60_000);
  // Each label ends after the segment: nothing is known before any later block begins.
  const choice = chooseCalibrator({ ...segment, endMs: long }, { minimumEffectiveSample: 0.1 });
  assert.equal(choice.scoredFolds, 0);
  assert.equal(choice.status, 'insufficient');
});

test('calibrators survive JSON to the bit, keep order and stay probabilities', () => {
  const rows = fc.array(fc.record({ p: fc.double({ min: 0, max: 1, noNaN: true }), y: fc.integer({ min: 0, max: 1 }) }), { minLength: 3, maxLength: 60 });
  fc.assert(
    fc.property(rows, fc.constantFrom(...CALIBRATION_METHODS), (examples, method) => {
      const p = Float64Array.from(examples, (e) => e.p).sort();
      const calibrator = fitCalibrator(method, { p, y: Float64Array.from(examples, (e) => e.y), weights: new Float64Array(p.length).fill(1) });
      const output = applyCalibrator(calibrator, p);
      assert.deepEqual(applyCalibrator(JSON.parse(JSON.stringify(calibrator)) as Calibrator, p), output);
      assert.ok(output.every((value) => value >= 0 && value <= 1));
      if (method === 'isotonic') assert.ok(output.every((value, i) => i === 0 || value >= output[i - 1]!));
      if (method === 'identity') assert.deepEqual(output, p);
    }),
  );
});
