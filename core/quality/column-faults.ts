/** Are the columns there, of their type, and are their values possible: the check of what comes in before anything reads it. */
import type { Column, Table } from '../data/table.js';

/** What a column must be. */
export interface ColumnRule {
  readonly type: 'double' | 'integer' | 'boolean' | 'text';
  /** NaN allowed. */
  readonly nullable?: true;
  /** Least value allowed. */
  readonly least?: number;
  /** The least value is itself not allowed. */
  readonly exclusive?: true;
}

export interface ColumnFault {
  readonly column: string;
  readonly kind: 'missing' | 'type' | 'not finite' | 'too small';
  /** Rows at fault; 0 for a column that is missing or of another type. */
  readonly count: number;
  /** First row at fault; -1 for a column that is missing or of another type. */
  readonly row: number;
  /** Expected and found, in words. */
  readonly detail: string;
}

/** Every fault of the columns against their rules, one entry a column and kind; empty where the table can be used. */
export function findColumnFaults(table: Table, rules: Readonly<Record<string, ColumnRule>>): readonly ColumnFault[] {
  return Object.entries(rules).flatMap(([name, rule]) => faultsOf(name, rule, table.columns[name]));
}

function faultsOf(column: string, rule: ColumnRule, values: Column | undefined): readonly ColumnFault[] {
  const whole = { column, count: 0, row: -1 };
  if (values === undefined) return [{ ...whole, kind: 'missing', detail: `expected a column ${column} of type ${rule.type}, found none` }];
  const type = typeOf(values);
  if (type !== rule.type) return [{ ...whole, kind: 'type', detail: `expected column ${column} of type ${rule.type}, found ${type}` }];
  if (type === 'text' || type === 'boolean') return [];
  const { least = Number.NEGATIVE_INFINITY, exclusive = false, nullable = false } = rule;
  const numbers = values as Float64Array;
  const found = { 'not finite': { count: 0, row: -1 }, 'too small': { count: 0, row: -1 } };
  for (let row = 0; row < numbers.length; row++) {
    const value = numbers[row];
    // Nearly every value passes here.
    if ((exclusive ? value > least : value >= least) && value <= Number.MAX_VALUE && value >= -Number.MAX_VALUE) continue;
    if (nullable && Number.isNaN(value)) continue;
    const fault = found[Number.isFinite(value) ? 'too small' : 'not finite'];
    if (fault.count++ === 0) fault.row = row;
  }
  const expected = { 'not finite': nullable ? 'finite or missing' : 'as a finite number', 'too small': exclusive ? `above ${least}` : `of at least ${least}` };
  return (['not finite', 'too small'] as const)
    .filter((kind) => found[kind].count > 0)
    .map((kind) => {
      const { count, row } = found[kind];
      return { column, kind, count, row, detail: `expected ${column} ${expected[kind]}, found ${numbers[row]} in row ${row} and ${count - 1} more` };
    });
}

function typeOf(column: Column): ColumnRule['type'] {
  if (column instanceof Float64Array) return 'double';
  if (column instanceof Int32Array) return 'integer';
  return column instanceof Uint8Array ? 'boolean' : 'text';
}
