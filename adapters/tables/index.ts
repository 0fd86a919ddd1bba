/** Tables to and from Parquet, and bulk SQL over Parquet, by DuckDB. */
export type { EngineLimits } from './duck-engine.js';
export { queryTable, readParquet } from './read-parquet.js';
export { rowGroupRows, writeParquet } from './write-parquet.js';
export { makeBarEngine } from './bar-engine.js';
