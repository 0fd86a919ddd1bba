import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deflatedSharpe, expectedMaximumSharpe, minimumTrackLength, probabilisticSharpe } from '../../../core/validation/sharpe-significance.js';

const close = (found: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `expected ${expected}, found ${found}`);

test('probabilistic Sharpe gives the published values (M3.5.26)', () => {
  close(probabilisticSharpe({ sharpe: 0.458, observations: 24, skewness: -2.448, kurtosis: 10.164 }), 0.9134, 5e-5);
  close(probabilisticSharpe({ sharpe: 0.458, observations: 24, skewness: 0, kurtosis: 3 }), 0.9817, 5e-5);
  const daily = { sharpe: 1.14 / Math.sqrt(250), observations: 250, skewness: 0, kurtosis: 3 };
  assert.ok(probabilisticSharpe(daily) > 0.8);
  close(probabilisticSharpe({ sharpe: 1.14, observations: 250, skewness: 0, kurtosis: 3 }, 1), 0.957278, 1e-6);
});

test('minimum track length gives the published value (M3.5.26)', () => {
  close(minimumTrackLength({ sharpe: 1.14, skewness: 0, kurtosis: 3 }, 1, 0.95), 228.73498, 1e-5);
  assert.equal(minimumTrackLength({ sharpe: -0.1, skewness: 0, kurtosis: 3 }), Number.POSITIVE_INFINITY);
});

test('deflated Sharpe gives the published values (M3.5.27)', () => {
  const estimate = { sharpe: 2.5 / Math.sqrt(250), observations: 1250, skewness: -3, kurtosis: 10 };
  const trialVariance = 0.5 / 250;
  close(expectedMaximumSharpe(100, trialVariance), 0.113172, 1e-6);
  close(deflatedSharpe(estimate, 100, trialVariance), 0.9004, 5e-5);
  close(deflatedSharpe(estimate, 46, trialVariance), 0.9505, 5e-5);
  close(deflatedSharpe({ ...estimate, skewness: 0, kurtosis: 3 }, 88, trialVariance), 0.9505, 5e-5);
  close(deflatedSharpe({ ...estimate, kurtosis: 7 }, 100, trialVariance), 0.9018, 1e-4);
});

test('deflated Sharpe of one trial is the probabilistic Sharpe (M3.5.27)', () => {
  fc.assert(
    fc.property(fc.double({ min: -0.3, max: 0.3, noNaN: true }), fc.integer({ min: 2, max: 5000 }), (sharpe, observations) => {
      const estimate = { sharpe, observations, skewness: -0.5, kurtosis: 5 };
      assert.equal(deflatedSharpe(estimate, 1, 0.01), probabilisticSharpe(estimate));
    }),
  );
});

test('the minimum track length is the length at which the probabilistic Sharpe reaches the confidence', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.02, max: 0.5, noNaN: true }), fc.double({ min: 0.6, max: 0.99, noNaN: true }), (sharpe, confidence) => {
      const shape = { sharpe, skewness: -0.4, kurtosis: 6 };
      const observations = minimumTrackLength(shape, 0, confidence);
      if (observations >= 2) close(probabilisticSharpe({ ...shape, observations }), confidence, 1e-9);
    }),
  );
});
