/** The bytes a model is kept as: ASCII JSON that names its family, its format and its feature columns. */
import { InvalidData } from '../errors.js';

/** Characters turned into text at a time: a call takes so many arguments on every engine. */
const CHUNK_BYTES = 8192;

/** Raised whenever bytes written from then on can no longer be read by the code before. */
const MODEL_VERSION = 1;

/** What every saved model begins with. */
export interface ModelHeader {
  readonly schema: 'ares.model';
  readonly version: number;
  readonly family: string;
  readonly featureNames: readonly string[];
}

/** ASCII bytes of a saved model. Doubles keep every bit: JSON prints the shortest text that reads back equal. */
export function encodeModel<T extends object>(family: string, featureNames: readonly string[], state: T): Uint8Array {
  return encodeAscii(JSON.stringify({ schema: 'ares.model', version: MODEL_VERSION, family, featureNames, ...state }));
}

/**
 * The header and state of saved model bytes.
 * @throws InvalidData when the bytes are no model of one of the given families, or of another version.
 */
export function decodeModel<T extends object>(bytes: Uint8Array, families: readonly string[]): ModelHeader & T {
  const header = parseHeader(bytes);
  if (!families.includes(header.family)) throw new InvalidData(`expected a model of family ${families.join(' or ')}, found ${header.family}`);
  return header as ModelHeader & T;
}

/**
 * Family and feature columns of saved model bytes, whatever the family.
 * @throws InvalidData when the bytes are no saved model, or of another version.
 */
export function modelHeader(bytes: Uint8Array): ModelHeader {
  const { schema, version, family, featureNames } = parseHeader(bytes);
  return { schema, version, family, featureNames };
}

function parseHeader(bytes: Uint8Array): ModelHeader {
  let value: unknown;
  try {
    value = JSON.parse(decodeAscii(bytes));
  } catch (cause) {
    throw new InvalidData(`expected model bytes to be JSON, found ${bytes.length} bytes that are not`, { cause });
  }
  const header = value as Partial<ModelHeader> | null;
  if (header?.schema !== 'ares.model' || typeof header.family !== 'string' || !Array.isArray(header.featureNames)) {
    throw new InvalidData(`expected model bytes with schema ares.model, family and featureNames, found schema ${String(header?.schema)}`);
  }
  if (header.version !== MODEL_VERSION) {
    throw new InvalidData(`expected a ${header.family} model of version ${MODEL_VERSION}, found version ${String(header.version)}`);
  }
  return header as ModelHeader;
}

/** Bytes of a text in which every character beyond ASCII is written as a JSON escape. */
function encodeAscii(text: string): Uint8Array {
  const ascii = text.replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return Uint8Array.from({ length: ascii.length }, (_, i) => ascii.charCodeAt(i));
}

/** @throws InvalidData on a byte beyond ASCII. */
function decodeAscii(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES) {
    const chunk = bytes.subarray(from, from + CHUNK_BYTES);
    const bad = chunk.findIndex((byte) => byte > 0x7e);
    if (bad >= 0) throw new InvalidData(`expected model bytes to be ASCII, found byte ${chunk[bad]} at ${from + bad}`);
    parts.push(String.fromCharCode(...chunk));
  }
  return parts.join('');
}
