/** What was known of the certainty of one model's probabilities when each decision of the test was made. */
import type { Outcomes } from '../core/chain/decision-outcomes.js';
import type { Coverage } from '../core/conformal/coverage.js';
import { measureCoverage } from '../core/conformal/coverage.js';
import { labelSets } from '../core/conformal/split-conformal.js';
import type { Column } from '../core/data/table.js';
import type { Ensemble } from '../core/ensembles/ensemble.js';
import { memberKey, membersOf } from '../core/ensembles/ensemble.js';
import { memberUncertainty } from '../core/ensembles/member-uncertainty.js';
import { InvalidData } from '../core/errors.js';
import type { EnsembleContributions } from '../core/explanations/ensemble-contributions.js';
import { ensembleContributions, routedWeights } from '../core/explanations/ensemble-contributions.js';
import type { MemberCalls } from '../core/explanations/observe-members.js';
import { computeUniqueness } from '../core/labels/uniqueness.js';
import type { Matrix } from '../core/models/model.js';
import type { NoveltyDetector } from '../core/models/novelty-detector.js';
import type { Role } from './ensemble-outputs.js';
import type { LabelledPredictions, StoredRule } from './label-conformal.js';
import { ALPHA, adaptiveThresholds, joinPredictions, ruleThresholds } from './label-conformal.js';
import type { MemberMixture, MixturePlan, MixtureScore } from './member-mixture.js';
import { mixMembers, scoreMixture } from './member-mixture.js';

/** One of the chain's two models on the decisions of the test; all arrays have one entry a decision unless said otherwise. */
export interface RoleTrace {
  readonly role: Role;
  readonly ensemble: Ensemble;
  readonly calls: MemberCalls;
  /** Place of each decision in the members' calls. */
  readonly at: Int32Array;
  readonly timeMs: Float64Array;
  /** Ensemble's probability before calibration. */
  readonly raw: Float64Array;
  /** [decisions x 4] */
  readonly regimes: Float64Array;
  /** Number of the likeliest regime. */
  readonly regime: Int32Array;
  readonly outcomes: Outcomes;
  /** Of step 11. */
  readonly rule: StoredRule;
  readonly detector: NoveltyDetector;
  /** Rows of selection, from whose outcomes the adaptive level starts. */
  readonly before: LabelledPredictions;
  readonly plan: MixturePlan;
}

export interface RoleCertainty {
  /** Columns of ares.decision-records. */
  readonly columns: Readonly<Record<string, Column>>;
  readonly members: ReadonlyMap<string, Float64Array>;
  readonly weights: ReadonlyMap<string, Float64Array>;
  readonly contributions: EnsembleContributions;
  readonly mixture: MemberMixture;
  readonly summary: RoleSummary;
}

/** How it turned out, on the test. */
export interface RoleSummary {
  readonly coverage: Coverage;
  readonly adaptiveCoverage: Coverage;
  /** Shares of decisions whose row is further from train than its rows are from each other, and above their 99th percentile of anomaly. */
  readonly dissimilarShare: number | null;
  readonly anomalousShare: number | null;
  readonly meanSpread: number | null;
  readonly online: MixtureScore;
}

