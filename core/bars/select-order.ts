/** Order statistics without sorting: Hoare's selection, linear on average. */

/**
 * The value that would stand at index `k` if values[from ..] were sorted, 0-based within the whole array, from <= k. Reorders
 * values[from ..] so that those before k are not greater and those after it not less. NaN is not allowed.
 * @throws RangeError for k outside [from, length)
 */
export function selectOrder(values: Float64Array, k: number, from = 0): number {
  if (!(k >= from && k < values.length)) throw new RangeError(`expected an index in [${from}, ${values.length}), found ${k}`);
  let low = from;
  let high = values.length - 1;
  while (low < high) {
    const pivot = middleOf(values[low], values[(low + high) >>> 1], values[high]);
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const swapped = values[i];
      values[i++] = values[j];
      values[j--] = swapped;
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else return values[k];
  }
  return values[k];
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
