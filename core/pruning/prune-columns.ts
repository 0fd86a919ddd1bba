/** Which columns a model should see: five tests in order, those that look at the label voted on by inner folds. */
import { keptFeatures, pruneFeatures } from '../features/prune-features.js';
import type { PruningDecision } from '../features/prune-features.js';
import { spacedRows } from '../sampling/time-sample.js';
import { deriveSeed, makeRandom } from '../stats/random.js';
import { planPurgedFolds } from '../validation/purged-folds.js';
import { measureColumns, valuesAt } from './model-importance.js';
import { labelInformation } from './mutual-information.js';
import type { PruningExamples, PruningMeans } from './pruning-examples.js';
import { MAXIMUM_ROWS } from './pruning-examples.js';
import type { PruningStage } from './pruning-stages.js';

export interface PruningSettings {
  /** Tests to apply; variance always is, and their order is that of PRUNING_STAGES. */
  readonly stages: readonly PruningStage[];
  /** Share of the inner folds in which a column must pass the tests that look at the label. */
  readonly keepShare: number;
  /** A column with a larger absolute correlation with an earlier kept one goes. */
  readonly maximumCorrelation: number;
}

type LabelStage = Extract<PruningStage, 'mutual-information' | 'shap' | 'permutation'>;

/** Inner folds of the rows given; each is purged, and followed by the embargo. */
const INNER_FOLDS = 3;
/** Fewest rows with a known label on which the label may decide. */
const LEAST_ROWS = 150;
/** So many columns stay, the most informative, whatever the tests say of them: a model needs something to learn from. */
const LEAST_COLUMNS = 5;

/**
 * A decision for every column from the given rows alone (ascending matrix rows). First variance and correlation
 * (prune-features.ts, on all of the rows). Then, on the rows with a known label, three purged inner folds vote: in each, a
 * column falls by mutual information with the label on the fold's train rows where that is not above the largest of 20
 * shifted labels; by shap where its mean |contribution| to the log-odds, on the rows left out, is not above that of the
 * best shifted copy of a column; by permutation where shuffling it raises the log loss there no more than for such a copy.
 * A column stays if it passes in keepShare of the folds; its stage is else the test that it failed most often. Columns
 * that matter only together can fall by mutual information: rankInteractions names them. Below 150 labelled rows, or with
 * one class in a fold, only the first two tests are applied, and the reasons say so.
 * @throws RangeError when names and columns differ in number.
 */
export function pruneColumns(
  examples: PruningExamples,
  rows: Int32Array,
  by: { readonly settings: PruningSettings; readonly means: PruningMeans },
): readonly PruningDecision[] {
  const { settings, means } = by;
  const maximumCorrelation = settings.stages.includes('correlation') ? settings.maximumCorrelation : Number.POSITIVE_INFINITY;
  const first = pruneFeatures(examples.matrix, examples.names, { rows, maximumCorrelation });
  const stages = settings.stages.filter((stage): stage is LabelStage => stage !== 'variance' && stage !== 'correlation');
  const columns = keptFeatures(first).map((name) => examples.names.indexOf(name));
  if (stages.length === 0 || columns.length === 0) return first;
  const folds = innerFolds(examples, rows, means.embargoMs);
  if ('reason' in folds) return first.map((decision) => (decision.kept ? { ...decision, reason: `${decision.reason}; ${folds.reason}` } : decision));
  const votes = folds.map((fold, k) => voteInFold(examples, { ...fold, columns, stages }, { ...means, seed: deriveSeed(means.seed, 'pruning', k) }));
  const verdicts = new Map(
    columns.map((column, c) => [
      column,
      judge(
        votes.map((vote) => vote[c]!),
        settings.keepShare,
      ),
    ]),
  );
  const spared = spareBest(verdicts);
  return first.map((decision, j) => {
    const verdict = verdicts.get(j);
    if (verdict === undefined) return decision;
    const isKept = verdict.failedBy === null || spared.has(j);
    const rescue = verdict.failedBy !== null && isKept ? `kept as one of the ${LEAST_COLUMNS} most informative, although ` : '';
    return {
      feature: decision.feature,
      kept: isKept,
      stage: isKept ? 'kept' : verdict.failedBy!,
      statistic: verdict.statistic,
      reason: rescue + verdict.reason,
    };
  });
}

interface InnerFold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** The folds, or why there are none. */
function innerFolds(examples: PruningExamples, rows: Int32Array, embargoMs: number): readonly InnerFold[] | { readonly reason: string } {
  const labelled = spacedRows(
    rows.filter((row) => !Number.isNaN(examples.label[row])),
    MAXIMUM_ROWS,
  );
  if (labelled.length < LEAST_ROWS) return { reason: `${labelled.length} labelled rows are too few to ask the label` };
  const folds = planPurgedFolds({
    startMs: valuesAt(examples.startMs, labelled),
    endMs: valuesAt(examples.endMs, labelled),
    folds: INNER_FOLDS,
    embargoMs,
  }).map((fold) => ({ train: fold.train.map((i) => labelled[i]), test: fold.test.map((i) => labelled[i]) }));
  const hasBoth = (part: Int32Array): boolean => part.some((row) => examples.label[row] === 1) && part.some((row) => examples.label[row] === 0);
  if (folds.some(({ train, test }) => !hasBoth(train) || !hasBoth(test))) return { reason: 'a fold has one class only, so the label is not asked' };
  return folds;
}

