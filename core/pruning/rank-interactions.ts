/** Pairs of columns whose joint effect on the outcome is more than the sum of their own. */
import { takeMatrixRows } from '../models/matrix-parts.js';
import type { Booster } from '../models/gradient-boosting.js';
import type { Matrix } from '../models/model.js';
import { spacedRows } from '../sampling/time-sample.js';
import { CONTRIBUTION_ROWS, meanContributions, spacedPart, valuesAt } from './model-importance.js';
import type { PruningExamples, PruningMeans } from './pruning-examples.js';
import { MAXIMUM_ROWS, treeParameters } from './pruning-examples.js';

export interface Interaction {
  readonly first: string;
  readonly second: string;
  /** Root mean square of the joint effect beyond the two own effects, log-odds: what pairs are ranked by. */
  readonly strength: number;
  /** Friedman's H: that over the root mean square of the joint effect, in [0, 1] up to rounding; null where there is none. */
  readonly h: number | null;
}

/** The `interactions` artifact. */
export interface InteractionRanking {
  readonly status: 'ranked' | 'insufficient';
  readonly reason: string;
  /** Rows that the trees were fitted on, and over which effects are averaged. */
  readonly fittedRows: number;
  readonly averagedRows: number;
  /** Columns looked at: those with the largest mean |contribution|. */
  readonly columns: readonly string[];
  /** Strongest first. */
  readonly pairs: readonly Interaction[];
}

/** Every column is offered to every tree, for a pair is seen only where both are; more rounds, for the first splits of a pure product find little. */
const DEEP = { feature_fraction: 1, num_leaves: 31, min_data_in_leaf: 20 } as const;
const INTERACTION_ROUNDS = 100;
const COLUMNS = 8;
const AVERAGED_ROWS = 40;
const LEAST_ROWS = 150;

/**
 * All pairs of the eight columns that trees fitted on the given rows rely on most, ranked by the part of their joint partial
 * dependence (of the log-odds, over 40 rows spread in time) that is in neither alone. Ranked by that strength rather than by H,
 * which is large for pairs without any effect. Describes train; chooses nothing.
 * Source: Friedman and Popescu 2008, section 8.1.
 */
export function rankInteractions(examples: PruningExamples, rows: Int32Array, means: PruningMeans): InteractionRanking {
  const fitted = spacedRows(
    rows.filter((row) => !Number.isNaN(examples.label[row])),
    MAXIMUM_ROWS,
  );
  const y = valuesAt(examples.label, fitted);
  const ones = y.reduce((sum, value) => sum + value, 0);
  const insufficient = { status: 'insufficient', fittedRows: fitted.length, averagedRows: 0, columns: [], pairs: [] } as const;
  if (fitted.length < LEAST_ROWS) return { ...insufficient, reason: `${fitted.length} labelled rows, fewer than ${LEAST_ROWS}` };
  if (ones === 0 || ones === y.length) return { ...insufficient, reason: 'the labelled rows are of one class' };
  if (examples.names.length < 2) return { ...insufficient, reason: `${examples.names.length} columns make no pair` };
  const x = takeMatrixRows(examples.matrix, fitted);
  const data = { x, y, weights: valuesAt(examples.weight, fitted), featureNames: examples.names.map((_, j) => `c${j}`) };
  const booster = means.library.train(data, { ...treeParameters(means.seed, means.threads), ...DEEP }, INTERACTION_ROUNDS, () => {
    means.signal?.throwIfAborted();
    return true;
  });
  try {
    const columns = strongest(meanContributions(booster, spacedPart(x, CONTRIBUTION_ROWS)), COLUMNS);
    const sample = spacedPart(x, AVERAGED_ROWS);
    return {
      status: 'ranked',
      reason: `pairs of the ${columns.length} columns with the largest mean |contribution|`,
      fittedRows: fitted.length,
      averagedRows: sample.rowCount,
      columns: columns.map((column) => examples.names[column]!),
      pairs: rankPairs(booster, sample, { columns, names: examples.names }),
    };
  } finally {
    booster.dispose();
  }
}

/** Indices of the largest values, largest first, ties to the lower index. */
function strongest(values: Float64Array, count: number): readonly number[] {
  return [...values.keys()].sort((a, b) => values[b] - values[a] || a - b).slice(0, count);
}

function rankPairs(booster: Booster, sample: Matrix, of: { readonly columns: readonly number[]; readonly names: readonly string[] }): readonly Interaction[] {
  const { columns, names } = of;
  const alone = new Map(columns.map((column) => [column, partialDependence(booster, sample, [column])]));
  const pairs: Interaction[] = [];
  for (const [k, first] of columns.entries()) {
    for (const second of columns.slice(k + 1)) {
      const joint = partialDependence(booster, sample, [first, second]);
      const [a, b] = [alone.get(first)!, alone.get(second)!];
      let beyond = 0;
      let total = 0;
      for (let i = 0; i < joint.length; i++) {
        beyond += (joint[i] - a[i] - b[i]) ** 2 / joint.length;
        total += joint[i] ** 2 / joint.length;
      }
      pairs.push({ first: names[first]!, second: names[second]!, strength: Math.sqrt(beyond), h: total > 0 ? Math.sqrt(beyond / total) : null });
    }
  }
  return pairs.sort((p, q) => q.strength - p.strength);
}

/** At each row of the sample: the mean log-odds over all of its rows with the given columns set to that row's values, less the mean of it all. */
function partialDependence(booster: Booster, sample: Matrix, columns: readonly number[]): Float64Array {
  const { rowCount, columnCount } = sample;
  const values = new Float64Array(rowCount * rowCount * columnCount);
  for (let i = 0; i < rowCount; i++) {
    values.set(sample.values, i * rowCount * columnCount);
    for (let row = 0; row < rowCount; row++) {
      for (const column of columns) values[(i * rowCount + row) * columnCount + column] = sample.values[i * columnCount + column];
    }
  }
  const p = booster.predict({ rowCount: rowCount * rowCount, columnCount, values });
  const out = new Float64Array(rowCount);
  for (let k = 0; k < p.length; k++) out[Math.floor(k / rowCount)] += Math.log(p[k] / (1 - p[k])) / rowCount;
  const centre = out.reduce((sum, value) => sum + value, 0) / rowCount;
  return out.map((value) => value - centre);
}
