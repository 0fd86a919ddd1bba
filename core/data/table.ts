/** The one in-memory table: named columns of one length. Times are UTC milliseconds in Float64Array, named `...Ms`. */

/** Float64Array = double (NaN = missing), Int32Array = integer, Uint8Array = boolean 0/1, string[] = text. */
export type Column = Float64Array | Int32Array | Uint8Array | readonly string[];

export interface Table {
  readonly rowCount: number;
  readonly columns: Readonly<Record<string, Column>>;
}

/**
 * A table over the given columns.
 * @throws RangeError when the columns differ in length.
 */
export function makeTable(columns: Readonly<Record<string, Column>>): Table {
  const names = Object.keys(columns);
  const rowCount = names.length === 0 ? 0 : columns[names[0] as string]!.length;
  for (const name of names) {
    const length = columns[name]!.length;
    if (length !== rowCount) {
      throw new RangeError(`column ${name} has ${length} rows, expected ${rowCount} as in ${names[0]}`);
    }
  }
  return { rowCount, columns };
}

/**
 * The named column as doubles.
 * @throws TypeError when it is missing or not a Float64Array.
 */
export function float64Column(table: Table, name: string): Float64Array {
  const column = table.columns[name];
  if (!(column instanceof Float64Array)) throw new TypeError(`expected a double column ${name}, found ${describe(column)}`);
  return column;
}

/**
 * The named column as integers.
 * @throws TypeError when it is missing or not an Int32Array.
 */
export function int32Column(table: Table, name: string): Int32Array {
  const column = table.columns[name];
  if (!(column instanceof Int32Array)) throw new TypeError(`expected an integer column ${name}, found ${describe(column)}`);
  return column;
}

/**
 * The named column as text.
 * @throws TypeError when it is missing or not text.
 */
export function textColumn(table: Table, name: string): readonly string[] {
  const column = table.columns[name];
  if (!Array.isArray(column)) throw new TypeError(`expected a text column ${name}, found ${describe(column)}`);
  return column as readonly string[];
}

/** Rows `[from, to)` of every column; typed columns are views, not copies. */
export function sliceTable(table: Table, from: number, to: number): Table {
  const columns: Record<string, Column> = {};
  for (const [name, column] of Object.entries(table.columns)) {
    columns[name] =
      column instanceof Float64Array || column instanceof Int32Array || column instanceof Uint8Array ? column.subarray(from, to) : column.slice(from, to);
  }
  return makeTable(columns);
}

/**
 * The tables one after the other, copied; columns are those of the first. No table makes an empty one without columns.
 * @throws TypeError when a table lacks a column of doubles that the first has; other kinds of columns are not joined
 */
export function concatTables(tables: readonly Table[]): Table {
  const rowCount = tables.reduce((sum, table) => sum + table.rowCount, 0);
  const names = Object.keys(tables[0]?.columns ?? {});
  const join = (name: string): Float64Array => {
    const out = new Float64Array(rowCount);
    let at = 0;
    for (const table of tables) {
      out.set(float64Column(table, name), at);
      at += table.rowCount;
    }
    return out;
  };
  return { rowCount, columns: Object.fromEntries(names.map((name) => [name, join(name)])) };
}

/** The given rows of every column, in the given order, copied. */
export function takeRows(table: Table, rows: ArrayLike<number>): Table {
  const columns: Record<string, Column> = {};
  for (const [name, column] of Object.entries(table.columns)) columns[name] = takeColumn(column, rows);
  return makeTable(columns);
}

function takeColumn(column: Column, rows: ArrayLike<number>): Column {
  if (Array.isArray(column)) return Array.from(rows, (row) => column[row] as string);
  const source = column as Float64Array | Int32Array | Uint8Array;
  const out = new (source.constructor as new (length: number) => typeof source)(rows.length);
  for (let i = 0; i < rows.length; i++) out[i] = source[rows[i]!]!;
  return out;
}

function describe(column: Column | undefined): string {
  if (column === undefined) return 'none';
  return Array.isArray(column) ? 'text' : column.constructor.name;
}
