/** Clusters to start a mixture from: k-means++ seeding (Arthur and Vassilvitskii 2007), then Lloyd's iterations. */
import type { Random } from '../stats/random.js';

export interface Cluster {
  /** [d] */
  readonly mean: readonly number[];
  /** Population variance in each dimension, [d]; the whole sample's for a cluster of fewer than 2 rows. */
  readonly variance: readonly number[];
}

const ITERATIONS = 20;

/** `count` clusters of the rows [n x d], row-major. Fewer distinct rows than clusters give clusters of equal mean. */
export function clusterMeans(rows: { readonly values: Float64Array; readonly dimensions: number }, count: number, random: Random): readonly Cluster[] {
  const { values, dimensions } = rows;
  const n = values.length / dimensions;
  const centres = seedCentres(values, { n, dimensions, count }, random);
  const owner = new Int32Array(n);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    for (let t = 0; t < n; t++) owner[t] = nearest(centres, values, { at: t * dimensions, dimensions });
    moveCentres(centres, owner, { values, dimensions });
  }
  return centres.map((mean, j) => ({ mean, variance: clusterVariance(mean, owner, { j, values, dimensions }) }));
}

function seedCentres(values: Float64Array, size: { n: number; dimensions: number; count: number }, random: Random): number[][] {
  const { n, dimensions, count } = size;
  const row = (t: number): number[] => Array.from(values.subarray(t * dimensions, (t + 1) * dimensions));
  const centres = [row(random.below(n))];
  const distance = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  while (centres.length < count) {
    let total = 0;
    for (let t = 0; t < n; t++) {
      distance[t] = Math.min(distance[t], squaredDistance(centres[centres.length - 1], values, t * dimensions));
      total += distance[t];
    }
    let target = random.uniform() * total;
    let chosen = 0;
    while (chosen < n - 1 && target >= distance[chosen]) target -= distance[chosen++];
    centres.push(row(chosen));
  }
  return centres;
}

function nearest(centres: readonly number[][], values: Float64Array, row: { at: number; dimensions: number }): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let j = 0; j < centres.length; j++) {
    const distance = squaredDistance(centres[j], values, row.at);
    if (distance < least) {
      least = distance;
      best = j;
    }
  }
  return best;
}

function moveCentres(centres: number[][], owner: Int32Array, rows: { values: Float64Array; dimensions: number }): void {
  const { values, dimensions } = rows;
  const sums = centres.map(() => new Float64Array(dimensions + 1));
  for (let t = 0; t < owner.length; t++) {
    const sum = sums[owner[t]];
    for (let d = 0; d < dimensions; d++) sum[d] += values[t * dimensions + d];
    sum[dimensions]++;
  }
  for (const [j, sum] of sums.entries()) {
    if (sum[dimensions] > 0) centres[j] = Array.from(sum.subarray(0, dimensions), (value) => value / sum[dimensions]);
  }
}

function clusterVariance(mean: readonly number[], owner: Int32Array, cluster: { j: number; values: Float64Array; dimensions: number }): number[] {
  const { j, values, dimensions } = cluster;
  const members = owner.reduce((count, o) => count + (o === j ? 1 : 0), 0);
  const sums = new Array<number>(dimensions).fill(0);
  for (let t = 0; t < owner.length; t++) {
    if (members >= 2 && owner[t] !== j) continue;
    for (let d = 0; d < dimensions; d++) sums[d] += (values[t * dimensions + d] - mean[d]) ** 2;
  }
  return sums.map((sum) => sum / (members >= 2 ? members : owner.length));
}

function squaredDistance(centre: readonly number[], values: Float64Array, at: number): number {
  let sum = 0;
  for (let d = 0; d < centre.length; d++) sum += (centre[d] - values[at + d]) ** 2;
  return sum;
}
