/**
 * Uncertainty of an ensemble's probability (Depeweg et al. 2018, Decomposition of uncertainty, section 3; Lakshminarayanan et al. 2017, Deep
 * ensembles): entropy of the mean = mean entropy of the members (the outcome's own chance) + their disagreement (what more data would settle).
 */

export interface MemberUncertainty {
  /** Weighted mean probability, one a row. */
  readonly mean: Float64Array;
  /** Weighted standard deviation over the members (population). */
  readonly deviation: Float64Array;
  /** Entropy of the mean, nats, in [0, ln 2]. */
  readonly total: Float64Array;
  /** Mean entropy of the members, nats. */
  readonly outcome: Float64Array;
  /** total - outcome, nats, at least 0: 0 where all members agree. */
  readonly disagreement: Float64Array;
}

/**
 * Per row over members' probabilities in [0, 1], all of one length; weights at least 0, not all 0 (default equal). NaN in one member is NaN.
 * @throws RangeError without members, or on lengths or weights that do not fit.
 */
export function memberUncertainty(members: readonly Float64Array[], weights: ArrayLike<number> = members.map(() => 1)): MemberUncertainty {
  const shares = Array.from(weights);
  const sum = shares.reduce((total, weight) => total + weight, 0);
  const [first] = members;
  if (first === undefined || members.some((member) => member.length !== first.length)) throw new RangeError('expected members of one length, at least one');
  if (shares.length !== members.length || shares.some((weight) => !(weight >= 0)) || !(sum > 0)) {
    throw new RangeError(`expected ${members.length} weights of at least 0, found ${shares.join(', ')}`);
  }
  const rows = first.length;
  const out = {
    mean: new Float64Array(rows),
    deviation: new Float64Array(rows),
    total: new Float64Array(rows),
    outcome: new Float64Array(rows),
    disagreement: new Float64Array(rows),
  };
  for (let i = 0; i < rows; i++) {
    let mean = 0;
    let outcome = 0;
    members.forEach((member, j) => {
      mean += (shares[j] / sum) * member[i];
      outcome += (shares[j] / sum) * entropy(member[i]);
    });
    const spread = members.reduce((total, member, j) => total + (shares[j] / sum) * (member[i] - mean) ** 2, 0);
    out.mean[i] = mean;
    out.deviation[i] = Math.sqrt(spread);
    out.total[i] = entropy(mean);
    out.outcome[i] = outcome;
    // Rounding may take the difference of equal entropies below 0.
    out.disagreement[i] = Math.max(0, out.total[i] - outcome);
  }
  return out;
}

function entropy(p: number): number {
  const part = (q: number): number => (q <= 0 ? 0 : -q * Math.log(q));
  return part(p) + part(1 - p);
}
