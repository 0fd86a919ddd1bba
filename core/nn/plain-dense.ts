/** Vector times matrix in plain double arithmetic. */

export interface VectorPart {
  readonly vector: Float64Array;
  readonly from: number;
  readonly length: number;
}

/** Adds a part of a vector times rows `first` on of a row-major matrix, as wide as `out`, to `out`. */
export function addProduct(
  out: Float64Array,
  { vector, from, length }: VectorPart,
  { matrix, first }: { readonly matrix: Float64Array; readonly first: number },
): void {
  const columns = out.length;
  let at = first * columns;
  let k = from;
  // Four rows at a time: an entry of `out` is read and written once for four products, added in the same order.
  for (const end = from + length - 3; k < end; k += 4, at += 4 * columns) {
    const [a, b, c, d] = [vector[k], vector[k + 1], vector[k + 2], vector[k + 3]];
    const [second, third, fourth] = [at + columns, at + 2 * columns, at + 3 * columns];
    for (let j = 0; j < columns; j++) out[j] = out[j] + a * matrix[at + j] + b * matrix[second + j] + c * matrix[third + j] + d * matrix[fourth + j];
  }
  for (; k < from + length; k++, at += columns) {
    const factor = vector[k];
    for (let j = 0; j < columns; j++) out[j] += factor * matrix[at + j];
  }
}

/** 1 / (1 + exp(-z)) without overflow. */
export function sigmoid(z: number): number {
  return z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
}
