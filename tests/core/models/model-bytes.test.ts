import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeModel, encodeModel, modelHeader } from '../../../core/models/model-bytes.js';

test('state, doubles and texts of any script come back as they were, from ASCII bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })), fc.string({ unit: 'grapheme' }), (numbers, text) => {
      const bytes = encodeModel('linear', ['a', text], { numbers: numbers.map((value) => value + 0), text });
      assert.ok(bytes.every((byte) => byte >= 0x20 && byte < 0x7f));
      const model = decodeModel<{ numbers: number[]; text: string }>(bytes, ['linear']);
      assert.deepEqual([model.numbers, model.text, model.featureNames[1]], [numbers.map((value) => value + 0), text, text]);
    }),
  );
});

test('the header tells family and columns whatever the family', () => {
  assert.deepEqual(modelHeader(encodeModel('attention', ['x', 'y'], { big: 'z'.repeat(100_000) })), {
    schema: 'ares.model',
    version: 1,
    family: 'attention',
    featureNames: ['x', 'y'],
  });
});

test('other bytes are InvalidData that say what was found', () => {
  assert.throws(() => modelHeader(Uint8Array.from([0xff, 0x01])), { name: 'InvalidData', message: /not/ });
  assert.throws(() => modelHeader(Buffer.from('{"schema":"ares.plan"}')), { name: 'InvalidData', message: /found schema ares\.plan/ });
  assert.throws(() => decodeModel(encodeModel('linear', [], {}), ['lightgbm']), { name: 'InvalidData', message: /lightgbm, found linear/ });
});

test('a model of another version is refused with both versions', () => {
  const text = Buffer.from(encodeModel('linear', ['x'], {})).toString();
  const newer = Buffer.from(text.replace('"version":1', '"version":2'));
  assert.throws(() => decodeModel(newer, ['linear']), { name: 'InvalidData', message: 'expected a linear model of version 1, found version 2' });
  const unversioned = Buffer.from(text.replace('"version":1,', ''));
  assert.throws(() => modelHeader(unversioned), { name: 'InvalidData', message: /found version undefined/ });
});
