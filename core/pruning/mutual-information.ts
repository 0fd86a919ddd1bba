/** Mutual information of a column with a binary label, and what chance alone would give. */
import type { Random } from '../stats/random.js';

/** Bins of equal frequency; a missing value has a bin of its own. */
const BINS = 8;
/** Shifted copies of the label. The largest of them is exceeded by an uninformative column once in SHIFTS + 1 times. */
const SHIFTS = 20;

export interface Information {
  /** Plug-in estimate, nats, at or above 0 and biased upwards. */
  readonly value: number;
  /** The largest among the label shifted in a circle: what the estimate's bias and the label's own runs give. */
  readonly floor: number;
}

/**
 * The information of a column (in order of time, NaN = missing) about a label of 0 and 1, and its floor. The label is moved
 * past the column by random distances of at least a tenth of the length, so that its runs, and those of the column, stay whole
 * (a plain shuffle would break them and set the floor too low).
 * Source: Cover and Thomas 2006, 2.3.
 */
export function labelInformation(column: Float64Array, label: Uint8Array, random: Random): Information {
  const bin = binsOf(column);
  const n = label.length;
  const value = informationOf(bin, label, 0);
  let floor = 0;
  const least = Math.ceil(n / 10);
  for (let k = 0; k < SHIFTS; k++) floor = Math.max(floor, informationOf(bin, label, least + random.below(Math.max(1, n - 2 * least))));
  return { value, floor };
}

/** Bin of each value by rank, equal values in one bin: 0 = missing, then 1 to BINS. */
export function binsOf(column: Float64Array): Uint8Array {
  const known = column.filter((value) => !Number.isNaN(value)).sort();
  const edges: number[] = [];
  for (let k = 1; k < BINS; k++) {
    const edge = known[Math.floor((k * known.length) / BINS)];
    // At the smallest value, or at the edge before, the bin below would be empty.
    if (known.length > 0 && edge > (edges[edges.length - 1] ?? known[0])) edges.push(edge);
  }
  return Uint8Array.from(column, (value) => {
    if (Number.isNaN(value)) return 0;
    let bin = 1;
    while (bin <= edges.length && value >= edges[bin - 1]) bin++;
    return bin;
  });
}

/** Plug-in mutual information of bins and the label moved by `shift` places in a circle. */
export function informationOf(bin: Uint8Array, label: Uint8Array, shift: number): number {
  const n = label.length;
  const counts = new Float64Array(2 * (BINS + 1));
  let ones = 0;
  let at = shift;
  for (let i = 0; i < n; i++) {
    const y = label[at];
    counts[2 * bin[i] + y]++;
    ones += y;
    if (++at === n) at = 0;
  }
  const share = [(n - ones) / n, ones / n];
  let information = 0;
  for (let b = 0; b <= BINS; b++) {
    const inBin = counts[2 * b] + counts[2 * b + 1];
    for (let y = 0; y < 2; y++) {
      const joint = counts[2 * b + y];
      if (joint > 0) information += (joint / n) * Math.log(joint / (inBin * share[y]));
    }
  }
  return Math.max(0, information);
}