/** Members, spread, label sets, distance from train, contributions and the online mixture of one model. */
export function traceCertainty(trace: RoleTrace): RoleCertainty {
  const { role, ensemble, calls, at, regimes, raw, regime, outcomes } = trace;
  // Named by the ensemble: of no decision at all no member is asked, and there are no calls.
  const members = new Map(
    membersOf(ensemble).map((member): [string, Float64Array] => {
      const call = calls.get(memberKey(member));
      return [memberKey(member), Float64Array.from(at, (position) => call?.probabilities[position] ?? Number.NaN)];
    }),
  );
  const { weights } = routedWeights(ensemble, regimes);
  const spread = spreadOf(members, weights, at.length);
  const contributions = ensembleContributions(ensemble, calls, { at, regimes });
  const stream = { timeMs: trace.timeMs, outcomes, members };
  const mixture = mixMembers(stream, trace.plan);
  const fixed = ruleThresholds(trace.rule, regime);
  const along = adaptiveThresholds(joinPredictions(trace.before, { timeMs: trace.timeMs, ...outcomes, p: raw, regime }));
  const [thresholds, levels] = [along.thresholds.slice(trace.before.p.length), along.levels.slice(trace.before.p.length)];
  const [sets, adaptive] = [labelSets(raw, fixed), labelSets(raw, thresholds)];
  const { dissimilarity, anomaly } = trace.detector.score(rowsOf(calls, at, trace.detector.featureNames), Int32Array.from(at.keys()));
  const dissimilar = Uint8Array.from(dissimilarity, (value) => Number(value > trace.detector.dissimilarityThreshold));
  const columns = {
    Score: contributions.score,
    Base: contributions.base,
    Spread: spread.deviation,
    Disagreement: spread.disagreement,
    Online: mixture.probability,
    Zero: sets.zero,
    One: sets.one,
    AdaptiveZero: adaptive.zero,
    AdaptiveOne: adaptive.one,
    AdaptiveLevel: levels,
    Dissimilarity: dissimilarity,
    Anomaly: anomaly,
    Dissimilar: dissimilar,
  };
  const uniqueness = computeUniqueness(trace.timeMs, outcomes.endMs).map((value) => (Number.isNaN(value) ? 0 : value));
  const cover = (over: Float64Array): Coverage => measureCoverage({ p: raw, y: outcomes.y, thresholds: over, uniqueness }, ALPHA);
  const shareOf = (flags: Float64Array | Uint8Array, holds: (value: number) => boolean): number | null =>
    at.length === 0 ? null : [...flags].filter((value) => holds(value)).length / at.length;
  return {
    columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [`${role}${name}`, column])),
    ...{ members, weights, contributions, mixture },
    summary: {
      coverage: cover(fixed),
      adaptiveCoverage: cover(thresholds),
      dissimilarShare: shareOf(dissimilar, (value) => value === 1),
      anomalousShare: shareOf(anomaly, (value) => value > trace.detector.anomalyThreshold),
      meanSpread: at.length === 0 ? null : spread.deviation.reduce((sum, value) => sum + value, 0) / at.length,
      online: scoreMixture(stream, mixture, { plan: trace.plan, ensemble: raw }),
    },
  };
}

/** Spread and disagreement of the members by their routed weights; where all of those are 0, of all members alike. */
function spreadOf(
  members: ReadonlyMap<string, Float64Array>,
  weights: ReadonlyMap<string, Float64Array>,
  rows: number,
): { deviation: Float64Array; disagreement: Float64Array } {
  const out = { deviation: new Float64Array(rows), disagreement: new Float64Array(rows) };
  for (let i = 0; i < rows; i++) {
    const routed = [...members.keys()].map((key) => weights.get(key)?.[i] ?? 0);
    const shares = routed.some((weight) => weight > 0) ? routed : routed.map(() => 1);
    const { deviation, disagreement } = memberUncertainty(
      [...members.values()].map((p) => p.subarray(i, i + 1)),
      shares,
    );
    out.deviation[i] = deviation[0] as number;
    out.disagreement[i] = disagreement[0] as number;
  }
  return out;
}

/** The named features of the decisions, from the matrices that the members were handed. @throws InvalidData when no member has a feature */
function rowsOf(calls: MemberCalls, at: Int32Array, names: readonly string[]): Matrix {
  const values = new Float64Array(at.length * names.length);
  names.forEach((name, j) => {
    const call = [...calls.values()].find(({ classifier }) => classifier.featureNames.includes(name));
    if (call === undefined && at.length > 0)
      throw new InvalidData(`expected a member with the feature ${name}, found none among ${[...calls.keys()].join(', ')}`);
    const column = call?.classifier.featureNames.indexOf(name) ?? 0;
    at.forEach((position, i) => {
      const row = call?.rows[position] as number;
      values[i * names.length + j] = call?.features.values[row * (call?.features.columnCount ?? 0) + column] as number;
    });
  });
  return { rowCount: at.length, columnCount: names.length, values };
}
