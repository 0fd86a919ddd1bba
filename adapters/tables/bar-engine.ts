/** Trades in Parquet to bars by SQL, one single-threaded task a file. */
import { BAR_COLUMNS } from '../../core/data/bars.js';
import { InvalidData } from '../../core/errors.js';
import type { Table } from '../../core/data/table.js';
import type { BarEngine } from '../../pipeline/ports.js';
import type { EngineLimits } from './duck-engine.js';
import { DEFAULT_LIMITS, sqlText } from './duck-engine.js';
import { queryTable } from './read-parquet.js';

/**
 * A bar engine whose sums have one order: every file is read by one thread, whatever `threads` says (double sums and
 * ties of arg_min differ from run to run above one thread).
 * @param options.memoryLimitMiB buffer memory of a task.
 */
export function makeBarEngine(options: { readonly memoryLimitMiB?: number } = {}): BarEngine {
  const memoryLimitMiB = options.memoryLimitMiB ?? DEFAULT_LIMITS.memoryLimitMiB;
  return { barsFromTrades: (path, periodMs) => barsFromTrades(path, periodMs, memoryLimitMiB) };
}

/**
 * Bars of the half-open intervals [k periodMs, (k + 1) periodMs) that hold a trade, by open time. First and last price
 * go by (timeMs, id); takerBuyVolume sums the trades whose buyer is not the maker.
 */
async function barsFromTrades(path: string, periodMs: number, memoryLimitMiB: number): Promise<Table> {
  if (!Number.isSafeInteger(periodMs) || periodMs <= 0) throw new InvalidData(`expected a bar period of whole milliseconds above 0, found ${periodMs}`);
  const limits = { threads: 1, memoryLimitMiB, subject: `trades ${path}` };
  const file = `read_parquet(${sqlText(path)})`;
  const order = (await isSorted(file, limits)) ? '' : 'ORDER BY timeMs, id';
  const table = await queryTable(
    `
    SELECT bucket * ${periodMs} AS openTimeMs, (bucket + 1) * ${periodMs} AS closeTimeMs,
      first(price) AS open, max(price) AS high, min(price) AS low, last(price) AS close,
      sum(quantity) AS volume, sum(price * quantity) AS quoteVolume, CAST(count(*) AS DOUBLE) AS tradeCount,
      sum(CASE WHEN buyerIsMaker THEN 0 ELSE quantity END) AS takerBuyVolume
    FROM (SELECT timeMs // ${periodMs} AS bucket, price, quantity, buyerIsMaker FROM ${file} ${order})
    GROUP BY bucket ORDER BY bucket`,
    limits,
  );
  return { rowCount: table.rowCount, columns: Object.fromEntries(BAR_COLUMNS.map((name) => [name, table.columns[name]!])) };
}

/** True when the rows already stand by (timeMs, id): a check costs a quarter of a sort. */
async function isSorted(file: string, limits: EngineLimits & { subject: string }): Promise<boolean> {
  const table = await queryTable(
    `
    SELECT CAST(count(*) AS DOUBLE) AS misplaced
    FROM (SELECT timeMs, id, lag(timeMs) OVER () AS priorMs, lag(id) OVER () AS priorId FROM ${file})
    WHERE timeMs < priorMs OR (timeMs = priorMs AND id <= priorId)`,
    limits,
  );
  return (table.columns.misplaced as Float64Array)[0] === 0;
}
