/** The checkpoint of one attempt at a step or unit, on the object store. */
import { randomUUID } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import type { StagedArtifact } from '../../pipeline/artifact-store.js';
import type { Checkpoint, CheckpointPlan, CheckpointState } from '../../pipeline/checkpoint.js';
import { errorNameOf, PipelineError } from '../../pipeline/errors.js';
import { onDisk } from '../local-disk/index.js';
import type { ObjectRef, ObjectStore } from '../object-store/index.js';
import type { StagingOutputs } from '../step-files/index.js';
import { readCheckpointObjects, writeCheckpointObject } from './checkpoint-objects.js';

/** States of one name that stay in the store: the newest may be damaged. */
const STATES_KEPT = 2;

export interface CheckpointOptions {
  readonly store: Pick<ObjectStore, 'url' | 'list' | 'readRaw' | 'putRaw' | 'remove' | 'putFile' | 'getToCache'>;
  readonly plan: CheckpointPlan;
  /** Where artifacts of a part are found, and staged again. */
  readonly outputs: Pick<StagingOutputs, 'staged' | 'file' | 'scratchPath'>;
  /** Told of each part that was computed and of each kept state (`name#count`), before it counts as done. */
  readonly onPart: (name: string) => Promise<void>;
  /** Told of each damaged object; what it held is computed again. */
  readonly onDropped: (path: string, problem: string) => Promise<void>;
  /** True once the process is about to end: what is finished is then written at once. */
  readonly isUrgent?: () => boolean;
  /** Milliseconds from any fixed time. */
  readonly clock: () => number;
}

export interface StoredCheckpoint extends Checkpoint {
  /** What lies in the store now; null when nothing does. */
  state(): CheckpointState | null;
}

type FileOfPart = Omit<StagedArtifact, 'path' | 'bytes'> & ObjectRef;

interface Part {
  readonly value: unknown;
  readonly files: readonly FileOfPart[];
}

interface KeptState {
  readonly name: string;
  /** States kept under the name so far, over all attempts: how far the work is. */
  readonly count: number;
  readonly state: unknown;
}

interface Loaded {
  readonly parts: Map<string, Part>;
  readonly states: Map<string, KeptState>;
  /** Objects of states by name, the oldest first. */
  readonly statePaths: Map<string, string[]>;
}

/** A checkpoint that is read at its first use and written, new parts only, whenever `everyMs` has passed. */
export function openCheckpoint(options: CheckpointOptions): StoredCheckpoint {
  const attempt = new Attempt(options);
  return {
    once: async (name, compute, artifacts = []) => attempt.once(name, compute, artifacts),
    latest: async <T>(name: string) => attempt.latest(name) as Promise<T | null>,
    keep: async (name, state) => attempt.keep(name, state),
    state: () => attempt.state(),
  };
}

class Attempt {
  readonly #options: CheckpointOptions;
  readonly #writer = randomUUID();
  readonly #names = new Set<string>();
  readonly #counts = new Map<string, number>();
  #pending = new Map<string, { value: unknown; files: readonly StagedArtifact[] }>();
  #loading: Promise<Loaded> | null = null;
  #lastWriteMs: number;
  #storedParts = 0;
  #storedStates = 0;

  constructor(options: CheckpointOptions) {
    this.#options = options;
    this.#lastWriteMs = options.clock();
  }

