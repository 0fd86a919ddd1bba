import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InsufficientData } from '../../../core/errors.js';
import { makeRandom } from '../../../core/stats/random.js';
import { archLmTest, ljungBoxTest } from '../../../core/volatility-models/volatility-tests.js';
import { fitGarch } from '../../../core/volatility-models/fit-garch.js';
import { DEM_GBP_RETURNS } from '../../support/dem-gbp-returns.js';

const mean = DEM_GBP_RETURNS.reduce((sum, value) => sum + value, 0) / DEM_GBP_RETURNS.length;

test('ARCH-LM(12) of DEM/GBP is 193.018 (M3.2.14), with the p value of statsmodels 0.15', () => {
  const { statistic, pValue } = archLmTest(
    DEM_GBP_RETURNS.map((value) => value - mean),
    12,
  );
  assert.ok(Math.abs(statistic - 193.01797608594836) < 1e-8);
  assert.ok(Math.abs(pValue / 8.978155924434373e-35 - 1) < 1e-9);
});

test('Ljung-Box(10) of its squares is 396.223 (M3.2.14), of itself 6.975 by statsmodels 0.15', () => {
  const squares = ljungBoxTest(
    DEM_GBP_RETURNS.map((value) => value * value),
    10,
  );
  assert.ok(Math.abs(squares.statistic - 396.222711) < 1e-5 && Math.abs(squares.pValue / 5.991982e-79 - 1) < 1e-5);
  const plain = ljungBoxTest(DEM_GBP_RETURNS, 10);
  assert.ok(Math.abs(plain.statistic - 6.974702) < 1e-5 && Math.abs(plain.pValue - 0.727831) < 1e-5);
});

test('a GARCH fit leaves nothing to tell in the squares of its standardised residuals', () => {
  const { residuals, variances } = fitGarch(DEM_GBP_RETURNS, { kind: 'garch', start: 'sample' });
  const standardised = residuals.map((value, t) => value / Math.sqrt(variances[t]!));
  assert.ok(archLmTest(standardised, 12).pValue > 0.05);
});

test('independent normals are rejected at 5 percent about as often as that', () => {
  const random = makeRandom(3);
  let [lm, box] = [0, 0];
  for (let i = 0; i < 400; i++) {
    const values = Float64Array.from({ length: 500 }, () => random.normal());
    if (archLmTest(values, 5).pValue < 0.05) lm++;
    if (ljungBoxTest(values, 5).pValue < 0.05) box++;
  }
  // Four standard errors of a share of 0.05 in 400, the tests themselves being approximate.
  for (const count of [lm, box]) assert.ok(count >= 4 && count <= 38, `${lm} and ${box} of 400`);
});

test('Ljung-Box of four values, worked by hand, and too few values are refused', () => {
  // Deviations -1.5 -.5 .5 1.5: rho(1) = 1.25 / 5, so 4 x 6 x 0.25^2 / 3.
  assert.ok(Math.abs(ljungBoxTest(Float64Array.of(1, 2, 3, 4), 1).statistic - 0.5) < 1e-12);
  assert.throws(() => ljungBoxTest(Float64Array.of(1, 2), 2), InsufficientData);
  assert.throws(() => archLmTest(new Float64Array(5), 3), InsufficientData);
});
