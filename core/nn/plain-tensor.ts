/** Tensors in plain arrays: what predictions are computed on where no backend is open. */
import { entriesOf } from './network.js';

export interface PlainTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float64Array;
}

/** A tensor of zeros. */
export function plainZeros(shape: readonly number[]): PlainTensor {
  return { shape, values: new Float64Array(entriesOf(shape)) };
}

/** `operation` of each pair of entries, shapes broadcast as in NumPy. @throws RangeError on shapes that do not fit. */
export function broadcastPlain(a: PlainTensor, b: PlainTensor, operation: (x: number, y: number) => number): PlainTensor {
  const shape = broadcastShape(a.shape, b.shape);
  const out = plainZeros(shape);
  const { values } = out;
  if (values.length === a.values.length && isSuffix(b.shape, shape)) {
    const length = b.values.length;
    for (let i = 0, j = 0; i < values.length; i++) {
      values[i] = operation(a.values[i], b.values[j]);
      if (++j === length) j = 0;
    }
    return out;
  }
  const [strideA, strideB] = [broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape)];
  const last = shape.length - 1;
  const index = new Int32Array(shape.length);
  let [atA, atB] = [0, 0];
  for (let i = 0; i < values.length; ) {
    for (let k = 0; k < shape[last]; k++, i++) values[i] = operation(a.values[atA + k * strideA[last]], b.values[atB + k * strideB[last]]);
    for (let axis = last - 1; axis >= 0; axis--) {
      atA += strideA[axis];
      atB += strideB[axis];
      if (++index[axis] < shape[axis]) break;
      atA -= strideA[axis] * shape[axis];
      atB -= strideB[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}

/** Axes in another order. */
export function transposePlain(x: PlainTensor, order: readonly number[]): PlainTensor {
  const out = plainZeros(order.map((axis) => x.shape[axis]));
  const from = stridesOf(x.shape);
  copyStrided(x.values, { out, strides: order.map((axis) => from[axis]), start: 0 });
  return out;
}

/** A block of a tensor. */
export function slicePlain(x: PlainTensor, begin: readonly number[], size: readonly number[]): PlainTensor {
  const out = plainZeros(size);
  const strides = stridesOf(x.shape);
  copyStrided(x.values, { out, strides, start: begin.reduce((sum, first, axis) => sum + first * strides[axis], 0) });
  return out;
}

/** Tensors one after the other along an axis. */
export function concatPlain(xs: readonly PlainTensor[], axis: number): PlainTensor {
  const [first] = xs;
  const outer = entriesOf(first.shape.slice(0, axis));
  const out = plainZeros(first.shape.map((length, i) => (i === axis ? xs.reduce((sum, x) => sum + x.shape[axis], 0) : length)));
  const width = out.values.length / outer;
  let offset = 0;
  for (const x of xs) {
    const part = x.values.length / outer;
    for (let i = 0; i < outer; i++) out.values.set(x.values.subarray(i * part, (i + 1) * part), i * width + offset);
    offset += part;
  }
  return out;
}

/** One axis folded by `operation`, beginning with `start`. */
export function foldPlain(
  x: PlainTensor,
  axis: number,
  { start, operation }: { start: number; operation: (total: number, value: number) => number },
): PlainTensor {
  const outer = entriesOf(x.shape.slice(0, axis));
  const inner = entriesOf(x.shape.slice(axis + 1));
  const out = plainZeros(x.shape.filter((_, i) => i !== axis));
  out.values.fill(start);
  let at = 0;
  for (let i = 0; i < outer; i++) {
    for (let k = 0; k < x.shape[axis]; k++) {
      for (let j = 0; j < inner; j++, at++) out.values[i * inner + j] = operation(out.values[i * inner + j], x.values[at]);
    }
  }
  return out;
}

function copyStrided(values: Float64Array, { out, strides, start }: { out: PlainTensor; strides: readonly number[]; start: number }): void {
  const { shape } = out;
  const last = shape.length - 1;
  const index = new Int32Array(shape.length);
  let from = start;
  for (let to = 0; to < out.values.length; ) {
    for (let i = 0; i < shape[last]; i++, to++) out.values[to] = values[from + i * strides[last]];
    for (let axis = last - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}

function broadcastStrides(from: readonly number[], to: readonly number[]): readonly number[] {
  const strides = stridesOf(from);
  const missing = to.length - from.length;
  return to.map((_, axis) => (axis < missing || from[axis - missing] === 1 ? 0 : strides[axis - missing]));
}

function broadcastShape(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [x, y] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (x !== y && x !== 1 && y !== 1) throw new RangeError(`expected shapes that broadcast, found [${a.join(', ')}] and [${b.join(', ')}]`);
    return Math.max(x, y);
  });
}

function isSuffix(part: readonly number[], shape: readonly number[]): boolean {
  return part.every((length, i) => length === shape[shape.length - part.length + i]);
}
