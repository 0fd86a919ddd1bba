/** Fits the stacks of an ensemble on out-of-fold predictions, and cross-fits them so that train outputs are out of fold too. */
import { InsufficientData } from '../errors.js';
import { computeUniqueness } from '../labels/uniqueness.js';
import type { Parts } from '../parts.js';
import { COMPUTE_ALL } from '../parts.js';
import type { RegimeOrPooled } from '../regimes/regime-names.js';
import { POOLED, REGIMES } from '../regimes/regime-names.js';
import { planPurgedFolds } from '../validation/purged-folds.js';
import type { MemberPredictions } from './apply-ensemble.js';
import { applyEnsemble } from './apply-ensemble.js';
import type { Ensemble, EnsembleMember, Stack } from './ensemble.js';
import { memberKey } from './ensemble.js';
import { equalWeights, fitStack } from './fit-stack.js';
import { logOddsOf } from './log-odds.js';

/** Labelled train rows in time order, with every member's out-of-fold predictions. */
export interface EnsembleExamples {
  /** Time the prediction is made, UTC ms, ascending. */
  readonly startMs: Float64Array;
  /** Time the label is known. */
  readonly endMs: Float64Array;
  /** 0 or 1. */
  readonly y: Float64Array;
  /** Number of the likeliest regime in the order of REGIMES. */
  readonly regime: Int32Array;
  /** Filtered probabilities, [rows x 4]. */
  readonly regimes: Float64Array;
  readonly predictions: MemberPredictions;
}

export interface EnsembleOptions {
  readonly role: Ensemble['role'];
  /** Specialists by regime, POOLED among them; a regime without one is pooled. */
  readonly members: readonly EnsembleMember[];
  /** Least sum of uniqueness for fitted weights; below it the simple mean serves. */
  readonly minimumEffectiveSample: number;
}

/** Purged folds of the cross-fitting. */
export interface CrossFitOptions extends EnsembleOptions {
  readonly folds: number;
  readonly embargoMs: number;
  /** Each fold is a part. */
  readonly parts?: Parts;
}

/** Probabilities out of fold at both levels. */
export interface CrossFit {
  readonly probability: Float64Array;
  /** The fold that left the row out. */
  readonly fold: Int32Array;
}

/**
 * The ensemble fitted on all examples. A regime's stack is fitted on that regime's rows, POOLED's on all, weighted by
 * uniqueness among these rows. A regime's members are its own specialists and the pooled ones: few rows make specialists
 * noisy, and the weights decide how far to trust them (partial pooling).
 * @throws InsufficientData when POOLED has no member, so that a thin regime has nothing to fall back on.
 */
export function fitEnsemble(examples: EnsembleExamples, options: EnsembleOptions): Ensemble {
  const all = Int32Array.from(examples.y.keys());
  return ensembleOfRows(examples, all, options);
}

/**
 * For each purged fold the stacks are fitted on the other folds' rows and applied to the fold: with members that are
 * themselves out of fold, no output has seen its own label at either level. Every row gets one output.
 * @throws InsufficientData when there are fewer examples than folds, or POOLED has no member.
 */
export async function crossFitEnsemble(examples: EnsembleExamples, options: CrossFitOptions): Promise<CrossFit> {
  const count = examples.y.length;
  if (count < options.folds)
    throw new InsufficientData(
      `expected at least ${options.folds} labelled train rows for ${options.folds} folds of the ${options.role} ensemble, found ${count}`,
    );
  const probability = new Float64Array(count);
  const fold = new Int32Array(count);
  const { parts = COMPUTE_ALL } = options;
  const folds = planPurgedFolds({ startMs: examples.startMs, endMs: examples.endMs, folds: options.folds, embargoMs: options.embargoMs });
  for (const [number, { train, test }] of folds.entries()) {
    const output = await parts.once(`fold ${number}`, () =>
      applyEnsemble(ensembleOfRows(examples, train, options), predictionsAt(examples.predictions, test), regimesAt(examples.regimes, test)),
    );
    test.forEach((row, i) => {
      probability[row] = output[i]!;
      fold[row] = number;
    });
  }
  return { probability, fold };
}

/** The same members, each stack the simple mean of its members' log-odds: what stacking is compared with. */
export function equalBlend(ensemble: Ensemble): Ensemble {
  return { ...ensemble, stacks: ensemble.stacks.map((stack) => (stack.status === 'pooled' ? stack : { ...stack, ...equalWeights(stack.members.length) })) };
}

function ensembleOfRows(examples: EnsembleExamples, rows: Int32Array, options: EnsembleOptions): Ensemble {
  const stacks = ([...REGIMES, POOLED] as const).map((regime, number) => {
    const own = regime === POOLED ? rows : rows.filter((row) => examples.regime[row] === number);
    return stackOfRows(examples, own, { ...options, regime });
  });
  return { schema: 'ares.ensemble', role: options.role, routing: 'filtered-regime-probability', stacks };
}

function stackOfRows(examples: EnsembleExamples, rows: Int32Array, options: EnsembleOptions & { readonly regime: RegimeOrPooled }): Stack {
  const { regime } = options;
  const own = options.members.filter((member) => member.regime === regime);
  const weights = computeUniqueness(takeAt(examples.startMs, rows), takeAt(examples.endMs, rows));
  const effectiveSample = weights.reduce((sum, weight) => sum + weight, 0);
  const members = own.length === 0 || regime === POOLED ? own : [...own, ...options.members.filter((member) => member.regime === POOLED)];
  const common = { regime, effectiveSample, rows: rows.length, members };
  if (own.length === 0) {
    if (regime === POOLED) throw new InsufficientData(`expected a trained ${options.role} specialist of ${POOLED}, found none`);
    return { ...common, ...equalWeights(0), status: 'pooled', reason: `no specialist of ${regime} was trained, the stack of ${POOLED} serves` };
  }
  if (effectiveSample < options.minimumEffectiveSample) {
    const reason = `effective sample ${effectiveSample.toFixed(1)} is below ${options.minimumEffectiveSample}, members count equally`;
    return { ...common, ...equalWeights(members.length), status: 'equal-weights', reason };
  }
  const logOdds = members.map((member) => logOddsOf(takeAt(probabilitiesOf(examples.predictions, member), rows)));
  const fit = fitStack({ logOdds, y: takeAt(examples.y, rows), weights });
  return { ...common, ...fit, status: 'stacked', reason: `fitted on ${rows.length} out-of-fold rows, effective sample ${effectiveSample.toFixed(1)}` };
}

function probabilitiesOf(predictions: MemberPredictions, member: EnsembleMember): Float64Array {
  const probabilities = predictions.probabilities.get(memberKey(member));
  if (probabilities === undefined) throw new RangeError(`expected out-of-fold predictions of ${memberKey(member)}, found none`);
  return probabilities;
}

function predictionsAt(predictions: MemberPredictions, rows: Int32Array): MemberPredictions {
  const probabilities = new Map([...predictions.probabilities].map(([key, values]) => [key, takeAt(values, rows)] as const));
  return { rowCount: rows.length, probabilities };
}

function regimesAt(regimes: Float64Array, rows: Int32Array): Float64Array {
  const width = REGIMES.length;
  const out = new Float64Array(rows.length * width);
  rows.forEach((row, i) => out.set(regimes.subarray(row * width, (row + 1) * width), i * width));
  return out;
}

function takeAt(values: Float64Array, rows: Int32Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let i = 0; i < out.length; i++) out[i] = values[rows[i]!]!;
  return out;
}
