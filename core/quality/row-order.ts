/** Rows out of order, and rows that are there twice. */
import type { Column, Table } from '../data/table.js';

/** Rows whose key is below the greatest key before them, ascending: the rows that arrived late. */
export function findDisorder(keys: Float64Array): readonly number[] {
  const late: number[] = [];
  let greatest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < keys.length; i++) {
    if (keys[i] < greatest) late.push(i);
    else greatest = keys[i];
  }
  return late;
}

/** Rows whose key came before; ascending. */
export interface Duplicates {
  /** Equal in every column to the first row of that key. */
  readonly exact: readonly number[];
  /** Different in some column: which of the two is right cannot be told. */
  readonly conflicting: readonly number[];
}

/** Rows of the table whose `key` (a column of doubles without NaN) an earlier row has; rows may be in any order. */
export function findDuplicates(table: Table, key: string): Duplicates {
  const keys = table.columns[key] as Float64Array;
  const columns = Object.values(table.columns);
  const exact: number[] = [];
  const conflicting: number[] = [];
  const add = (first: number, row: number): void => {
    if (columns.every((column) => Object.is(valueAt(column, first), valueAt(column, row)))) exact.push(row);
    else conflicting.push(row);
  };
  // Where keys never fall, equal ones stand together and no map of all keys is needed.
  if (findDisorder(keys).length === 0) {
    for (let i = 1, first = 0; i < keys.length; i++) {
      if (keys[i] === keys[first]) add(first, i);
      else first = i;
    }
    return { exact, conflicting };
  }
  const firstOf = new Map<number, number>();
  for (let i = 0; i < keys.length; i++) {
    const first = firstOf.get(keys[i]);
    if (first === undefined) firstOf.set(keys[i], i);
    else add(first, i);
  }
  return { exact, conflicting };
}

function valueAt(column: Column, row: number): number | string {
  return column[row]!;
}
