/** Rows of the quality table. */
import type { Table } from '../core/data/table.js';
import { makeTable } from '../core/data/table.js';
import type { QualityFinding } from '../pipeline/market-source.js';

/** A check that found nothing wrong. */
export function passed(check: string, count: number, detail: string): QualityFinding {
  return { check, action: 'passed', count, file: '', line: 0, timeMs: Number.NaN, detail };
}

/** The findings as a table of schema ares.quality. */
export function qualityTable(findings: readonly QualityFinding[]): Table {
  return makeTable({
    check: findings.map((f) => f.check),
    action: findings.map((f) => f.action),
    count: Int32Array.from(findings, (f) => f.count),
    file: findings.map((f) => f.file),
    line: Int32Array.from(findings, (f) => f.line),
    timeMs: Float64Array.from(findings, (f) => f.timeMs),
    detail: findings.map((f) => f.detail),
  });
}
