/** Upper tail of the chi-square distribution, by the regularised incomplete gamma function (Abramowitz and Stegun 6.5). */

const ITERATIONS = 1000;
const PRECISION = 1e-16;

/** P(X > x) for X chi-square with `degrees` above 0, in [0, 1]; relative error about 1e-12, NaN for NaN. 1 at and below 0. */
export function chiSquareTail(x: number, degrees: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return 1;
  const [a, z] = [degrees / 2, x / 2];
  const front = Math.exp(a * Math.log(z) - z - logGamma(a));
  return z < a + 1 ? 1 - front * lowerSeries(a, z) : front * upperFraction(a, z);
}

/** ln of the gamma function for a above 0: Stirling's series (A&S 6.1.41) after shifting the argument above 10. */
export function logGamma(a: number): number {
  let shift = 0;
  let z = a;
  for (; z < 10; z++) shift += Math.log(z);
  const inverse = 1 / (z * z);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/** Sum of z^n / (a (a + 1) ... (a + n)) (A&S 6.5.29). */
function lowerSeries(a: number, z: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < ITERATIONS && term > sum * PRECISION; n++) {
    term *= z / (a + n);
    sum += term;
  }
  return sum;
}

/** The continued fraction 1 / (z + 1 - a - 1 (1 - a) / (z + 3 - a - ...)) (A&S 6.5.31), from the front by Lentz's method. */
function upperFraction(a: number, z: number): number {
  let b = z + 1 - a;
  let c = Number.POSITIVE_INFINITY;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < ITERATIONS; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (b + numerator * d);
    c = b + numerator / c;
    value *= c * d;
    if (Math.abs(c * d - 1) < PRECISION * 10) break;
  }
  return value;
}
