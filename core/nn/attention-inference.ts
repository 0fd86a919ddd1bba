/**
 * Predictions of a fitted attention classifier in plain arithmetic: no tensor backend is needed to serve one, and a
 * prediction is the same bits wherever it is made. Training runs on the tensor backend (attention-training.ts); a test
 * compares the two.
 */
import type { AttentionShape, WeightBlock } from './attention-shape.js';
import { splitWeights } from './attention-shape.js';

/** Standardised features: [rows x features], row-major, without NaN. */
export interface SequenceInput {
  readonly values: Float32Array;
  readonly rowCount: number;
}

/** The weights of a fitted network and the shape they lie in. */
export interface AttentionNetwork {
  readonly flat: Float32Array;
  readonly shape: AttentionShape;
}

/** P(y = 1) for the given rows; row r uses rows r - window + 1 to r, those before row 0 are masked. */
export function inferAttention({ flat, shape }: AttentionNetwork, input: SequenceInput, rows: Int32Array): Float64Array {
  const weights = splitWeights(flat, shape);
  const needed = rowsNeeded(input.rowCount, rows, shape.window);
  const embedded = new Float64Array(input.rowCount * shape.width);
  multiplyInto(embedded, { left: input.values, right: weights.embed }, { inner: shape.features, columns: shape.width, rows: needed });
  const state = makeState(shape, weights);
  return Float64Array.from(rows, (row) => inferRow(state, embedded, row));
}

interface InferenceState {
  readonly shape: AttentionShape;
  readonly weights: Readonly<Record<WeightBlock, Float32Array>>;
  /** [window x width] work space, used again for each row. */
  readonly hidden: Float64Array;
  readonly keys: Float64Array;
  readonly values: Float64Array;
}

function makeState(shape: AttentionShape, weights: InferenceState['weights']): InferenceState {
  const size = shape.window * shape.width;
  return { shape, weights, hidden: new Float64Array(size), keys: new Float64Array(size), values: new Float64Array(size) };
}

function inferRow(state: InferenceState, embedded: Float64Array, row: number): number {
  const {
    shape: { window, width, hidden: denseWidth },
    weights,
    hidden,
  } = state;
  const first = Math.max(0, window - 1 - row);
  for (let p = first; p < window; p++) {
    const from = (row - window + 1 + p) * width;
    for (let j = 0; j < width; j++) hidden[p * width + j] = Math.max(0, embedded[from + j] + weights.position[p * width + j]);
  }
  const positions = Int32Array.from({ length: window - first }, (_, i) => first + i);
  multiplyInto(state.keys, { left: hidden, right: weights.key }, { inner: width, columns: width, rows: positions });
  multiplyInto(state.values, { left: hidden, right: weights.value }, { inner: width, columns: width, rows: positions });
  const last = hidden.subarray((window - 1) * width);
  const context = attend(state, vectorTimes(last, weights.query, width), first);
  const z = vectorTimes(context, weights.output, width).map((value, j) => value + last[j]);
  const dense = vectorTimes(z, weights.dense, denseWidth);
  let logit = weights.readoutBias[0];
  for (let j = 0; j < denseWidth; j++) logit += Math.max(0, dense[j] + weights.denseBias[j]) * weights.readout[j];
  return logit >= 0 ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit) / (1 + Math.exp(logit));
}

/** Per head, the softmax-weighted sum of the values from position `first` on. */
function attend({ shape: { window, width, heads }, keys, values }: InferenceState, query: Float64Array, first: number): Float64Array {
  const headWidth = width / heads;
  const context = new Float64Array(width);
  const scores = new Float64Array(window);
  for (let head = 0; head < heads; head++) {
    const at = head * headWidth;
    let largest = Number.NEGATIVE_INFINITY;
    for (let p = first; p < window; p++) {
      let score = 0;
      for (let j = 0; j < headWidth; j++) score += query[at + j] * keys[p * width + at + j];
      scores[p] = score / Math.sqrt(headWidth);
      largest = Math.max(largest, scores[p]);
    }
    let total = 0;
    for (let p = first; p < window; p++) total += scores[p] = Math.exp(scores[p] - largest);
    for (let p = first; p < window; p++) {
      for (let j = 0; j < headWidth; j++) context[at + j] += (scores[p] / total) * values[p * width + at + j];
    }
  }
  return context;
}

function rowsNeeded(rowCount: number, rows: Int32Array, window: number): Int32Array {
  const used = new Uint8Array(rowCount);
  for (const row of rows) used.fill(1, Math.max(0, row - window + 1), row + 1);
  return Int32Array.from({ length: rowCount }, (_, row) => row).filter((row) => used[row] === 1);
}

/** out[row] = left[row] x right for the given rows only. */
function multiplyInto(
  out: Float64Array,
  { left, right }: { left: ArrayLike<number>; right: Float32Array },
  { inner, columns, rows }: { inner: number; columns: number; rows: Int32Array },
): void {
  for (const row of rows) {
    out.fill(0, row * columns, (row + 1) * columns);
    for (let k = 0; k < inner; k++) {
      const factor = left[row * inner + k];
      if (factor === 0) continue;
      for (let j = 0; j < columns; j++) out[row * columns + j] += factor * right[k * columns + j];
    }
  }
}

function vectorTimes(vector: ArrayLike<number>, matrix: Float32Array, columns: number): Float64Array {
  const out = new Float64Array(columns);
  for (let k = 0; k < vector.length; k++) {
    for (let j = 0; j < columns; j++) out[j] += vector[k] * matrix[k * columns + j];
  }
  return out;
}
