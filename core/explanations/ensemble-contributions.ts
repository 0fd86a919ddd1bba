/**
 * What each feature adds to an ensemble's score, for many rows: stacks add members on log-odds, trees and linear models add features on log-odds,
 * so both sums are one sum. The score is the mean of the stacks' log-odds by routed regime probability: its logistic is the ensemble's probability
 * where one stack is routed to, and near it where several are (the ensemble averages their probabilities).
 */
import { stackOf } from '../ensembles/apply-ensemble.js';
import type { Ensemble } from '../ensembles/ensemble.js';
import { memberKey } from '../ensembles/ensemble.js';
import { logOdds } from '../ensembles/log-odds.js';
import { POOLED, REGIMES } from '../regimes/regime-names.js';
import type { MemberCalls } from './observe-members.js';
import { checkAddsUp } from './summarize-contributions.js';

export interface EnsembleContributions {
  /** Features of the members that explain themselves, then, as `model <memberKey>`, each member that does not: it counts whole. */
  readonly names: readonly string[];
  /** [rows x names], row-major, log-odds. */
  readonly contributions: Float64Array;
  /** [rows x names] values of the features; NaN for a missing one, and for a member in a feature's place. */
  readonly values: Float64Array;
  /** Routed score where nothing is known of the features, one a row (it depends on the regimes). */
  readonly base: Float64Array;
  /**
   * Sum of the members' routed log-odds as the stacks take them. Base plus a row's contributions, but for what `checkAddsUp` lets pass in a
   * member (single precision inside a library) and where a member's probability is clipped for the stacks.
   */
  readonly score: Float64Array;
}

/** Weight of each member on its log-odds, [rows x members] by memberKey, and the routed intercept of each row. */
export interface RoutedWeights {
  readonly weights: ReadonlyMap<string, Float64Array>;
  readonly intercept: Float64Array;
}

/** The weights that routing by `regimes` [rows x 4] gives. */
export function routedWeights(ensemble: Ensemble, regimes: Float64Array): RoutedWeights {
  const rows = regimes.length / REGIMES.length;
  const weights = new Map<string, Float64Array>();
  const intercept = new Float64Array(rows);
  REGIMES.forEach((regime, r) => {
    const own = stackOf(ensemble, regime);
    const stack = own.status === 'pooled' ? stackOf(ensemble, POOLED) : own;
    for (let i = 0; i < rows; i++) intercept[i] += regimes[i * REGIMES.length + r] * stack.intercept;
    stack.members.forEach((member, j) => {
      const key = memberKey(member);
      const column = weights.get(key) ?? new Float64Array(rows);
      for (let i = 0; i < rows; i++) column[i] += regimes[i * REGIMES.length + r] * stack.weights[j];
      weights.set(key, column);
    });
  });
  return { weights, intercept };
}

/**
 * The contributions to rows that the members were asked for: `at` are positions in their calls, `regimes` [at x 4].
 * @throws NumericalError when a member's contributions do not add up to what it said.
 */
export function ensembleContributions(
  ensemble: Ensemble,
  calls: MemberCalls,
  { at, regimes }: { at: Int32Array; regimes: Float64Array },
): EnsembleContributions {
  const { weights, intercept } = routedWeights(ensemble, regimes);
  const explained = [...calls].map(([key, call]) => {
    const rows = at.map((position) => call.rows[position]);
    const probabilities = Float64Array.from(at, (position) => call.probabilities[position]);
    const own = at.length === 0 ? null : (call.classifier.explain?.(call.features, rows) ?? null);
    const explanation = own === null || own.scale !== 'log-odds' ? null : checkAddsUp(own, probabilities, key);
    return { key, call, rows, probabilities, explanation, weight: weights.get(key) ?? new Float64Array(at.length) };
  });
  const features = new Set(explained.flatMap(({ call, explanation }) => (explanation === null ? [] : call.classifier.featureNames)));
  const names = [...features, ...explained.flatMap(({ key, explanation }) => (explanation === null ? [`model ${key}`] : []))];
  const width = names.length;
  const contributions = new Float64Array(at.length * width);
  const values = new Float64Array(at.length * width).fill(Number.NaN);
  const base = intercept.slice();
  const score = intercept.slice();
  for (const { key, call, rows, probabilities, explanation, weight } of explained) {
    const columns = (explanation === null ? [`model ${key}`] : call.classifier.featureNames).map((name) => names.indexOf(name));
    for (let i = 0; i < rows.length; i++) {
      score[i] += weight[i] * logOdds(probabilities[i]);
      if (explanation === null) {
        contributions[i * width + columns[0]] += weight[i] * logOdds(probabilities[i]);
        continue;
      }
      base[i] += weight[i] * explanation.base;
      columns.forEach((column, j) => {
        contributions[i * width + column] += weight[i] * explanation.contributions[i * columns.length + j];
        values[i * width + column] = call.features.values[rows[i] * columns.length + j];
      });
    }
  }
  return { names, contributions, values, base, score };
}
