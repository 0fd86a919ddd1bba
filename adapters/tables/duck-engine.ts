/** In-memory DuckDB instances with explicit thread and memory limits, one per setting in a process. */
import { DuckDBInstance, DuckDBPendingResultState } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeDuckError } from './duck-errors.js';
import { registerTableScan } from './table-scan.js';

export interface EngineLimits {
  /** Threads of the DuckDB instance. */
  readonly threads: number;
  /** Buffer memory in MiB before DuckDB spills to the temporary folder. */
  readonly memoryLimitMiB: number;
}

/** Limits where the caller states none: one thread, so that sums and ties have one order. */
export const DEFAULT_LIMITS: EngineLimits = { threads: 1, memoryLimitMiB: 1024 };

const instances = new Map<string, Promise<DuckDBInstance>>();

/**
 * The result of `work` on a connection of its own; the connection and its temporary tables are gone afterwards.
 * @throws PipelineError DiskFull, OutOfMemory; InvalidData on a damaged or foreign file; every text names `subject`.
 */
export async function withConnection<T>(limits: Partial<EngineLimits>, subject: string, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  let connection: DuckDBConnection | undefined;
  try {
    connection = await (await openInstance({ ...DEFAULT_LIMITS, ...limits })).connect();
    return await work(connection);
  } catch (error) {
    throw describeDuckError(error, subject);
  } finally {
    connection?.closeSync();
  }
}

/** A text as an SQL string literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function createInstance(limits: EngineLimits): Promise<DuckDBInstance> {
  const memoryLimit = `${limits.memoryLimitMiB}MiB`;
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(limits.threads),
    memory_limit: memoryLimit,
    temp_directory: join(tmpdir(), `ares-duckdb-${process.pid}`),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'true',
    // Its cache of file contents goes by time and size: a file written anew within moments may be read as it had been.
    enable_external_file_cache: 'false',
  });
  const connection = await instance.connect();
  // Where the limit is set, even to what it was, DuckDB gives free pages back to the system, its own and those of the C library, which it
  // does of itself only above 128 MiB.
  const setLimit = await connection.prepare(`SET memory_limit = ${sqlText(memoryLimit)}`);
  registerTableScan(connection, () => runAtOnce(setLimit));
  return instance;
}

/** Runs a statement of one task on this thread: a table function cannot wait. @throws Error of DuckDB */
function runAtOnce(statement: DuckDBPreparedStatement): void {
  const pending = statement.start();
  let state = pending.runTask();
  while (state !== DuckDBPendingResultState.RESULT_READY) state = pending.runTask();
}

function openInstance(limits: EngineLimits): Promise<DuckDBInstance> {
  const key = `${limits.threads}/${limits.memoryLimitMiB}`;
  const open = instances.get(key) ?? createInstance(limits);
  instances.set(key, open);
  return open;
}
