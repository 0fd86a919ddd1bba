/** Row-at-a-time logs in Parquet. */
export { openRowLog } from './parquet-row-log.js';
export type { RowLogOptions } from './parquet-row-log.js';
