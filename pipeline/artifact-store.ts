/** The store as the orchestration sees it: manifests, objects, and readable JSON beside them. */
import type { ArtifactKind, ArtifactRef, Manifest } from './artifacts.js';

/** A file that a step has written and nobody has committed yet. */
export interface StagedArtifact {
  readonly name: string;
  readonly kind: ArtifactKind;
  readonly schema: string;
  readonly path: string;
  readonly bytes: number;
  readonly rows?: number;
}

export interface ArtifactStore {
  manifestUri(step: string, key: string): string;
  /** Null when no step result has that key. @throws PipelineError IntegrityError on a damaged manifest */
  readManifest(step: string, key: string): Promise<Manifest | null>;
  /** Commits by a conditional put; whoever comes second gets the first one's manifest. */
  commitManifest(manifest: Manifest): Promise<Manifest>;
  /** References whose object is gone or has another size. */
  missingObjects(refs: readonly ArtifactRef[]): Promise<readonly ArtifactRef[]>;
  /** Hashes and uploads staged files; references in the order given. */
  commitStaged(staged: readonly StagedArtifact[]): Promise<ArtifactRef[]>;
  /** Mutable JSON under `runs/`, `registry/` or `ledger/`; null when absent. */
  readJson(path: string): Promise<unknown>;
  putJson(path: string, value: unknown): Promise<void>;
  list(prefix: string): Promise<readonly string[]>;
  /** Deletes the object at a path below the store's prefix; one that is not there is no failure. */
  remove(path: string): Promise<void>;
}

/** Runs compute jobs in child processes. */
export interface ComputeRunner {
  run(job: {
    method: string;
    argument: unknown;
    stallMs: number;
    recycleAboveMiB: number;
    signal: AbortSignalLike;
    onProgress: (progress: { fraction: number; message: string }) => void;
  }): Promise<unknown>;
  readonly size: number;
}

/** The standard AbortSignal, named without Node's or the browser's types. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
