import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InsufficientData, NumericalError } from '../../../core/errors.js';
import type { GarchOptions } from '../../../core/volatility-models/fit-garch.js';
import { fitGarch, garchStandardErrors, logLikelihood } from '../../../core/volatility-models/fit-garch.js';
import type { GarchKind, GarchParameters } from '../../../core/volatility-models/garch-recursion.js';
import { garchVariances, meanForecast, persistence } from '../../../core/volatility-models/garch-recursion.js';
import { makeRandom } from '../../../core/stats/random.js';
import { DEM_GBP_RETURNS } from '../../support/dem-gbp-returns.js';
import { referenceProcesses } from '../../support/reference-processes.js';

const NAMES = ['mean', 'omega', 'alpha', 'gamma', 'beta'] as const;

/** Relative to the expected value, or to 1 in ten thousand for one that is 0. */
function near(found: GarchParameters, expected: readonly number[], tolerance: number): void {
  NAMES.forEach((name, i) =>
    assert.ok(Math.abs(found[name] - expected[i]!) <= tolerance * Math.max(Math.abs(expected[i]!), 1e-4), `${name}: ${found[name]} against ${expected[i]}`),
  );
}

/** Returns of a process with the given parameters, after 500 that are thrown away. */
function simulate(kind: GarchKind, parameters: GarchParameters, { count, seed }: { count: number; seed: number }): Float64Array {
  const random = makeRandom(seed);
  const level = kind === 'egarch' ? Math.exp(parameters.omega / (1 - parameters.beta)) : parameters.omega / (1 - persistence(kind, parameters));
  const returns = new Float64Array(count);
  let variance = level;
  for (let t = -500; t < count; t++) {
    const residual = Math.sqrt(variance) * random.normal();
    if (t >= 0) returns[t] = parameters.mean + residual;
    variance = step(kind, parameters, residual, variance);
  }
  return returns;
}

function step(kind: GarchKind, { omega, alpha, gamma, beta }: GarchParameters, residual: number, variance: number): number {
  if (kind !== 'egarch') return omega + (alpha + (residual < 0 ? gamma : 0)) * residual ** 2 + beta * variance;
  const z = residual / Math.sqrt(variance);
  return Math.exp(omega + alpha * (Math.abs(z) - Math.sqrt(2 / Math.PI)) + gamma * z + beta * Math.log(variance));
}

test('GARCH(1,1) on DEM/GBP has the benchmark parameters, likelihood and standard errors (M3.2.14)', () => {
  assert.equal(DEM_GBP_RETURNS.length, 1974);
  const options = { kind: 'garch', start: 'sample' } as const;
  const fit = fitGarch(DEM_GBP_RETURNS, options);
  near(fit.parameters, [-0.00619041, 0.0107613, 0.153134, 0, 0.805974], 2e-5);
  assert.ok(Math.abs(fit.logLikelihood - -1106.607881) < 1e-6, `log-likelihood ${fit.logLikelihood}`);
  near(garchStandardErrors(DEM_GBP_RETURNS, fit, options), [0.00846212, 0.00285271, 0.0265228, 0, 0.0335527], 3e-4);
});

interface ArchFit {
  readonly logLikelihood: number;
  readonly parameters: readonly number[];
  readonly errors: readonly number[];
}
const arch = referenceProcesses<{ volatility: Record<GarchKind, ArchFit> }>({ returns: [...DEM_GBP_RETURNS] });
for (const kind of ['garch', 'gjr', 'egarch'] as const) {
  test(`${kind} with a back-cast start is that of Python's arch 8.0.0 on the same series`, async () => {
    const { logLikelihood: likelihood, parameters, errors } = (await arch).volatility[kind];
    const options: GarchOptions = { kind, start: 'backcast' };
    const fit = fitGarch(DEM_GBP_RETURNS, options);
    // Never less likely than arch found it, and no more than it left on the way in egarch.
    assert.ok(fit.logLikelihood > likelihood - 1e-6 && fit.logLikelihood < likelihood + 2e-5, `log-likelihood ${fit.logLikelihood} against ${likelihood}`);
    near(fit.parameters, parameters, kind === 'egarch' ? 0.01 : 5e-4);
    near(garchStandardErrors(DEM_GBP_RETURNS, fit, options), errors, 0.01);
  });
}

