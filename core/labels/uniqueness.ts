/** Average uniqueness of overlapping labels (Lopez de Prado 2018, sections 4.3 to 4.5), over time instead of bars. */

/**
 * For each label the mean over its span [start, end) of 1 / (number of labels open), in (0, 1]; NaN where its end is NaN. On a grid
 * of bars this is the book's sum over bars. Labels in any order; O(n log n).
 * @throws RangeError when the arrays differ in length, or a label ends at or before its start.
 */
export function computeUniqueness(startMs: Float64Array, endMs: Float64Array): Float64Array {
  if (startMs.length !== endMs.length) throw new RangeError(`expected as many end times as start times (${startMs.length}), found ${endMs.length}`);
  const known = endMs.reduce((count, end) => count + (Number.isNaN(end) ? 0 : 1), 0);
  const starts = new Float64Array(known);
  const ends = new Float64Array(known);
  for (let i = 0, at = 0; i < endMs.length; i++) {
    if (Number.isNaN(endMs[i])) continue;
    if (!(endMs[i] > startMs[i])) throw new RangeError(`expected label ${i} to end after its start ${startMs[i]}, found ${endMs[i]}`);
    starts[at] = startMs[i];
    ends[at++] = endMs[i];
  }
  const { times, shares } = accumulateShares(starts.sort(), ends.sort());
  return startMs.map((start, i) => {
    const end = endMs[i];
    return Number.isNaN(end) ? Number.NaN : (shares[find(times, end)] - shares[find(times, start)]) / (end - start);
  });
}

/** Sum of the known uniqueness values: how many independent labels the rows are worth. */
export function effectiveSampleSize(uniqueness: Float64Array): number {
  let sum = 0;
  for (const value of uniqueness) if (!Number.isNaN(value)) sum += value;
  return sum;
}

/** At each time where a label begins or ends, the time-integral of 1 / (labels open) up to it. */
function accumulateShares(starts: Float64Array, ends: Float64Array): { times: Float64Array; shares: Float64Array } {
  const times = new Float64Array(starts.length * 2);
  const shares = new Float64Array(starts.length * 2);
  let count = 0;
  let total = 0;
  let open = 0;
  for (let s = 0, e = 0; e < ends.length; ) {
    const time = s < starts.length && starts[s] < ends[e] ? starts[s] : ends[e];
    if (count > 0 && open > 0) total += (time - times[count - 1]) / open;
    times[count] = time;
    shares[count++] = total;
    for (; s < starts.length && starts[s] === time; s++) open++;
    for (; e < ends.length && ends[e] === time; e++) open--;
  }
  return { times: times.subarray(0, count), shares };
}

/** Index of `value`, which is in the ascending array. */
function find(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
