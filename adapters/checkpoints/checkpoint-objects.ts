/** Objects of a checkpoint: their names carry writer and sha256, so attempts that overlap never meet and damage shows. */
import { deserialize, serialize } from 'node:v8';
import type { ObjectStore } from '../object-store/index.js';
import { sha256Hex } from '../object-store/index.js';

const NAME = /^(part|state)-[^/]+-([0-9a-f]{64})$/;

export type CheckpointStore = Pick<ObjectStore, 'list' | 'readRaw' | 'putRaw' | 'remove'>;

/** What lies in one object. */
export interface CheckpointObject {
  readonly kind: 'part' | 'state';
  readonly content: unknown;
  /** Below the store's prefix. */
  readonly path: string;
}

export interface FoundObjects {
  readonly whole: readonly CheckpointObject[];
  /** Objects that cannot be used, with what is wrong. */
  readonly damaged: readonly { readonly path: string; readonly problem: string }[];
}

/** Every object below the prefix, read once and checked. An object deleted meanwhile is neither whole nor damaged. */
export async function readCheckpointObjects(store: CheckpointStore, prefix: string): Promise<FoundObjects> {
  const whole: CheckpointObject[] = [];
  const damaged: { path: string; problem: string }[] = [];
  for (const { key: path } of await store.list(prefix)) {
    const [, kind, expected] = NAME.exec(path.slice(prefix.length)) ?? [];
    if (kind === undefined) {
      damaged.push({ path, problem: 'its name is no checkpoint name' });
      continue;
    }
    const bytes = await store.readRaw(path);
    if (bytes === null) continue;
    const found = sha256Hex(bytes);
    if (found !== expected) {
      damaged.push({ path, problem: `expected sha256 ${expected}, found ${found} over ${bytes.length} bytes` });
      continue;
    }
    try {
      whole.push({ kind: kind as CheckpointObject['kind'], content: decode(bytes), path });
    } catch (error) {
      damaged.push({ path, problem: `written by another version of Node.js, which this one (${process.version}) cannot read: ${(error as Error).message}` });
    }
  }
  return { whole, damaged };
}

/** Writes one object; says where it lies. */
export async function writeCheckpointObject(
  store: CheckpointStore,
  at: { readonly prefix: string; readonly kind: CheckpointObject['kind']; readonly writer: string },
  content: unknown,
): Promise<string> {
  const bytes = serialize(content);
  const path = `${at.prefix}${at.kind}-${at.writer}-${sha256Hex(bytes)}`;
  await store.putRaw(path, bytes);
  return path;
}

/** The arrays of the result lie in a copy of their own: the bytes of an answer may share a buffer with others. */
function decode(bytes: Uint8Array): unknown {
  return deserialize(Uint8Array.from(bytes));
}
