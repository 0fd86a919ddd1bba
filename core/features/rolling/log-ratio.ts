/** Logarithms of ratios near 1: what returns and ranges of bars are. */

/**
 * ln(a / b). Within 3 % of 1 as 2 artanh((a - b) / (a + b)) by its series (Abramowitz and Stegun 1964, 4.1.28), whose first term left out is
 * below 1e-19 of the sum: a rounded quotient has lost the digits by which it differs from 1, the difference of neighbours has not, and a few
 * products take half as long as a logarithm. 0 exactly where a = b; ln(b / a) is its negative; NaN and infinities as Math.log(a / b) gives them.
 */
export function logRatio(a: number, b: number): number {
  const part = (a - b) / (a + b);
  const square = part * part;
  if (square < 1 / 4096) return 2 * part * (1 + square * (1 / 3 + square * (1 / 5 + square * (1 / 7 + square * (1 / 9)))));
  return Math.log(a / b);
}
