import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesToText, textToBytes } from '../../../core/models/byte-text.js';

test("texts are those of RFC 4648, section 10, and Node's", () => {
  const vectors = { '': '', f: 'Zg==', fo: 'Zm8=', foo: 'Zm9v', foob: 'Zm9vYg==', fooba: 'Zm9vYmE=', foobar: 'Zm9vYmFy' };
  for (const [text, expected] of Object.entries(vectors)) assert.equal(bytesToText(Buffer.from(text)), expected);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => assert.equal(bytesToText(bytes), Buffer.from(bytes).toString('base64'))));
});

test('bytes come back as they were', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => assert.deepEqual(textToBytes(bytesToText(bytes)), bytes)));
});

test('other texts are InvalidData', () => {
  for (const text of ['Zg', 'Z===', 'Zg==Zg==', 'Zm9-', 'Zm9v\n']) assert.throws(() => textToBytes(text), { name: 'InvalidData' }, text);
});