const TRUTH: readonly (readonly [GarchKind, GarchParameters])[] = [
  ['garch', { mean: 0.05, omega: 0.05, alpha: 0.1, gamma: 0, beta: 0.85 }],
  ['gjr', { mean: 0, omega: 0.05, alpha: 0.03, gamma: 0.12, beta: 0.85 }],
  ['egarch', { mean: 0, omega: -0.02, alpha: 0.2, gamma: -0.1, beta: 0.95 }],
];
for (const [kind, truth] of TRUTH) {
  test(`${kind}: the parameters that 4,000 returns were made with lie within 4 standard errors, and are less likely than the fit`, () => {
    const returns = simulate(kind, truth, { count: 4000, seed: 5 });
    const options: GarchOptions = { kind, start: 'sample' };
    const fit = fitGarch(returns, options);
    const errors = garchStandardErrors(returns, fit, options);
    for (const name of NAMES) {
      if (kind === 'garch' && name === 'gamma') continue;
      assert.ok(errors[name] > 0 && Math.abs(fit.parameters[name] - truth[name]) < 4 * errors[name], `${name}: ${fit.parameters[name]} +- ${errors[name]}`);
    }
    assert.ok(fit.logLikelihood > logLikelihood(returns, truth, options));
    assert.ok(fit.persistence < 1);
    // Residuals over their own deviation have variance 1.
    const squares = fit.residuals.reduce((sum, value, t) => sum + value ** 2 / fit.variances[t]!, 0) / 4000;
    assert.ok(Math.abs(squares - 1) < 0.02, `mean square ${squares}`);
  });
}

test('units change nothing but units: returns a hundred times as large', () => {
  const returns = simulate('gjr', TRUTH[1]![1], { count: 1000, seed: 8 });
  const small = fitGarch(
    returns.map((value) => value / 100),
    { kind: 'gjr', start: 'sample' },
  );
  const large = fitGarch(returns, { kind: 'gjr', start: 'sample' });
  assert.ok(Math.abs(large.logLikelihood - (small.logLikelihood - 1000 * Math.log(100))) < 1e-6);
  assert.ok(Math.abs(large.parameters.omega / small.parameters.omega - 1e4) < 5);
});

test('variances of four residuals, worked by hand', () => {
  const parameters = { mean: 0, omega: 1, alpha: 0.5, gamma: 0.25, beta: 0.25 };
  const residuals = Float64Array.of(2, -2);
  assert.deepEqual([...garchVariances('gjr', parameters, { residuals, presample: 8 })], [8, 5, 5.25]);
  assert.deepEqual([...garchVariances('garch', { ...parameters, gamma: 0 }, { residuals, presample: 8 })], [7, 4.75, 4.1875]);
  const [first, second] = garchVariances('egarch', parameters, { residuals: Float64Array.of(-1), presample: 1 });
  assert.ok(Math.abs(first! - Math.E) < 1e-15);
  const z = -1 / Math.sqrt(Math.E);
  assert.ok(Math.abs(Math.log(second!) - (1 + 0.5 * (-z - Math.sqrt(2 / Math.PI)) + 0.25 * z + 0.25)) < 1e-14);
});

test('the mean forecast is the mean of forecasts one by one, and flat at a persistence of 1', () => {
  let [value, sum] = [9, 0];
  for (let k = 0; k < 8; k++) {
    sum += value / 8;
    value = 4 + 0.9 * (value - 4);
  }
  assert.ok(Math.abs(meanForecast(9, { level: 4, persistence: 0.9, steps: 8 }) - sum) < 1e-12);
  assert.equal(meanForecast(9, { level: 4, persistence: 1, steps: 8 }), 9);
});

test('too few returns, one that is not finite, and returns that do not vary are named failures', () => {
  const options = { kind: 'garch', start: 'sample' } as const;
  assert.throws(() => fitGarch(new Float64Array(99), options), InsufficientData);
  assert.throws(() => fitGarch(new Float64Array(200).fill(1), options), NumericalError);
  assert.throws(() => fitGarch(new Float64Array(200).fill(1).fill(Number.NaN, 7, 8), options), NumericalError);
});
