/** Where the extreme of a few values is: looked for anew when the old one left the window, which few bars make necessary. */

/** Index of the largest of the values from index `from` to `to`, both included; of equal ones the latest; `from` where that one is NaN. */
export function latestMaximum(values: Float64Array, from: number, to: number): number {
  let at = from;
  let largest = values[from];
  for (let t = from + 1; t <= to; t++) {
    if (values[t] < largest) continue;
    largest = values[t];
    at = t;
  }
  return at;
}

/** Index of the smallest, as latestMaximum. */
export function latestMinimum(values: Float64Array, from: number, to: number): number {
  let at = from;
  let smallest = values[from];
  for (let t = from + 1; t <= to; t++) {
    if (values[t] > smallest) continue;
    smallest = values[t];
    at = t;
  }
  return at;
}
