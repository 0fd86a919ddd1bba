/** Where two artifacts first differ: row and column of tables, path of JSON, offset of other bytes. */
import { readFile } from 'node:fs/promises';
import type { ObjectStore } from '../adapters/object-store/index.js';
import { readParquet } from '../adapters/tables/index.js';
import type { Column, Table } from '../core/data/table.js';
import { InvalidData } from '../core/errors.js';
import type { ArtifactRef } from '../pipeline/artifacts.js';
import { keyDifferences } from '../pipeline/key-differences.js';

/** Verified local copies, for engines that read files. */
type Copies = Pick<ObjectStore, 'getToCache'>;

/**
 * The first difference of two artifacts in words, `recorded` before `found`.
 * @throws PipelineError MissingArtifact, IntegrityError where one of them cannot be read
 */
export async function firstDifference(store: Copies, recorded: ArtifactRef, found: ArtifactRef): Promise<string> {
  const [before, after] = [await store.getToCache(recorded), await store.getToCache(found)];
  const [old, next] = [await readFile(before), await readFile(after)];
  if (isParquet(old) && isParquet(next)) {
    const unequal = bytesDifference(old, next);
    const tables = await Promise.all([before, after].map(readTable));
    const [left, right] = tables;
    if (left === undefined || right === undefined || 'problem' in left || 'problem' in right)
      return [...tables.flatMap((table) => ('problem' in table ? [table.problem] : [])), unequal].join('; ');
    return tableDifference(left, right) ?? `the same values, stored in other bytes (${unequal})`;
  }
  const [left, right] = [parsed(old), parsed(next)];
  if (left !== null && right !== null) {
    const first = keyDifferences({ value: left.value }, { value: right.value })[0];
    if (first !== undefined) return jsonDifference(first);
  }
  return bytesDifference(old, next);
}

/** A table, or why it is none: a damaged one is a finding, not the end of the comparison. */
async function readTable(path: string): Promise<Table | { readonly problem: string }> {
  try {
    return await readParquet(path);
  } catch (error) {
    if (!(error instanceof InvalidData)) throw error;
    return { problem: `no readable table (${error.message.split('\n', 1).join()})` };
  }
}

function isParquet(bytes: Uint8Array): boolean {
  return bytes.length > 4 && String.fromCharCode(...bytes.subarray(0, 4)) === 'PAR1';
}

function parsed(bytes: Buffer): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(bytes.toString('utf8')) as unknown };
  } catch {
    // Not JSON: the bytes themselves are compared.
    return null;
  }
}

/** The first row, and in it the first column, with both values; null when the tables hold the same. */
export function tableDifference(recorded: Table, found: Table): string | null {
  const [old, next] = [Object.keys(recorded.columns), Object.keys(found.columns)];
  if (old.join() !== next.join()) return `columns: recorded ${old.join(', ')}; recomputed ${next.join(', ')}`;
  let first: { readonly row: number; readonly column: string } | null = null;
  for (const column of old) {
    const row = firstRow(recorded.columns[column] as Column, found.columns[column] as Column);
    if (row !== null && (first === null || row < first.row)) first = { row, column };
  }
  if (first !== null) {
    const { row, column } = first;
    return `row ${row}, column ${column}: recorded ${valueText(recorded.columns[column]?.[row])}, recomputed ${valueText(found.columns[column]?.[row])}`;
  }
  return recorded.rowCount === found.rowCount ? null : `rows: recorded ${recorded.rowCount}, recomputed ${found.rowCount}, equal as far as both go`;
}

/** The first row in which two columns differ, as far as both go; NaN equals NaN. */
function firstRow(left: Column, right: Column): number | null {
  const rows = Math.min(left.length, right.length);
  for (let row = 0; row < rows; row++) if (!Object.is(left[row], right[row])) return row;
  return null;
}

function jsonDifference(first: { readonly path: string; readonly recorded: unknown; readonly found: unknown }): string {
  const { path, recorded, found } = first;
  // Lists are compared as wholes there: the first element that differs says more.
  if (Array.isArray(recorded) && Array.isArray(found)) {
    const index = recorded.findIndex((value, i) => JSON.stringify(value) !== JSON.stringify(found[i]));
    if (index < 0) return `${pathText(path)}: recorded ${recorded.length} entries, recomputed ${found.length}`;
    const [inner] = keyDifferences({ [index]: recorded[index] }, { [index]: found[index] ?? null });
    if (inner !== undefined) return jsonDifference({ ...inner, path: `${path}.${inner.path}` });
  }
  return `${pathText(path)}: recorded ${valueText(recorded)}, recomputed ${valueText(found)}`;
}

/** The path below the value itself. */
function pathText(path: string): string {
  return path === 'value' ? 'the whole value' : path.replace(/^value\./, '');
}

function bytesDifference(recorded: Uint8Array, found: Uint8Array): string {
  const length = Math.min(recorded.length, found.length);
  let offset = 0;
  while (offset < length && recorded[offset] === found[offset]) offset++;
  return `byte ${offset}: recorded ${recorded[offset] ?? 'the end'} of ${recorded.length} bytes, recomputed ${found[offset] ?? 'the end'} of ${found.length}`;
}

function valueText(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return text.length <= 200 ? text : `${text.slice(0, 200)}...`;
}
