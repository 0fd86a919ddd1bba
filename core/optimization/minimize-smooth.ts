/** Minimum of a smooth function: BFGS (Nocedal and Wright 2006, chapter 6) with central differences and backtracking. */

export interface SmoothMinimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** Greatest absolute entry of the gradient there: at most the tolerance unless iterations or rounding ended the search. */
  readonly slope: number;
}

export interface SmoothOptions {
  readonly maximumIterations: number;
  /** Greatest absolute entry of the gradient at which the search ends. */
  readonly tolerance: number;
}

/** Decrease asked of a step, as a share of what the slope promises (Armijo), and how often it is halved. */
const ARMIJO = 1e-4;
const HALVINGS = 50;

/**
 * The point reached from `start` downhill; a local minimum where its slope is within the tolerance. Where the function is not defined it may return Infinity or
 * NaN: such steps are shortened. The function must be finite at the start and around the points passed.
 */
export function minimizeSmooth(objective: (point: Float64Array) => number, start: Float64Array, options: SmoothOptions): SmoothMinimum {
  const n = start.length;
  let point: Float64Array = Float64Array.from(start);
  let value = objective(point);
  let gradient = centralGradient(objective, point);
  let inverse = identity(n);
  let isFresh = true;
  for (let iteration = 0; ; iteration++) {
    const slope = gradient.reduce((greatest, entry) => Math.max(greatest, Math.abs(entry)), 0);
    if (slope <= options.tolerance || iteration >= options.maximumIterations) return { point, value, iterations: iteration, slope };
    const direction = multiply(inverse, gradient).map((entry) => -entry);
    const step = descend(objective, { point, value, slope: dot(gradient, direction), direction });
    if (step === null) {
      // No way down along the model of the curvature: begin it anew once, then this is as far as rounding lets us see.
      if (isFresh) return { point, value, iterations: iteration, slope };
      inverse = identity(n);
      isFresh = true;
      continue;
    }
    const next = centralGradient(objective, step.point);
    inverse = updateInverse(
      inverse,
      step.point.map((entry, i) => entry - point[i]),
      next.map((entry, i) => entry - gradient[i]),
    );
    isFresh = false;
    ({ point, value } = step);
    gradient = next;
  }
}

/** Second derivatives by central differences with the given step in each direction, [n x n] row-major, symmetric. */
export function centralHessian(objective: (point: Float64Array) => number, at: Float64Array, steps: Float64Array): Float64Array {
  const n = at.length;
  const out = new Float64Array(n * n);
  const moved = (...moves: readonly (readonly [number, number])[]): number => {
    const point = Float64Array.from(at);
    for (const [i, sign] of moves) point[i] += sign * steps[i];
    return objective(point);
  };
  const centre = objective(at);
  for (let i = 0; i < n; i++) {
    out[i * n + i] = (moved([i, 1]) - 2 * centre + moved([i, -1])) / steps[i] ** 2;
    for (let j = 0; j < i; j++) {
      const mixed = moved([i, 1], [j, 1]) - moved([i, 1], [j, -1]) - moved([i, -1], [j, 1]) + moved([i, -1], [j, -1]);
      out[i * n + j] = out[j * n + i] = mixed / (4 * steps[i] * steps[j]);
    }
  }
  return out;
}

function centralGradient(objective: (point: Float64Array) => number, at: Float64Array): Float64Array {
  return at.map((value, i) => {
    // The cube root of the rounding unit balances truncation and rounding.
    const step = 6e-6 * Math.max(1, Math.abs(value));
    const point = Float64Array.from(at);
    point[i] = value + step;
    const above = objective(point);
    point[i] = value - step;
    return (above - objective(point)) / (2 * step);
  });
}

interface Descent {
  readonly point: Float64Array;
  readonly value: number;
  readonly slope: number;
  readonly direction: Float64Array;
}

function descend(objective: (point: Float64Array) => number, from: Descent): { point: Float64Array; value: number } | null {
  if (!(from.slope < 0)) return null;
  for (let halving = 0, length = 1; halving < HALVINGS; halving++, length /= 2) {
    const point = from.point.map((entry, i) => entry + length * from.direction[i]);
    const value = objective(point);
    if (value <= from.value + ARMIJO * length * from.slope && value < from.value) return { point, value };
  }
  return null;
}

/** The inverse of the curvature after a step and the change of gradient over it; unchanged where the curvature is not positive. */
function updateInverse(inverse: Float64Array, step: Float64Array, change: Float64Array): Float64Array {
  const n = step.length;
  const curvature = dot(step, change);
  if (!(curvature > 1e-14)) return inverse;
  const image = multiply(inverse, change);
  const scale = (1 + dot(change, image) / curvature) / curvature;
  return inverse.map((entry, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return entry + scale * step[i] * step[j] - (image[i] * step[j] + step[i] * image[j]) / curvature;
  });
}

function identity(n: number): Float64Array {
  return new Float64Array(n * n).map((_, at) => (at % (n + 1) === 0 ? 1 : 0));
}

function multiply(matrix: Float64Array, vector: Float64Array): Float64Array {
  const n = vector.length;
  return vector.map((_, i) => dot(matrix.subarray(i * n, i * n + n), vector));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
