import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf, parseAccessTokens } from '../../../client/http/access-tokens.js';

const OLD = 'old-token-0123456789';
const NEW = 'bmV3LXRva2VuLTAxMjM0NTY=';

test('a caller is known by any of its tokens, so that they can be exchanged without a gap', () => {
  const tokens = parseAccessTokens(` desk=${OLD}, desk=${NEW} ,${'x'.repeat(16)}`);
  assert.equal(callerOf(`Bearer ${OLD}`, tokens), 'desk');
  assert.equal(callerOf(`bearer  ${NEW}`, tokens), 'desk');
  assert.equal(callerOf(`Bearer ${'x'.repeat(16)}`, tokens), 'http', 'a token without a name');
});

test('the padding of a base64 token makes no name', () => {
  assert.equal(callerOf(`Bearer ${NEW}`, parseAccessTokens(NEW)), 'http');
});

for (const [title, header] of [
  ['no header', undefined],
  ['an empty header', ''],
  ['another scheme', `Basic ${OLD}`],
  ['a token alone', OLD],
  ['a token and more', `Bearer ${OLD} x`],
  ['the beginning of a token', `Bearer ${OLD.slice(0, -1)}`],
  ['a token and a letter', `Bearer ${OLD}x`],
  ['the name with the token', `Bearer desk=${OLD}`],
] as const) {
  test(`${title} is no caller`, () => assert.equal(callerOf(header, parseAccessTokens(`desk=${OLD}`)), null));
}

for (const [title, text, expected] of [
  ['no variable', undefined, /ARES_HTTP_TOKEN: expected a token of at least 16 characters, found none/],
  ['an empty one', ' , ', /found none/],
  ['a short token', 'secret', /token 1: expected at least 16 characters, found 6/],
  ['a short token behind a good one', `desk=${OLD},night=short`, /token 2 \(night\): expected at least 16 characters, found 5/],
  ['a token with a space', 'abcdefgh ijklmnopqrst', /token 1: expected letters, digits/],
] as const) {
  test(`${title} is refused without repeating the token`, () => {
    assert.throws(
      () => parseAccessTokens(text),
      (error: Error) => error instanceof RangeError && expected.test(error.message) && !/secret|short|abcdefgh/.test(error.message.replace('found', '')),
    );
  });
}
