/** Performance figures against Bacon's portfolio and Empyrical's series (M3.5.24) and the two drawdowns of M3.6.40. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  annualizedReturn,
  annualizedVolatility,
  calmar,
  equityCurve,
  maxDrawdown,
  omega,
  periodsPerYear,
  sharpe,
  simpleReturns,
  sortino,
  turnover,
  YEAR_MS,
} from '../../../core/metrics/performance.js';

/** Monthly portfolio returns of Bacon, Practical Portfolio Performance Measurement and Attribution (2008), table 4.1. */
const BACON = [
  0.003, 0.026, 0.011, -0.01, 0.015, 0.025, 0.016, 0.067, -0.014, 0.04, -0.005, 0.081, 0.04, -0.037, -0.061, 0.017, -0.049, -0.022, 0.07, 0.058, -0.065, 0.024,
  -0.005, -0.009,
];
const EMPYRICAL = [0.01, 0.1, -0.04, 0.02, 0.03, 0.02, 0.01, -0.1];
const close = (found: number, expected: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `expected ${expected}, found ${found}`);

test("Bacon's 24 months have the figures of M3.5.24", () => {
  close(annualizedVolatility(BACON, 12), 0.13700015867969229);
  close(annualizedReturn(BACON, 12), 0.10367828972980941);
  close(sharpe(BACON, 12), 0.7883202548144859);
  close(sortino(BACON, 12), 1.3592165786838633);
  close(maxDrawdown(equityCurve(BACON)).fraction, 0.144672955739218);
  close(calmar(BACON, 12), 0.7166390511623746);
  close(omega(BACON), 1.7797833935018055);
});

test("Empyrical's series has Sharpe 1.7238613961706866 and Sortino 2.605531251673693 at 252 periods a year", () => {
  close(sharpe(EMPYRICAL, 252), 1.7238613961706866);
  close(sortino(EMPYRICAL, 252), 2.605531251673693);
});

test('1000, 1000, 500, 1000, 11000, 10000 falls by 1000 in amount and by one half in fraction (M3.6.40)', () => {
  const drawdown = maxDrawdown([1000, 1000, 500, 1000, 11000, 10000]);
  assert.equal(drawdown.amount, 1000);
  assert.equal(drawdown.fraction, 0.5);
  assert.equal(drawdown.longestPeriods, 1);
});

test('growth from 1000 to 1500 in 100 days is 3.3927 a year of 365 days (M3.6.40)', () => {
  close(
    annualizedReturn(
      Array.from({ length: 100 }, () => 1.5 ** 0.01 - 1),
      periodsPerYear(86_400_000),
    ),
    3.3927,
    5e-5,
  );
});

test('a loss in the first period is a drawdown from the initial capital', () => {
  close(maxDrawdown(equityCurve([-0.2, 0.1])).fraction, 0.2);
});

test('ratios without a spread, a loss or a drawdown are NaN, never infinite', () => {
  assert.ok(Number.isNaN(sharpe([0.1, 0.1, 0.1], 365)));
  assert.ok(Number.isNaN(sharpe([0.1], 365)));
  assert.ok(Number.isNaN(sortino([0.1, 0.2], 365)));
  assert.ok(Number.isNaN(calmar([0.1, 0.2], 365)));
  assert.equal(annualizedReturn([0.5, -1], 365), -1);
});

test('turnover sums both ways and is a year long', () => {
  close(turnover([0.5, -0.5, 1], YEAR_MS / 2), 4);
});

test('returns of an equity curve are the returns it was made of, and Sharpe does not depend on leverage', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.integer({ min: -50, max: 60 }).map((k) => k / 1000),
        { minLength: 3, maxLength: 50 },
      ),
      fc.integer({ min: 2, max: 5 }),
      (returns, leverage) => {
        simpleReturns(equityCurve(returns)).forEach((value, i) => close(value, returns[i]!, 1e-9));
        const ratio = sharpe(returns, 365);
        if (Number.isNaN(ratio)) return;
        close(
          sharpe(
            returns.map((r) => r * leverage),
            365,
          ),
          ratio,
          1e-7 * Math.max(1, Math.abs(ratio)),
        );
        const drawdown = maxDrawdown(equityCurve(returns)).fraction;
        assert.ok(drawdown >= 0 && drawdown < 1);
      },
    ),
  );
});
