/**
 * The operations of networks in plain double arithmetic, for prediction: the same bits wherever and beside whichever other rows a
 * prediction is made. A test compares them with the tensor operations that networks are trained with.
 */
import { NORM_EPSILON } from './network-ops.js';
import type { Activation, NetworkOps } from './network-ops.js';
import { entriesOf } from './network.js';
import { addProduct, sigmoid } from './plain-dense.js';
import type { VectorPart } from './plain-dense.js';
import { plainGru, plainLstm } from './plain-recurrent.js';
import type { PlainTensor } from './plain-tensor.js';
import { broadcastPlain, concatPlain, foldPlain, plainZeros, slicePlain, transposePlain } from './plain-tensor.js';

/** Operations without gradients; dropout does nothing. */
export const PLAIN_OPS: NetworkOps<PlainTensor> = {
  shape: (x) => x.shape,
  constant: (values, shape) => ({ shape, values: Float64Array.from(values) }),
  reshape: (x, shape) => ({ shape, values: x.values }),
  slice: slicePlain,
  concat: concatPlain,
  transpose: transposePlain,
  add: (a, b) => broadcastPlain(a, b, (x, y) => x + y),
  multiply: (a, b) => broadcastPlain(a, b, (x, y) => x * y),
  scale,
  sum: (x, axis) => foldPlain(x, axis, { start: 0, operation: (total, value) => total + value }),
  max: (x, axis) => foldPlain(x, axis, { start: Number.NEGATIVE_INFINITY, operation: (total, value) => Math.max(value, total) }),
  softplus: (x) => ({ shape: x.shape, values: x.values.map((value) => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)))) }),
  activate,
  softmax,
  matMul,
  dense: (x, { kernel, bias }, activation) => activate(densePlain(x, kernel, bias), activation),
  layerNorm,
  causalConvolution,
  lstm: plainLstm,
  gru: plainGru,
  dropout: (x) => x,
};

/** Last axis times the kernel, plus the bias. */
function densePlain(x: PlainTensor, kernel: PlainTensor, bias: PlainTensor): PlainTensor {
  const [inputs, outputs] = kernel.shape;
  const out = plainZeros([...x.shape.slice(0, -1), outputs]);
  const rows = x.values.length / inputs;
  for (let row = 0; row < rows; row++) {
    const to = out.values.subarray(row * outputs, (row + 1) * outputs);
    to.set(bias.values);
    addProduct(to, { vector: x.values, from: row * inputs, length: inputs }, { matrix: kernel.values, first: 0 });
  }
  return out;
}

const ACTIVATIONS = {
  elu: (z: number) => (z > 0 ? z : Math.expm1(z)),
  tanh: Math.tanh,
  sigmoid,
} satisfies Partial<Record<Activation, (z: number) => number>>;

function activate(x: PlainTensor, activation: Activation): PlainTensor {
  if (activation === 'none') return x;
  const values = new Float64Array(x.values.length);
  // A loop of its own: a call for each entry costs more than the comparison.
  if (activation === 'relu') for (let i = 0; i < values.length; i++) values[i] = Math.max(x.values[i], 0);
  else {
    const operation = ACTIVATIONS[activation];
    for (let i = 0; i < values.length; i++) values[i] = operation(x.values[i]);
  }
  return { shape: x.shape, values };
}

function scale(x: PlainTensor, factor: number): PlainTensor {
  const values = new Float64Array(x.values.length);
  for (let i = 0; i < values.length; i++) values[i] = x.values[i] * factor;
  return { shape: x.shape, values };
}

function softmax(x: PlainTensor): PlainTensor {
  const width = x.shape[x.shape.length - 1];
  const values = new Float64Array(x.values.length);
  for (let from = 0; from < values.length; from += width) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < width; j++) largest = Math.max(largest, x.values[from + j]);
    let total = 0;
    for (let j = 0; j < width; j++) total += values[from + j] = Math.exp(x.values[from + j] - largest);
    for (let j = 0; j < width; j++) values[from + j] /= total;
  }
  return { shape: x.shape, values };
}

function matMul(a: PlainTensor, b: PlainTensor, transposeB: boolean): PlainTensor {
  const rank = a.shape.length;
  const [rows, inner] = a.shape.slice(-2);
  const columns = b.shape[rank - (transposeB ? 2 : 1)];
  const out = plainZeros([...a.shape.slice(0, -1), columns]);
  const matrices = entriesOf(a.shape.slice(0, -2));
  for (let row = 0; row < matrices * rows; row++) {
    const [from, fromB] = [row * inner, Math.floor(row / rows) * inner * columns];
    if (transposeB)
      multiplyRows(out.values.subarray(row * columns, (row + 1) * columns), { vector: a.values, from, length: inner }, { matrix: b.values, fromB });
    else
      addProduct(
        out.values.subarray(row * columns, (row + 1) * columns),
        { vector: a.values, from, length: inner },
        { matrix: b.values, first: fromB / columns },
      );
  }
  return out;
}

/** Products of a part of a vector with each row of a matrix. */
function multiplyRows(
  out: Float64Array,
  { vector, from, length }: VectorPart,
  { matrix, fromB }: { readonly matrix: Float64Array; readonly fromB: number },
): void {
  for (let j = 0, at = fromB; j < out.length; j++, at += length) {
    let sum = 0;
    for (let k = 0; k < length; k++) sum += vector[from + k] * matrix[at + k];
    out[j] = sum;
  }
}

function layerNorm(x: PlainTensor, { gain, bias }: { readonly gain: PlainTensor; readonly bias: PlainTensor }): PlainTensor {
  const width = gain.values.length;
  const values = new Float64Array(x.values.length);
  for (let from = 0; from < values.length; from += width) {
    let [sum, squares] = [0, 0];
    for (let j = 0; j < width; j++) sum += x.values[from + j];
    const mean = sum / width;
    for (let j = 0; j < width; j++) squares += (x.values[from + j] - mean) * (x.values[from + j] - mean);
    const factor = 1 / Math.sqrt(squares / width + NORM_EPSILON);
    for (let j = 0; j < width; j++) values[from + j] = (x.values[from + j] - mean) * factor * gain.values[j] + bias.values[j];
  }
  return { shape: x.shape, values };
}

function causalConvolution(
  x: PlainTensor,
  { kernel, bias }: { readonly kernel: PlainTensor; readonly bias: PlainTensor },
  size: { readonly kernel: number; readonly dilation: number },
): PlainTensor {
  const [window, examples, channels] = x.shape;
  const filters = bias.values.length;
  const out = plainZeros([window, examples, filters]);
  for (let row = 0; row < window * examples; row++) {
    const to = out.values.subarray(row * filters, (row + 1) * filters);
    to.set(bias.values);
    for (let tap = 0; tap < size.kernel; tap++) {
      const from = row - (size.kernel - 1 - tap) * size.dilation * examples;
      if (from < 0) continue;
      addProduct(to, { vector: x.values, from: from * channels, length: channels }, { matrix: kernel.values, first: tap * channels });
    }
  }
  return out;
}
