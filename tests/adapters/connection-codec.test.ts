import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import { failureConverter } from '../../adapters/connection/failure-converter.js';
import { readDataConverter, readPayloadCodec } from '../../adapters/connection/payload-codec.js';

const OLD = `old:${Buffer.alloc(32, 1).toString('base64')}`;
const NEW = `new:${Buffer.alloc(32, 2).toString('base64')}`;
const codecOf = (keys: string): ReturnType<typeof readPayloadCodec> => readPayloadCodec({ ARES_PAYLOAD_KEYS: keys });
const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value) as Payload;
const openPayload = (payload: Payload | undefined): unknown => defaultPayloadConverter.fromPayload(payload as Payload);
const keyOf = (payload: Payload | undefined): string => Buffer.from(payload?.metadata?.['encryption-key-id'] ?? []).toString();
const VALUES = [{ symbol: 'ETHUSDT' }, 'text with ü', 0, null, undefined, new Uint8Array([0, 255]), 'x'.repeat(100_000)];

test('what a codec encrypts, it decrypts to the same values, and no plain text is left', async () => {
  const codec = codecOf(NEW);
  const hidden = await codec.encode(VALUES.map(payloadOf));
  for (const payload of hidden) assert.ok(!Buffer.from(payload.data ?? []).includes('ETHUSDT') && keyOf(payload) === 'new');
  assert.deepEqual((await codec.decode(hidden)).map(openPayload), VALUES);
});

test('the same value is never encrypted to the same bytes', async () => {
  const [a, b] = await codecOf(NEW).encode([payloadOf(1), payloadOf(1)]);
  assert.notDeepEqual(a?.data, b?.data);
});

test('the first key encrypts and all decrypt, so a key is changed in two deployments', async () => {
  const [before] = await codecOf(OLD).encode([payloadOf('kept')]);
  const between = codecOf(`${NEW},${OLD}`);
  assert.equal(openPayload((await between.decode([before as Payload]))[0]), 'kept');
  assert.equal(keyOf((await between.encode([payloadOf(1)]))[0]), 'new');
});

test('a missing key, a wrong key and changed bytes are told apart from one another by name', async () => {
  const [hidden] = await codecOf(NEW).encode([payloadOf('secret')]);
  const wrong = codecOf(`new:${Buffer.alloc(32, 9).toString('base64')}`);
  await assert.rejects(codecOf('').decode([hidden as Payload]), { name: 'PayloadKeyError', message: /key "new", but ARES_PAYLOAD_KEYS is not set/ });
  await assert.rejects(codecOf(OLD).decode([hidden as Payload]), { name: 'PayloadKeyError', message: /holds only old/ });
  await assert.rejects(wrong.decode([hidden as Payload]), { name: 'PayloadKeyError', message: /does not open/ });
  const changed = { ...hidden, data: Uint8Array.from(hidden?.data ?? [], (byte, i) => (i === 20 ? byte ^ 1 : byte)) };
  await assert.rejects(codecOf(NEW).decode([changed as Payload]), { name: 'PayloadKeyError', message: /does not open/ });
  await assert.rejects(codecOf(NEW).decode([{ ...hidden, data: new Uint8Array(5) } as Payload]), { name: 'PayloadKeyError', message: /cut short: 5 bytes/ });
});

test('plain payloads pass, so that runs begun without keys go on', async () => {
  assert.deepEqual((await codecOf(NEW).decode(VALUES.map(payloadOf))).map(openPayload), VALUES);
  assert.deepEqual(await codecOf('').encode([payloadOf(1)]), [payloadOf(1)]);
});

test('keys of another form are refused without printing them', () => {
  const refused = (keys: string, message: RegExp): void =>
    assert.throws(
      () => codecOf(keys),
      (error: Error) => message.test(error.message) && !error.message.includes('c2VjcmV0'),
    );
  refused('c2VjcmV0', /expected id:base64 as key 1/);
  refused('id:c2VjcmV0', /expected 32 bytes for key id, found 6/);
  refused(`${NEW},${NEW}`, /new twice/);
});

test('failure texts are encrypted where there are keys, and stay readable where there are none', () => {
  assert.match(readDataConverter({ ARES_PAYLOAD_KEYS: NEW }).failureConverterPath ?? '', /failure-converter\.js$/);
  assert.equal(readDataConverter({}).failureConverterPath, undefined);
});

test('the failure converter leaves neither message nor stack outside the payload that the codec encrypts, and restores both', () => {
  const error = new Error('ETHUSDT went wrong');
  const failure = failureConverter.errorToFailure(error, defaultPayloadConverter);
  assert.ok(!`${failure.message}${failure.stackTrace}`.includes('ETHUSDT'));
  assert.equal(failureConverter.failureToError(failure, defaultPayloadConverter).message, 'ETHUSDT went wrong');
});
