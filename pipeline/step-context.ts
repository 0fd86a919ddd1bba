/** The world that a step's function sees. Pure: no Temporal, no file, no clock. */
import type { Abort } from '../core/abort.js';
import type { Table } from '../core/data/table.js';
import type { ArtifactKind, ArtifactRef } from './artifacts.js';
import type { Checkpoint } from './checkpoint.js';
import type { StepPorts } from './ports.js';
import type { SchemaId } from './schemas.js';
import type { StepId } from './steps/index.js';

/** How to run, never what to compute: changing any of it leaves every artifact as it is. */
export interface Execution {
  readonly threads: number;
  readonly chunkRows: number;
  readonly segmentDays: number;
  readonly memoryLimitMiB: number;
  readonly featureCache: boolean;
  /** The planned source files by sha256: where each lies, and its size. */
  readonly sourceFiles: Readonly<Record<string, { readonly path: string; readonly bytes: number }>>;
}

export interface StepInputs {
  /** Names of a step's artifacts that begin with `prefix`, sorted. */
  names(step: StepId, prefix?: string): readonly string[];
  /** @throws PipelineError MissingArtifact */
  ref(step: StepId, name: string): ArtifactRef;
  /** A table, checked against its schema. @throws PipelineError MissingArtifact, IntegrityError; InvalidData */
  table(step: StepId, name: string, schema: SchemaId): Promise<Table>;
  /** A JSON artifact as written. The caller names the type that the writing step declares. */
  json<T>(step: StepId, name: string): Promise<T>;
  bytes(step: StepId, name: string): Promise<Uint8Array>;
  /** Path of a verified local copy, for engines that read files themselves. */
  path(step: StepId, name: string): Promise<string>;
}

/** A log of rows, written one at a time and sealed into Parquet on close. */
export interface RowLog {
  append(row: Readonly<Record<string, number | string | boolean | null>>): Promise<void>;
  close(): Promise<void>;
}

export interface StepOutputs {
  table(name: string, schema: SchemaId, table: Table): Promise<void>;
  /** Row-at-a-time log. */
  log(name: string, schema: SchemaId): Promise<RowLog>;
  json(name: string, schema: string, value: unknown): Promise<void>;
  bytes(name: string, kind: ArtifactKind, schema: string, bytes: Uint8Array): Promise<void>;
  /** Takes over a local file; `rows` for tables written by an engine. */
  file(name: string, kind: ArtifactKind, schema: string, path: string, rows?: number): Promise<void>;
  /** A fresh local path for an engine to write to, to be handed to `file`. */
  scratchPath(name: string): string;
}

export interface StepContext<Parameters = unknown> {
  readonly parameters: Parameters;
  /** The unit to compute, or null: combine the units (or do the whole step, if it has none). */
  readonly unit: string | null;
  readonly units: readonly string[];
  readonly inputs: StepInputs;
  readonly outputs: StepOutputs;
  readonly ports: StepPorts;
  readonly execution: Execution;
  readonly signal: Abort;
  /** What earlier attempts at this step and unit have finished. */
  readonly checkpoint: Checkpoint;
  /** 32-bit seed from (spec.seed, step, ...path). */
  seed(...path: readonly (string | number)[]): number;
  /** `fraction` in [0, 1]. */
  progress(fraction: number, message: string): void;
  /** Rows read and written, for the run's table. */
  count(rows: { rowsIn?: number; rowsOut?: number }): void;
}

/** A step's work. In unit mode it reads its own step's earlier artifacts as none; combining, it reads its units' artifacts as its own step's. */
export type StepFunction<Parameters = never> = (context: StepContext<Parameters>) => Promise<void>;
