/** The typed array behind a DuckDB vector. */
import type { DuckDBVector } from '@duckdb/node-api';

/**
 * The array that holds a numeric vector's values (declared private by the package, and the only way without a call a value).
 * @throws TypeError when this version of the package keeps it elsewhere.
 */
export function vectorItems(vector: DuckDBVector): Float64Array | Int32Array | Uint8Array {
  const { items } = vector as unknown as { readonly items?: unknown };
  if (items instanceof Float64Array || items instanceof Int32Array || items instanceof Uint8Array) return items;
  throw new TypeError(`expected ${vector.constructor.name} to hold a typed array of doubles, integers or bytes`);
}