/** What one fold found of one column. */
interface Vote {
  readonly failedBy: LabelStage | null;
  /** Value and the floor it had to exceed, of each test that the column came to. */
  readonly found: Readonly<Partial<Record<LabelStage, { readonly value: number; readonly floor: number }>>>;
}

interface FoldTask extends InnerFold {
  readonly columns: readonly number[];
  readonly stages: readonly LabelStage[];
}

function voteInFold(examples: PruningExamples, task: FoldTask, means: PruningMeans): readonly Vote[] {
  const { train, columns, stages } = task;
  const found = columns.map((): Partial<Record<LabelStage, { value: number; floor: number }>> => ({}));
  const failedBy = columns.map((): LabelStage | null => null);
  const test = (stage: LabelStage, c: number, measured: { value: number; floor: number }): void => {
    found[c]![stage] = measured;
    if (!(measured.value > measured.floor)) failedBy[c] ??= stage;
  };
  if (stages.includes('mutual-information')) {
    const label = Uint8Array.from(valuesAt(examples.label, train));
    for (const [c, column] of columns.entries()) {
      means.signal?.throwIfAborted();
      test('mutual-information', c, labelInformation(columnAt(examples, column, train), label, makeRandom(deriveSeed(means.seed, 'shifts', c))));
    }
  }
  const left = [...columns.keys()].filter((c) => failedBy[c] === null);
  if (left.length > 0 && (stages.includes('shap') || stages.includes('permutation'))) {
    const measured = measureColumns(examples, { columns: left.map((c) => columns[c]!), train, test: task.test }, means);
    for (const [k, c] of left.entries()) {
      if (stages.includes('shap')) test('shap', c, { value: measured.shap[k], floor: measured.shapFloor });
      if (stages.includes('permutation')) test('permutation', c, { value: measured.permutation[k], floor: measured.permutationFloor });
    }
  }
  return columns.map((_, c) => ({ failedBy: failedBy[c]!, found: found[c]! }));
}

function columnAt({ matrix }: PruningExamples, column: number, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => matrix.values[row * matrix.columnCount + column]);
}

interface Verdict {
  readonly failedBy: LabelStage | null;
  /** Mean over the folds of what the deciding test measured; of a column that stays, of the last test. */
  readonly statistic: number;
  readonly reason: string;
  readonly passed: number;
  /** Mean over the folds of the first test's value less its floor: how informative the column is. */
  readonly strength: number;
}

const WORDS: Readonly<Record<LabelStage, string>> = {
  'mutual-information': 'mutual information with the label (nats, against shifted labels)',
  shap: 'mean |contribution| (log-odds, against shifted columns)',
  permutation: 'rise of the log loss when shuffled (against shifted columns)',
};

function judge(votes: readonly Vote[], keepShare: number): Verdict {
  const passed = votes.filter((vote) => vote.failedBy === null).length;
  const stages = Object.keys(WORDS) as LabelStage[];
  const failures = stages.map((stage) => votes.filter((vote) => vote.failedBy === stage).length);
  const failedBy = passed >= keepShare * votes.length ? null : stages[failures.indexOf(Math.max(...failures))]!;
  const decisive = failedBy ?? stages.filter((stage) => votes.some((vote) => vote.found[stage] !== undefined)).pop()!;
  const measured = votes.flatMap((vote) => vote.found[decisive] ?? []);
  const meanOf = (pick: (one: { value: number; floor: number }) => number): number => measured.reduce((sum, one) => sum + pick(one), 0) / measured.length;
  const value = meanOf((one) => one.value);
  const firsts = votes.map((vote) => Object.values(vote.found)[0]!);
  return {
    failedBy,
    passed,
    statistic: value,
    strength: firsts.reduce((sum, one) => sum + one.value - one.floor, 0) / firsts.length,
    reason: `passed in ${passed} of ${votes.length} folds; ${WORDS[decisive]} ${value.toPrecision(4)}, floor ${meanOf((one) => one.floor).toPrecision(4)}`,
  };
}

/** Columns that stay although they failed, so that LEAST_COLUMNS do. */
function spareBest(verdicts: ReadonlyMap<number, Verdict>): ReadonlySet<number> {
  const entries = [...verdicts];
  const missing = LEAST_COLUMNS - entries.filter(([, verdict]) => verdict.failedBy === null).length;
  const failed = entries.filter(([, verdict]) => verdict.failedBy !== null).sort(([i, a], [j, b]) => b.passed - a.passed || b.strength - a.strength || i - j);
  return new Set(failed.slice(0, Math.max(0, missing)).map(([column]) => column));
}
