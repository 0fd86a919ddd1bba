/** The report as CSV, JSON and a table: the same figures, digit for digit. Pure. */
import type { Table } from '../core/data/table.js';
import { makeTable } from '../core/data/table.js';
import { canonicalJson } from '../pipeline/canonical-json.js';
import type { Figure, Report } from '../pipeline/report.js';

/** The figures as CSV (RFC 4180): section, name, value, unit, source; an empty value = not computable. */
export function figuresCsv(figures: readonly Figure[]): string {
  const rows = figures.map(({ section, name, value, unit, source }) =>
    [section, name, value === null ? '' : String(value), unit, source].map(csvCell).join(','),
  );
  return `${['section,name,value,unit,source', ...rows].join('\r\n')}\r\n`;
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The figures as a table of schema ares.figures; NaN = not computable. */
export function figuresTable(figures: readonly Figure[]): Table {
  return makeTable({
    section: figures.map((figure) => figure.section),
    name: figures.map((figure) => figure.name),
    value: Float64Array.from(figures, (figure) => figure.value ?? Number.NaN),
    unit: figures.map((figure) => figure.unit),
    source: figures.map((figure) => figure.source),
  });
}

/** The whole report as canonical JSON. */
export function reportJson(report: Report): string {
  return canonicalJson(report);
}
