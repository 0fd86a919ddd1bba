/** Trades in Parquet to bars: the file is read once, the bars are made by core. */
import { barsToTable } from '../../core/data/bars.js';
import type { Table } from '../../core/data/table.js';
import { float64Column, takeRows } from '../../core/data/table.js';
import { tradesToBars } from '../../core/data/trades-to-bars.js';
import type { BarEngine } from '../../pipeline/ports.js';
import { DEFAULT_LIMITS } from './duck-engine.js';
import { readParquet } from './read-parquet.js';

const COLUMNS = ['timeMs', 'id', 'price', 'quantity', 'buyerIsMaker'] as const;

/**
 * A bar engine whose bars are those of tradesToBars to the bit, whatever `threads` says: threads only decode Parquet, the sums
 * run in the order of the rows (decision 0024). Rows are taken by (timeMs, id), in whatever order they lie in the file.
 * @param options.memoryLimitMiB buffer memory of a task.
 */
export function makeBarEngine(options: { readonly memoryLimitMiB?: number } = {}): BarEngine {
  const memoryLimitMiB = options.memoryLimitMiB ?? DEFAULT_LIMITS.memoryLimitMiB;
  return {
    barsFromTrades: async (path, periodMs, threads) => {
      const trades = await readParquet(path, { columns: COLUMNS, threads, memoryLimitMiB });
      return barsToTable(tradesToBars(isSorted(trades) ? trades : sortTrades(trades), periodMs));
    },
  };
}

function isSorted(trades: Table): boolean {
  const timeMs = float64Column(trades, 'timeMs');
  const id = float64Column(trades, 'id');
  for (let i = 1; i < trades.rowCount; i++) {
    if (timeMs[i]! < timeMs[i - 1]! || (timeMs[i] === timeMs[i - 1] && id[i]! < id[i - 1]!)) return false;
  }
  return true;
}

/** No file that a step writes needs it. */
function sortTrades(trades: Table): Table {
  const timeMs = float64Column(trades, 'timeMs');
  const id = float64Column(trades, 'id');
  const rows = Uint32Array.from({ length: trades.rowCount }, (_, row) => row);
  return takeRows(
    trades,
    rows.sort((a, b) => timeMs[a]! - timeMs[b]! || id[a]! - id[b]!),
  );
}