  async once<T>(name: string, compute: () => T | Promise<T>, artifacts: readonly string[]): Promise<T> {
    if (this.#names.has(name)) throw new PipelineError('IntegrityError', `Invariant: the step asked for part ${name} twice`);
    this.#names.add(name);
    const { parts } = await this.#load();
    const known = parts.get(name);
    parts.delete(name);
    if (known !== undefined && (await this.#restore(name, known.files))) return known.value as T;
    const [pendingBefore, sizeBefore] = [this.#pending, this.#pending.size];
    const value = await compute();
    await this.#options.onPart(name);
    const files = artifacts.length === 0 ? [] : this.#options.outputs.staged().filter((artifact) => artifacts.includes(artifact.name));
    // What is within a finished part is not asked for again; looked for only where parts have ended meanwhile.
    if (this.#pending !== pendingBefore || this.#pending.size !== sizeBefore) {
      for (const inner of this.#pending.keys()) if (inner.startsWith(`${name}/`)) this.#pending.delete(inner);
    }
    this.#pending.set(name, { value, files });
    if (this.#isDue()) await this.#writeParts();
    return value;
  }

  async latest(name: string): Promise<unknown> {
    const found = (await this.#load()).states.get(name);
    this.#counts.set(name, found?.count ?? 0);
    return found?.state ?? null;
  }

  async keep(name: string, state: unknown): Promise<void> {
    const { statePaths } = await this.#load();
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    await this.#options.onPart(`${name}#${count}`);
    if (!this.#isDue()) return;
    await this.#writeParts();
    const kept: KeptState = { name, count, state };
    const paths = statePaths.get(name) ?? [];
    paths.push(await this.#write('state', kept));
    statePaths.set(name, paths);
    this.#storedStates += 1;
    for (const old of paths.splice(0, Math.max(0, paths.length - STATES_KEPT))) await this.#options.store.remove(old);
  }

  state(): CheckpointState | null {
    const { store, plan } = this.#options;
    return this.#storedParts + this.#storedStates === 0 ? null : { parts: this.#storedParts, uri: `${store.url}/${plan.prefix}` };
  }

  #isDue(): boolean {
    const { clock, plan, isUrgent } = this.#options;
    return clock() - this.#lastWriteMs >= plan.everyMs || isUrgent?.() === true;
  }

  async #writeParts(): Promise<void> {
    this.#lastWriteMs = this.#options.clock();
    const parts = this.#pending;
    this.#pending = new Map();
    if (parts.size === 0) return;
    const stored = new Map<string, Part>();
    for (const [name, { value, files }] of parts) stored.set(name, { value, files: await Promise.all(files.map(async (file) => this.#storeFile(file))) });
    await this.#write('part', stored);
    this.#storedParts += stored.size;
  }

  async #write(kind: 'part' | 'state', content: unknown): Promise<string> {
    const { store, plan } = this.#options;
    return writeCheckpointObject(store, { prefix: plan.prefix, kind, writer: this.#writer }, content);
  }

  async #storeFile({ path, bytes: _, ...artifact }: StagedArtifact): Promise<FileOfPart> {
    const { uri, sha256 } = await this.#options.store.putFile(path);
    return { ...artifact, uri, sha256 };
  }

  /** Stages a part's artifacts; false when one of them is gone or damaged. */
  async #restore(name: string, files: readonly FileOfPart[]): Promise<boolean> {
    const { store, outputs, onDropped } = this.#options;
    const copies: { file: FileOfPart; path: string }[] = [];
    for (const file of files) {
      try {
        copies.push({ file, path: await store.getToCache(file) });
      } catch (error) {
        if (errorNameOf(error) !== 'MissingArtifact' && errorNameOf(error) !== 'IntegrityError') throw error;
        await onDropped(file.uri, `artifact ${file.name} of part ${name}: ${(error as Error).message}`);
        return false;
      }
    }
    for (const { file, path } of copies) {
      const copy = outputs.scratchPath(file.name);
      await onDisk(copy, () => copyFile(path, copy));
      await outputs.file(file.name, file.kind, file.schema, copy, file.rows);
    }
    return true;
  }

  async #load(): Promise<Loaded> {
    this.#loading ??= this.#readAll();
    return this.#loading;
  }

  async #readAll(): Promise<Loaded> {
    const { store, plan, onDropped } = this.#options;
    const { whole, damaged } = await readCheckpointObjects(store, plan.prefix);
    for (const { path, problem } of damaged) {
      await onDropped(path, problem);
      await store.remove(path);
    }
    const parts = new Map<string, Part>();
    for (const { content } of whole.filter(({ kind }) => kind === 'part')) for (const [name, part] of content as Map<string, Part>) parts.set(name, part);
    const states = whole
      .filter(({ kind }) => kind === 'state')
      .map(({ content, path }) => ({ path, kept: content as KeptState }))
      .sort((a, b) => a.kept.count - b.kept.count);
    const statePaths = new Map<string, string[]>();
    for (const { path, kept } of states) statePaths.set(kept.name, [...(statePaths.get(kept.name) ?? []), path]);
    this.#storedParts = parts.size;
    this.#storedStates = states.length;
    return { parts, states: new Map(states.map(({ kept }) => [kept.name, kept])), statePaths };
  }
}
