/** The smallest interfaces of the outside world that step functions need; adapters implement them. */
import type { FeatureMemo } from '../core/chain/feature-memo.js';
import type { Table } from '../core/data/table.js';
import type { GradientBoosting } from '../core/models/gradient-boosting.js';
import type { TensorBackend } from '../core/nn/tensor-backend.js';
import type { MarketSources } from './market-source.js';
import type { Report } from './report.js';

/** Bulk SQL over Parquet files. */
export interface BarEngine {
  /**
   * Bars of half-open intervals from one Parquet file of trades (schema ares.trades); empty intervals are left out.
   * One file is one single-threaded task, so sums do not depend on thread count.
   */
  barsFromTrades(path: string, periodMs: number, threads: number): Promise<Table>;
}

/** Registered models: versions are names for immutable bundles. Not part of any hashed artifact. */
export interface Registry {
  /** Registers a bundle under the next version, or returns the version it already has. */
  register(entry: { symbol: string; bundleSha256: string; bundleUri: string; lineage: unknown }): Promise<{ version: string; isNew: boolean }>;
}

/** Openings of test segments, across runs. */
export interface TestLedger {
  /** Records that a model was scored on a test segment; the same model on the same data is one opening. */
  record(opening: { dataKey: string; modelKey: string; symbol: string; fromMs: number; toMs: number }): Promise<void>;
}

/** Renders the report as one self-contained HTML page. */
export interface ReportRenderer {
  renderHtml(report: Report): Promise<string>;
}

/** Files by name in one archive whose bytes depend on its contents only. */
export interface BundleArchive {
  pack(files: Readonly<Record<string, Uint8Array>>): Promise<Uint8Array>;
  /** @throws PipelineError IntegrityError when a member is damaged */
  unpack(bytes: Uint8Array): Promise<Record<string, Uint8Array>>;
}

/** A finished run as an experiment tracker logs it. */
export interface TrackedResult {
  readonly report: Report;
  /** The data's own time of the report's figures, UTC ms: the end of the test segment. */
  readonly dataTimeMs: number;
  /** Values along an axis, a step each: walk-forward windows. NaN = not computable. */
  readonly series: readonly { readonly name: string; readonly points: readonly { readonly timeMs: number; readonly step: number; readonly value: number }[] }[];
  /** Files to keep with the entry, by path. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** What is too large to copy: hashes and addresses, as tags. */
  readonly references: Readonly<Record<string, string>>;
}

/** Experiment tracking outside the store. Not part of any hashed artifact. */
export interface ExperimentTracker {
  /**
   * Logs the run under the key of its saving step: a second call with that key completes the same entry and adds none.
   * @throws PipelineError InvalidSpec when the worker names no tracker, AccessDenied when it refuses us, UpstreamUnavailable
   */
  log(result: TrackedResult): Promise<void>;
}

export interface StepPorts {
  /** The market data's origin, by kind and exchange. */
  readonly marketSource: MarketSources;
  readonly bars: BarEngine;
  readonly gradientBoosting: GradientBoosting;
  readonly xgboost: GradientBoosting;
  readonly tensorBackend: () => Promise<TensorBackend>;
  readonly registry: Registry;
  readonly ledger: TestLedger;
  readonly tracker: ExperimentTracker;
  readonly report: ReportRenderer;
  readonly archive: BundleArchive;
  /** Verified bytes of a stored object: the champion's bundle, which no step of this run wrote. @throws PipelineError MissingArtifact, IntegrityError */
  readonly readObject: (ref: { readonly uri: string; readonly sha256: string }) => Promise<Uint8Array>;
  /** A memory for features of the data set that `identity` (its hashes) names; it remembers nothing where the feature cache is off. */
  readonly featureMemo: (identity: string) => FeatureMemo;
  /** Hex sha256. */
  readonly sha256: (bytes: Uint8Array | string) => string;
}
