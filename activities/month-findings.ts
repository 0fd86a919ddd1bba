/** Findings of months, one row a check over all of them. */
import type { QualityFinding } from '../pipeline/market-source.js';

export interface MonthFindings {
  /** YYYY-MM */
  readonly month: string;
  /** One a check, the same checks in every month. */
  readonly findings: readonly QualityFinding[];
}

/** One finding a check: counts add up, time and words are those of the first month in which something was found. */
export function mergeMonthFindings(months: readonly MonthFindings[]): readonly QualityFinding[] {
  const checks = [...new Set(months.flatMap(({ findings }) => findings.map(({ check }) => check)))];
  return checks.map((check) => {
    const all = months.flatMap(({ month, findings }) => findings.filter((one) => one.check === check).map((finding) => ({ month, finding })));
    const found = all.filter(({ finding }) => finding.action !== 'passed');
    const { month, finding } = (found[0] ?? all[0]) as (typeof all)[number];
    if (all.length === 1) return finding;
    const words = found.length === 0 ? `in none of ${all.length} months` : `in ${found.length} of ${all.length} months, first in ${month}: ${finding.detail}`;
    return { ...finding, count: all.reduce((sum, one) => sum + one.finding.count, 0), detail: words };
  });
}
