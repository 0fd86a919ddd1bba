/**
 * Half of a sum over a sliding window (van Herk 1992, Gil and Werman 1993, for sums): the last block's values from an offset on, to be added to
 * the next block's up to it.
 */

/**
 * Turns the values of a block, which has one place more than values, into their sums from each offset on, in place; the last place stays 0.
 * Nothing is subtracted, so a sum neither drifts nor keeps a value that left the window.
 */
export function toSuffixSums(block: Float64Array): void {
  let sum = 0;
  for (let k = block.length - 2; k >= 0; k--) {
    sum += block[k];
    block[k] = sum;
  }
}

/** The same for a block of pairs, both sums at once: side by side in one array they cost little more to reach than one. */
export function toSuffixPairs(block: Float64Array): void {
  let first = 0;
  let second = 0;
  for (let at = block.length - 4; at >= 0; at -= 2) {
    first += block[at];
    second += block[at + 1];
    block[at] = first;
    block[at + 1] = second;
  }
}
