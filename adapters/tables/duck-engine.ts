/** In-memory DuckDB instances with explicit thread and memory limits, one per setting in a process. */
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
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

async function createInstance(options: Record<string, string>): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(':memory:', options);
  const connection = await instance.connect();
  registerTableScan(connection);
  connection.closeSync();
  return instance;
}

function openInstance(limits: EngineLimits): Promise<DuckDBInstance> {
  const key = `${limits.threads}/${limits.memoryLimitMiB}`;
  const open =
    instances.get(key) ??
    createInstance({
      threads: String(limits.threads),
      memory_limit: `${limits.memoryLimitMiB}MiB`,
      temp_directory: join(tmpdir(), `ares-duckdb-${process.pid}`),
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      preserve_insertion_order: 'true',
      // Its cache of file contents goes by time and size: a file written anew within moments may be read as it had been.
      enable_external_file_cache: 'false',
    });
  instances.set(key, open);
  return open;
}
