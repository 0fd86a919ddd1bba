import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ares } from '../cli-world.js';

const TOKEN = 'serve-token-0123456789';

for (const [title, args, env, expected] of [
  ['without a token', [], {}, /ARES_HTTP_TOKEN: expected a token of at least 16 characters, found none/],
  ['with a short token', [], { ARES_HTTP_TOKEN: 'short' }, /ARES_HTTP_TOKEN: token 1: expected at least 16 characters, found 5/],
  ['with a port that is none', ['--port', '70000'], { ARES_HTTP_TOKEN: TOKEN }, /--port: expected a whole number from 0 to 65535, found "70000"/],
  ['with a rate of nothing', ['--rate-limit', '0'], { ARES_HTTP_TOKEN: TOKEN }, /--rate-limit: expected a whole number from 1 .*found "0"/],
  ['with a root that is not there', [], { ARES_HTTP_TOKEN: TOKEN, ARES_HTTP_ROOTS: '/no/such' }, /ARES_HTTP_ROOTS: .*found "\/no\/such"/],
] as const) {
  test(`ares serve ${title} starts nothing and ends in exit code 2`, async () => {
    const { exitCode, err, out } = await ares(['serve', ...args], env);
    assert.equal(exitCode, 2, err);
    assert.match(err, expected);
    assert.equal(out, '');
  });
}

test('ares serve without Temporal ends in exit code 5 and names the address', { timeout: 60_000 }, async () => {
  const { exitCode, err } = await ares(['serve', '--port', '0'], { ARES_HTTP_TOKEN: TOKEN });
  assert.equal(exitCode, 5, err);
  assert.match(err, /cannot connect to Temporal at 127\.0\.0\.1:1/);
});
