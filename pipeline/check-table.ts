/** The check every table passes where it is written and where it is read back. */
import type { Column, Table } from '../core/data/table.js';
import { InvalidData } from '../core/errors.js';
import type { ColumnSpec, ColumnType, SchemaId } from './schemas.js';
import { SCHEMAS } from './schemas.js';

/**
 * The same table, once every promised column is there, of its type, and without NaN unless it is nullable.
 * @throws InvalidData naming the table, the column, the row and what was found.
 */
export function checkTable(table: Table, schema: SchemaId, label: string): Table {
  for (const [name, spec] of Object.entries(SCHEMAS[schema] as Record<string, ColumnSpec>)) {
    const column = table.columns[name];
    if (column === undefined) throw new InvalidData(`${label}: schema ${schema} needs a column ${name}; found ${Object.keys(table.columns).join(', ')}`);
    if (typeOf(column) !== spec.type) throw new InvalidData(`${label}: expected column ${name} of type ${spec.type}, found ${typeOf(column)}`);
    if (spec.nullable || !(column instanceof Float64Array)) continue;
    const bad = column.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new InvalidData(`${label}: expected a finite number in column ${name}, found ${column[bad]} in row ${bad}`);
  }
  return table;
}

function typeOf(column: Column): ColumnType {
  if (column instanceof Float64Array) return 'double';
  if (column instanceof Int32Array) return 'integer';
  return column instanceof Uint8Array ? 'boolean' : 'text';
}
