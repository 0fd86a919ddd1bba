/** Optional encryption of everything that travels through Temporal: inputs, results, heartbeats, memos, queries, updates, failures. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import protobuf from 'protobufjs';
import type { Environment } from './connection-settings.js';

const ENCODING = 'binary/encrypted';
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A payload that these keys cannot read. */
export class PayloadKeyError extends Error {
  override readonly name = 'PayloadKeyError';
}

/** Keys by id; the first one encrypts, all decrypt. */
type Keys = ReadonlyMap<string, Buffer>;

/** A payload as Temporal's protocol writes it: what other codecs of this scheme encrypt as well. */
const payloadType = new protobuf.Type('Payload').add(new protobuf.MapField('metadata', 1, 'string', 'bytes')).add(new protobuf.Field('data', 2, 'bytes'));

/**
 * The data converter of an environment, for clients and workers alike. With ARES_PAYLOAD_KEYS (`id:base64,...`, 32 bytes
 * each) payloads and failure texts are encrypted under the first key, and any of the keys decrypts. Without it payloads
 * are plain, and an encrypted one is refused by name.
 * @throws Error when ARES_PAYLOAD_KEYS is not of that form
 */
export function readDataConverter(env: Environment): DataConverter {
  const codec = readPayloadCodec(env);
  if (!hasPayloadKeys(env)) return { payloadCodecs: [codec] };
  return { payloadCodecs: [codec], failureConverterPath: fileURLToPath(new URL('./failure-converter.js', import.meta.url)) };
}

/** True where payloads are encrypted: the workflow bundle then needs the same failure converter. */
export function hasPayloadKeys(env: Environment): boolean {
  return (env['ARES_PAYLOAD_KEYS'] ?? '') !== '';
}

/** The codec alone, for a codec server. @throws Error when ARES_PAYLOAD_KEYS is not of its form */
export function readPayloadCodec(env: Environment): PayloadCodec {
  const keys = readKeys(env['ARES_PAYLOAD_KEYS'] ?? '');
  const [first] = keys;
  return {
    encode: async (payloads) => (first === undefined ? payloads : payloads.map((payload) => encrypt(payload, first))),
    decode: async (payloads) => payloads.map((payload) => (text(payload.metadata?.['encoding']) === ENCODING ? decrypt(payload, keys) : payload)),
  };
}

/** The message names a key by its place and id, never by its bytes. */
function readKeys(list: string): Keys {
  const keys = new Map<string, Buffer>();
  for (const [i, entry] of list
    .split(',')
    .filter((part) => part.trim() !== '')
    .entries()) {
    const [, id = '', encoded = ''] = /^\s*([\w.-]{1,64}):([A-Za-z0-9+/]+={0,2})\s*$/.exec(entry) ?? [];
    if (id === '') throw new Error(`ARES_PAYLOAD_KEYS: expected id:base64 as key ${i + 1}, found another form`);
    const key = Buffer.from(encoded, 'base64');
    if (key.length !== KEY_BYTES) throw new Error(`ARES_PAYLOAD_KEYS: expected ${KEY_BYTES} bytes for key ${id}, found ${key.length}`);
    if (keys.has(id)) throw new Error(`ARES_PAYLOAD_KEYS: expected each id once, found ${id} twice`);
    keys.set(id, key);
  }
  return keys;
}

function encrypt(payload: Payload, [id, key]: readonly [string, Buffer]): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce);
  const plain = payloadType.encode({ metadata: payload.metadata ?? {}, data: payload.data ?? new Uint8Array(0) }).finish();
  const data = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { metadata: { encoding: bytes(ENCODING), 'encryption-cipher': bytes(CIPHER), 'encryption-key-id': bytes(id) }, data: new Uint8Array(data) };
}

function decrypt(payload: Payload, keys: Keys): Payload {
  const id = text(payload.metadata?.['encryption-key-id']);
  const key = keys.get(id);
  if (key === undefined) {
    const known = keys.size === 0 ? 'is not set' : `holds only ${[...keys.keys()].join(', ')}`;
    throw new PayloadKeyError(`a payload is encrypted with key ${JSON.stringify(id)}, but ARES_PAYLOAD_KEYS ${known}`);
  }
  const data = Buffer.from(payload.data ?? []);
  if (data.length < NONCE_BYTES + TAG_BYTES) throw new PayloadKeyError(`a payload encrypted with key ${JSON.stringify(id)} is cut short: ${data.length} bytes`);
  const decipher = createDecipheriv(CIPHER, key, data.subarray(0, NONCE_BYTES)).setAuthTag(data.subarray(-TAG_BYTES));
  try {
    const plain = Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    return payloadType.toObject(payloadType.decode(plain), { defaults: true }) as Payload;
  } catch (cause) {
    throw new PayloadKeyError(
      `a payload encrypted with key ${JSON.stringify(id)} does not open: it was changed, or ARES_PAYLOAD_KEYS holds another key of that id`,
      {
        cause,
      },
    );
  }
}

function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function text(value: Uint8Array | null | undefined): string {
  return value === null || value === undefined ? '' : new TextDecoder().decode(value);
}
