/** Bars repaired and filled in before anything is made of them, and what was done, for the quality table. */
import type { Bars } from '../core/data/bars.js';
import type { Imputation } from '../core/quality/impute-bars.js';
import type { QualityFinding } from '../pipeline/market-source.js';
import { barCount } from '../core/data/bars.js';
import { imputeBars } from '../core/quality/impute-bars.js';
import { repairBars } from '../core/quality/repair-bars.js';

/**
 * The bars with impossible prices replaced and gaps filled in by the method, from the past alone; every row touched has the extra
 * `imputed` = 1. Without a fault and with the method none, the same object.
 */
export function completeBars(
  bars: Bars,
  options: { readonly periodMs: number; readonly imputation: Imputation },
): { readonly bars: Bars; readonly findings: readonly QualityFinding[] } {
  const repaired = repairBars(bars);
  const complete = imputeBars(repaired.bars, options.periodMs, options.imputation);
  const filled = barCount(complete) - barCount(bars);
  const times = repaired.rows.map((row) => bars.closeTimeMs[row] as number);
  return {
    bars: complete,
    findings: [
      finding('repaired price', {
        count: times.length,
        timeMs: times[0] ?? Number.NaN,
        detail: 'bars with a price that cannot be, replaced by what was known before',
      }),
      finding('imputed bar', { count: filled, timeMs: Number.NaN, detail: `bars filled in after a gap, method ${options.imputation.method}` }),
    ],
  };
}

function finding(check: string, found: Pick<QualityFinding, 'count' | 'timeMs' | 'detail'>): QualityFinding {
  return { check, action: found.count > 0 ? 'repaired' : 'passed', file: '', line: 0, ...found, detail: `${found.count} ${found.detail}` };
}
