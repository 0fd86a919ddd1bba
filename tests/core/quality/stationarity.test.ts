import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InsufficientData, NumericalError } from '../../../core/errors.js';
import { augmentedDickeyFuller, dickeyFullerCritical, schwertLags } from '../../../core/quality/dickey-fuller.js';
import { kpss } from '../../../core/quality/kpss.js';
import { assessStationarity } from '../../../core/quality/stationarity.js';
import { makeRandom } from '../../../core/stats/random.js';
import { REAL_GDP } from './real-gdp.js';

const growth = REAL_GDP.subarray(1).map((value, i) => Math.log(value / REAL_GDP[i]!));

/** Statsmodels 0.15.0: adfuller(x, maxlag=lags, autolag=None, regression='c') and kpss(x, regression='c', nlags=lags). */
const REFERENCE = [
  { series: REAL_GDP, lags: 0, adf: [2.2795964857568785, 0.9989418552600023], kpss: [19.736848115793993, 0.01] },
  { series: REAL_GDP, lags: 4, adf: [0.9750516118294814, 0.993995613328423], kpss: [4.033011619856801, 0.01] },
  { series: REAL_GDP, lags: 14, adf: [1.372555529993976, 0.9969858289641977], kpss: [1.4172861724039851, 0.01] },
  { series: growth, lags: 0, adf: [-10.44192793778206, 1.514158126009807e-18], kpss: [0.6443932407141328, 0.018600614480533375] },
  { series: growth, lags: 4, adf: [-5.5380773665331855, 1.7264727746179288e-6], kpss: [0.3439117969301155, 0.1] },
  { series: growth, lags: 14, adf: [-3.935038088287319, 0.0017915955118087204], kpss: [0.3314293403671556, 0.1] },
] as const;

test('Dickey-Fuller of US real GDP with 4 lags is 0.975052 with p 0.993996 (M3.2.16)', () => {
  const { statistic, pValue, rows } = augmentedDickeyFuller(REAL_GDP, 4);
  assert.deepEqual([statistic.toFixed(6), pValue.toFixed(6), rows], ['0.975052', '0.993996', 198]);
});

test('both tests equal statsmodels on levels and growth at three numbers of lags', () => {
  for (const { series, lags, adf, kpss: level } of REFERENCE) {
    const root = augmentedDickeyFuller(series, lags);
    close(root.statistic, adf[0], 1e-8, `ADF with ${lags} lags`);
    close(root.pValue, adf[1], 1e-7, `its p value with ${lags} lags`);
    const drift = kpss(series, lags);
    close(drift.statistic, level[0], 1e-9, `KPSS with ${lags} lags`);
    close(drift.pValue, level[1], 1e-9, `its p value with ${lags} lags`);
  }
});

test('critical values are those of MacKinnon 2010: -3.46381517, -2.87625063, -2.57461135 for 198 rows', () => {
  const values = ([0.01, 0.05, 0.1] as const).map((level) => dickeyFullerCritical(level, 198).toFixed(8));
  assert.deepEqual(values, ['-3.46381517', '-2.87625063', '-2.57461135']);
  assert.equal(dickeyFullerCritical(0.05, Number.POSITIVE_INFINITY), -2.86154);
});

test("Schwert's rule gives 12 lags for 100 values and 14 for 203", () => {
  assert.deepEqual([schwertLags(100), schwertLags(203)], [12, 14]);
});

test('too few values, and values that do not vary, are refused by name', () => {
  assert.throws(() => augmentedDickeyFuller(new Float64Array(8), 4), InsufficientData);
  assert.throws(() => augmentedDickeyFuller(new Float64Array(100).fill(3)), NumericalError);
  assert.throws(() => kpss(new Float64Array(4), 4), InsufficientData);
  assert.throws(() => kpss(new Float64Array(50).fill(3)), NumericalError);
});

describe('nominal rates over 1,000 series of 500 values at the 0.05 level', () => {
  const SERIES = 1000;
  const shareOf = (walks: boolean, holds: (values: Float64Array) => boolean): number => {
    let count = 0;
    for (let k = 0; k < SERIES; k++) {
      const random = makeRandom(1000 + k);
      let level = 0;
      const values = Float64Array.from({ length: 500 }, () => {
        const shock = random.normal();
        level += shock;
        return walks ? level : shock;
      });
      if (holds(values)) count++;
    }
    return count / SERIES;
  };
  /** Three standard errors around a rate. */
  const assertNear = (share: number, rate: number): void =>
    assert.ok(Math.abs(share - rate) <= 3 * Math.sqrt((rate * (1 - rate)) / SERIES), `${share} against ${rate}`);

  test('Dickey-Fuller rejects a unit root in 5 % of random walks, and by p value as by critical value', () => {
    assertNear(
      shareOf(true, (values) => augmentedDickeyFuller(values, 4).pValue < 0.05),
      0.05,
    );
    let different = 0;
    shareOf(true, (values) => {
      const { statistic, pValue, rows } = augmentedDickeyFuller(values, 4);
      if (pValue < 0.05 !== statistic < dickeyFullerCritical(0.05, rows)) different++;
      return true;
    });
    assert.ok(different <= 10, `${different} of 1000 differ`);
  });

  test('KPSS rejects stationarity in 5 % of white noises', () => {
    assertNear(
      shareOf(false, (values) => kpss(values, 4).pValue < 0.05),
      0.05,
    );
  });

  test('white noise passes both as often as KPSS allows, and is never taken for a unit root', () => {
    const verdicts = { stationary: 0, 'unit root': 0, unclear: 0 };
    shareOf(false, (values) => ++verdicts[assessStationarity(values).verdict] > 0);
    assert.equal(verdicts['unit root'], 0);
    // Many lags make both tests cautious: no more than 5 % fail KPSS, and Dickey-Fuller keeps its power.
    assert.ok(verdicts.stationary >= 0.93 * SERIES, `${verdicts.stationary} of ${SERIES} stationary`);
  });

  test('a random walk passes as stationary in no more than the two tests allow together', () => {
    const verdicts = { stationary: 0, 'unit root': 0, unclear: 0 };
    shareOf(true, (values) => ++verdicts[assessStationarity(values).verdict] > 0);
    assert.ok(verdicts.stationary <= 0.05 * SERIES, `${verdicts.stationary} of ${SERIES} walks stationary`);
    assert.ok(verdicts['unit root'] >= 0.75 * SERIES, `${verdicts['unit root']} of ${SERIES} walks flagged`);
  });
});

function close(found: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(found - expected) <= tolerance * Math.abs(expected), `${what}: ${found} instead of ${expected}`);
}
