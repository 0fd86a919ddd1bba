/**
 * Sequential bootstrap (Lopez de Prado 2018, section 4.5): labels are drawn one after the other, each in proportion to how unique it
 * would be among those drawn so far. Over time instead of bars, so on a grid of bars it is the book's.
 */
import { lowerBound, upperBound } from '../data/bars.js';
import type { Random } from '../stats/random.js';
import { computeUniqueness, effectiveSampleSize } from './uniqueness.js';

/** Draws labels with replacement and remembers them. */
export interface SequentialSampler {
  /** Probability of each label in the next draw, in the order in which they were given; sums to 1. */
  probabilities(): Float64Array;
  /** The label at this place of [0, 1) of the summed probabilities, counted as drawn. */
  draw(uniform: number): number;
}

/** Spans cut at every start and end: within a piece the number of open labels does not change. */
interface Pieces {
  /** Time between each breakpoint and the next. */
  readonly length: Float64Array;
  /** Drawn labels that are open. */
  readonly open: Float64Array;
}

/**
 * A sampler of labels with spans [start, end), in any order. A draw costs O(k p + k log n) for k labels that overlap the one drawn and
 * p pieces in each.
 * @throws RangeError when there is no label, the arrays differ in length, or a label does not end after its start.
 */
export function makeSequentialSampler(startMs: Float64Array, endMs: Float64Array): SequentialSampler {
  checkSpans(startMs, endMs);
  const count = startMs.length;
  const order = Int32Array.from(startMs.keys()).sort((a, b) => startMs[a] - startMs[b] || a - b);
  const starts = Float64Array.from(order, (label) => startMs[label]);
  const ends = Float64Array.from(order, (label) => endMs[label]);
  const times = breakpoints(starts, ends);
  const first = Int32Array.from(starts, (time) => lowerBound(times, time));
  const last = Int32Array.from(ends, (time) => lowerBound(times, time));
  const pieces = { length: new Float64Array(times.length).map((_, p) => times[p + 1] - times[p]), open: new Float64Array(times.length) };
  const latestEnd = new Float64Array(count);
  for (let i = 0, latest = Number.NEGATIVE_INFINITY; i < count; i++) latestEnd[i] = latest = Math.max(latest, ends[i]);
  const tree = makeSumTree(new Float64Array(count).fill(1));
  const take = (drawn: number): void => {
    for (let p = first[drawn]; p < last[drawn]; p++) pieces.open[p]++;
    const until = lowerBound(starts, ends[drawn]);
    for (let i = upperBound(latestEnd, starts[drawn]); i < until; i++) {
      if (ends[i] > starts[drawn]) tree.set(i, uniquenessIfDrawn(pieces, first[i], last[i]) / (ends[i] - starts[i]));
    }
  };
  return {
    probabilities: () => {
      const out = new Float64Array(count);
      for (let i = 0; i < count; i++) out[order[i]] = tree.get(i) / tree.total();
      return out;
    },
    draw: (uniform) => {
      const drawn = tree.find(uniform * tree.total());
      take(drawn);
      return order[drawn];
    },
  };
}

/** `draws` labels drawn with replacement: positions in the given order. @throws RangeError as makeSequentialSampler */
export function sequentialBootstrap(startMs: Float64Array, endMs: Float64Array, options: { draws: number; random: Random }): Int32Array {
  const sampler = makeSequentialSampler(startMs, endMs);
  return Int32Array.from({ length: options.draws }, () => sampler.draw(options.random.uniform()));
}

/** Bootstraps that weights are counted over. */
const BOOTSTRAPS = 16;

/**
 * How often each label is drawn over 16 sequential bootstraps of as many draws as labels, as if each had been drawn once before (so
 * that none weighs nothing), scaled to the sum of the uniqueness: the weights then count independent labels as uniqueness does.
 * Empty for no labels. @throws RangeError as makeSequentialSampler
 */
export function bootstrapWeights(startMs: Float64Array, endMs: Float64Array, random: Random): Float64Array {
  const weights = new Float64Array(startMs.length).fill(1);
  if (weights.length === 0) return weights;
  for (let i = 0; i < BOOTSTRAPS; i++) {
    for (const label of sequentialBootstrap(startMs, endMs, { draws: weights.length, random })) weights[label]++;
  }
  const scale = effectiveSampleSize(computeUniqueness(startMs, endMs)) / (weights.length * (BOOTSTRAPS + 1));
  return weights.map((value) => value * scale);
}

function checkSpans(startMs: Float64Array, endMs: Float64Array): void {
  if (startMs.length === 0 || startMs.length !== endMs.length) {
    throw new RangeError(`expected as many end times as start times and at least one, found ${startMs.length} starts and ${endMs.length} ends`);
  }
  const wrong = endMs.findIndex((end, i) => !(end > startMs[i]));
  if (wrong >= 0) throw new RangeError(`expected label ${wrong} to end after its start ${startMs[wrong]}, found ${endMs[wrong]}`);
}

function breakpoints(starts: Float64Array, ends: Float64Array): Float64Array {
  const all = new Float64Array(starts.length * 2);
  all.set(starts);
  all.set(ends, starts.length);
  return all.sort().filter((time, i) => i === 0 || time !== all[i - 1]);
}

/** Time-integral over a label's pieces of 1 / (open labels, this one included). */
function uniquenessIfDrawn({ length, open }: Pieces, first: number, last: number): number {
  let sum = 0;
  for (let p = first; p < last; p++) sum += length[p] / (open[p] + 1);
  return sum;
}

interface SumTree {
  get(leaf: number): number;
  set(leaf: number, value: number): void;
  total(): number;
  /** The leaf at which the running sum passes `target`. */
  find(target: number): number;
}

/** Sums over a binary tree, each made anew from its two halves: no rounding builds up. */
function makeSumTree(values: Float64Array): SumTree {
  let leaves = 1;
  while (leaves < values.length) leaves *= 2;
  const sums = new Float64Array(2 * leaves);
  sums.set(values, leaves);
  for (let node = leaves - 1; node > 0; node--) sums[node] = sums[2 * node] + sums[2 * node + 1];
  return {
    get: (leaf) => sums[leaves + leaf],
    set: (leaf, value) => {
      let node = leaves + leaf;
      sums[node] = value;
      for (node >>= 1; node > 0; node >>= 1) sums[node] = sums[2 * node] + sums[2 * node + 1];
    },
    total: () => sums[1],
    find: (target) => {
      let node = 1;
      let rest = target;
      while (node < leaves) {
        node *= 2;
        // A half without weight is never entered, whatever the rounding.
        if (rest < sums[node] || sums[node + 1] === 0) continue;
        rest -= sums[node++];
      }
      return node - leaves;
    },
  };
}
