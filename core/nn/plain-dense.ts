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
  for (let k = 0; k < length; k++) {
    const factor = vector[from + k];
    if (factor === 0) continue;
    for (let j = 0, at = (first + k) * columns; j < columns; j++, at++) out[j] += factor * matrix[at];
  }
}

/** 1 / (1 + exp(-z)) without overflow. */
export function sigmoid(z: number): number {
  return z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
}
