/** The online mixture of an ensemble's members along the test: weights from the outcomes known so far, beside what stacking made of the same members. */
import { memberUncertainty } from '../core/ensembles/member-uncertainty.js';
import { delayedHedgeRate, delayedRegretBound, followLosses, outstandingOutcomes } from '../core/ensembles/online-weights.js';
import type { Outcomes } from '../core/chain/decision-outcomes.js';
import { outcomeOrder } from '../core/labels/outcome-order.js';
import { brierScore } from '../core/metrics/classification.js';

/** Predictions of members for the same decisions. */
export interface MemberStream {
  /** Time of each decision, ascending. */
  readonly timeMs: Float64Array;
  readonly outcomes: Outcomes;
  /** Probabilities by memberKey. */
  readonly members: ReadonlyMap<string, Float64Array>;
}

/** What the rate is fixed by before a decision is made: most decisions that the span can hold, and rows that a label spans at most. */
export interface MixturePlan {
  readonly horizon: number;
  readonly delay: number;
}

export interface MemberMixture {
  /** [decisions x members], row-major, in the order of the members. */
  readonly weights: Float64Array;
  /** Weighted probability of each decision. */
  readonly probability: Float64Array;
}

/** How the mixture did, over decisions with a known outcome; Brier scores are null without one. */
export interface MixtureScore {
  readonly members: number;
  readonly rows: number;
  readonly rate: number;
  readonly brierOnline: number | null;
  readonly brierEnsemble: number | null;
  readonly brierEqualWeights: number | null;
  readonly bestMember: string | null;
  readonly brierBestMember: number | null;
  /** Loss beyond the best single member's, summed over the rows, and the most it can be (delayedRegretBound). */
  readonly regret: number | null;
  readonly regretBound: number | null;
}

/** The mixture: plain Hedge on Brier scores, begun at equal weights. A decision uses outcomes known by its time and no other. */
export function mixMembers({ timeMs, outcomes, members }: MemberStream, plan: MixturePlan): MemberMixture {
  const columns = [...members.values()];
  const losses = new Float64Array(timeMs.length * columns.length);
  columns.forEach((p, j) => p.forEach((value, i) => (losses[i * columns.length + j] = (value - (outcomes.y[i] as number)) ** 2)));
  const { weights } = followLosses(losses, columns.length, {
    rate: delayedHedgeRate(columns.length, plan.horizon, plan.delay),
    share: 0,
    outcomes: outcomeOrder(timeMs, knownEnds(outcomes)),
  });
  const probability = timeMs.map((_, i) => columns.reduce((sum, p, j) => sum + (weights[i * columns.length + j] as number) * (p[i] as number), 0));
  return { weights, probability };
}

/** The mixture's score beside the ensemble's raw probability, equal weights and the best single member. */
export function scoreMixture(stream: MemberStream, mixture: MemberMixture, of: { plan: MixturePlan; ensemble: Float64Array }): MixtureScore {
  const { members, outcomes, timeMs } = stream;
  const known = Int32Array.from(timeMs.keys()).filter((i) => Number.isFinite(outcomes.y[i]));
  const take = (values: Float64Array): Float64Array => Float64Array.from(known, (i) => values[i] as number);
  const brier = (p: Float64Array): number | null => (known.length === 0 ? null : brierScore(take(outcomes.y), take(p)));
  const single = [...members].map(([member, p]) => ({ member, brier: brier(p) ?? Number.NaN })).sort((a, b) => a.brier - b.brier);
  const best = known.length === 0 ? undefined : single[0];
  const rate = delayedHedgeRate(members.size, of.plan.horizon, of.plan.delay);
  const columns = [...members.values()];
  const loss = known.reduce(
    (sum, i) =>
      sum + columns.reduce((part, p, j) => part + (mixture.weights[i * columns.length + j] as number) * ((p[i] as number) - (outcomes.y[i] as number)) ** 2, 0),
    0,
  );
  return {
    members: members.size,
    rows: known.length,
    rate,
    brierOnline: brier(mixture.probability),
    brierEnsemble: brier(of.ensemble),
    brierEqualWeights: brier(memberUncertainty(columns).mean),
    bestMember: best?.member ?? null,
    brierBestMember: best?.brier ?? null,
    regret: best === undefined ? null : loss - best.brier * known.length,
    regretBound:
      best === undefined ? null : delayedRegretBound({ models: members.size, ...outstandingOutcomes(outcomeOrder(timeMs, knownEnds(outcomes))) }, rate),
  };
}

function knownEnds({ y, endMs }: Outcomes): Float64Array {
  return endMs.map((end, i) => (Number.isFinite(y[i]) ? end : Number.NaN));
}
