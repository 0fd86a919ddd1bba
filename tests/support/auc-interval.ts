/** The area under the ROC curve of out-of-fold predictions, with an interval by block bootstrap. */
import type { ArtifactMemory } from '../../activities/in-process-steps.js';
import { memoryInputs } from '../../activities/in-process-steps.js';
import { float64Column, int32Column } from '../../core/data/table.js';
import { ascendingOrder } from '../../core/metrics/classification.js';
import { circularBlockBootstrap } from '../../core/stats/block-bootstrap.js';
import { quantile } from '../../core/stats/quantile.js';
import { makeRandom } from '../../core/stats/random.js';

/** Outcomes and forecasts in time order, and the fold that left each row out. */
export interface OutOfFoldRows {
  readonly y: Float64Array;
  readonly p: Float64Array;
  readonly fold: Int32Array;
}

export interface AucInterval {
  readonly auc: number;
  readonly low: number;
  readonly high: number;
  readonly rows: number;
}

export interface IntervalOptions {
  /** Rows of a block: at least as long as rows depend on each other. */
  readonly block: number;
  readonly samples: number;
  readonly seed: number;
}

/** Two-sided level of the interval. */
const LEVEL = 0.95;

/** What step 5 wrote for POOLED and a family, beside the labels it was fitted on. */
export async function outOfFoldRows(memory: ArtifactMemory, family: string): Promise<OutOfFoldRows> {
  const inputs = memoryInputs(memory);
  const predictions = await inputs.table('analyst-specialist-training', `oof/POOLED/${family}`, 'ares.predictions');
  const label = float64Column(await inputs.table('analyst-labeling-feature-engineering', 'labels', 'ares.labels'), 'label');
  return {
    y: Float64Array.from(int32Column(predictions, 'row'), (row) => label[row]),
    p: float64Column(predictions, 'probability'),
    fold: int32Column(predictions, 'fold'),
  };
}

/**
 * Mean of the folds' areas weighted by their rows, and the 2.5 % and 97.5 % quantiles of it over circular block bootstrap
 * samples drawn within each fold. Only rows of one fold are compared: across folds the fitted base rate runs against the
 * left-out one, which pulls a pooled area below 1/2 where there is nothing to find (Forman and Scholz 2010).
 */
export function aucInterval(rows: OutOfFoldRows, { block, samples, seed }: IntervalOptions): AucInterval {
  const folds = [...new Set(rows.fold)].map((fold) => rankFold(rows, fold));
  const total = folds.reduce((sum, fold) => sum + fold.y.length, 0);
  const mean = (area: (fold: RankedFold) => number): number => folds.reduce((sum, fold) => sum + (area(fold) * fold.y.length) / total, 0);
  const random = makeRandom(seed);
  const drawn = Float64Array.from({ length: samples }, () =>
    mean((fold) => {
      circularBlockBootstrap(fold.indices, fold.y.length, block, random);
      fold.counts.fill(0);
      for (const index of fold.indices) fold.counts[index]++;
      return rankedAuc(fold);
    }),
  ).sort();
  folds.forEach((fold) => fold.counts.fill(1));
  return { auc: mean(rankedAuc), low: quantile(drawn, (1 - LEVEL) / 2), high: quantile(drawn, (1 + LEVEL) / 2), rows: total };
}

interface RankedFold {
  readonly y: Float64Array;
  readonly p: Float64Array;
  readonly order: Int32Array;
  /** How often each row occurs in the sample. */
  readonly counts: Float64Array;
  readonly indices: Int32Array;
}

function rankFold(rows: OutOfFoldRows, fold: number): RankedFold {
  const isIn = (_: number, i: number): boolean => rows.fold[i] === fold;
  const [y, p] = [rows.y.filter(isIn), rows.p.filter(isIn)];
  return { y, p, order: ascendingOrder(p), counts: new Float64Array(y.length), indices: new Int32Array(y.length) };
}

/** Mann and Whitney's statistic of weighted rows in one pass, ties counting one half; 1/2 where a class is missing. */
function rankedAuc({ y, p, order, counts }: RankedFold): number {
  let [below, positives, pairs] = [0, 0, 0];
  for (let i = 0; i < order.length; ) {
    let [tiedPositive, tiedNegative] = [0, 0];
    const value = p[order[i]];
    for (; i < order.length && p[order[i]] === value; i++) {
      if (y[order[i]] === 1) tiedPositive += counts[order[i]];
      else tiedNegative += counts[order[i]];
    }
    pairs += tiedPositive * (below + tiedNegative / 2);
    below += tiedNegative;
    positives += tiedPositive;
  }
  return positives * below === 0 ? 0.5 : pairs / (positives * below);
}
