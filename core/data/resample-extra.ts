/** One extra column of coarser bars out of finer ones, by the rule of bar-extras.ts. */
import type { Bars } from './bars.js';
import type { ExtraRule } from './bar-extras.js';
import { extraRule } from './bar-extras.js';

/**
 * The extra's value a coarse bar: `rowOf` is the coarse row of each fine bar (not falling), `rows` their number. Missing values
 * are left out; NaN where all are missing.
 * @throws RangeError when no rule is known for the name
 */
export function resampleExtra(fine: Bars, name: string, target: { readonly rowOf: Int32Array; readonly rows: number }): Float64Array {
  const rule = extraRule(name);
  const values = fine.extras[name];
  const out = new Float64Array(target.rows).fill(Number.NaN);
  const weight = new Float64Array(target.rows);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Number.isNaN(value)) continue;
    const row = target.rowOf[i];
    if (row >= target.rows) break;
    const share = rule === 'meanByTrades' ? fine.tradeCount[i] : 1;
    weight[row] += share;
    out[row] = Number.isNaN(out[row]) ? value : combine(rule, { sofar: out[row], value, share, weight: weight[row] });
  }
  return out;
}

function combine(rule: ExtraRule, next: { sofar: number; value: number; share: number; weight: number }): number {
  const { sofar, value, share, weight } = next;
  if (rule === 'sum') return sofar + value;
  if (rule === 'last') return value;
  if (rule === 'maximum') return Math.max(sofar, value);
  return sofar + (share / weight) * (value - sofar);
}
