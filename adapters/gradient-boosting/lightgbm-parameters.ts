/** LightGBM's parameters as its C interface takes them, and what they say about early stopping. */

export type Parameters = Readonly<Record<string, number | string | boolean>>;

/** Metrics of which more is better (docs/Parameters.rst of LightGBM 4.7.0, metric), with their aliases. */
const LARGER_IS_BETTER = new Set([
  'auc',
  'auc_mu',
  'average_precision',
  'ndcg',
  'lambdarank',
  'rank_xendcg',
  'xendcg',
  'xe_ndcg',
  'xendcg_mart',
  'map',
  'mean_average_precision',
  'r2',
]);

/** `name=value` separated by blanks. @throws RangeError on a text with a blank, which the library would read as a further parameter. */
export function parameterText(parameters: Parameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => {
      if (/\s/.test(`${name}${String(value)}`)) throw new RangeError(`expected parameter ${name} without blanks, found ${String(value)}`);
      return `${name}=${String(value)}`;
    })
    .join(' ');
}

/** Whether more is better of the metric asked for, else of the objective's own. */
export function isLargerBetter(parameters: Parameters): boolean {
  const [first = ''] = String(parameters['metric'] ?? parameters['objective'] ?? '').split(',');
  return LARGER_IS_BETTER.has(first.split('@')[0] ?? '');
}

/** Whether a model's first rounds are the model that a shorter training gives. */
export function isRoundCuttable(parameters: Parameters): boolean {
  return (parameters['boosting'] ?? parameters['boosting_type']) !== 'dart';
}
