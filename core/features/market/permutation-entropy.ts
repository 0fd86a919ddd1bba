/** Permutation entropy (Bandt and Pompe 2002): how evenly the six orders of three neighbouring closes occur. */
import type { Feature } from '../feature.js';

const ORDERS = 6;

/** Which of the six orders three values have; of equal ones the earlier counts as smaller. */
function orderOf(a: number, b: number, c: number): number {
  if (b < a) {
    if (c < b) return 0;
    return c < a ? 1 : 2;
  }
  if (c < a) return 3;
  return c < b ? 4 : 5;
}

/** Entropy of the orders in the last `window` triples / ln 6, in [0, 1]: 1 = all equally often; NaN for the first window + 1 bars. */
export function permutationEntropy(values: Float64Array, window: number): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  const counts = new Int32Array(ORDERS);
  const orders = new Int8Array(values.length);
  const terms = Float64Array.from({ length: window + 1 }, (_, n) => (n === 0 ? 0 : (-n / window) * Math.log(n / window)));
  for (let t = 2; t < values.length; t++) {
    orders[t] = orderOf(values[t - 2], values[t - 1], values[t]);
    counts[orders[t]]++;
    if (t - window >= 2) counts[orders[t - window]]--;
    if (t < window + 1) continue;
    let entropy = 0;
    for (let k = 0; k < ORDERS; k++) entropy += terms[counts[k]];
    out[t] = Math.min(1, entropy / Math.log(ORDERS));
  }
  return out;
}

export const permutationEntropyFeatures: readonly Feature[] = [
  {
    name: 'permutation_entropy_64',
    inputs: ['close'],
    warmUp: 65,
    range: [0, 1],
    source: 'Bandt and Pompe 2002',
    set: 'all',
    compute: (bars) => permutationEntropy(bars.close, 64),
  },
];
