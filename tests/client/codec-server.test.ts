import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPayloadCodec } from '../../adapters/connection/payload-codec.js';
import { makeCodecServer } from '../../client/codec-server.js';

const KEYS = { ARES_PAYLOAD_KEYS: `a:${Buffer.alloc(32, 1).toString('base64')}` };
const PLAIN = {
  payloads: [{ metadata: { encoding: Buffer.from('json/plain').toString('base64') }, data: Buffer.from('{"symbol":"ETHUSDT"}').toString('base64') }],
};
const UI = 'http://127.0.0.1:8233';
const server = makeCodecServer({ codec: readPayloadCodec(KEYS), token: 'a token of the test', origins: [UI] });
const authorization = 'Bearer a token of the test';

test('what it encodes it decodes to the same payloads, and the encoded ones are unreadable', async () => {
  const encoded = await server.inject({ method: 'POST', url: '/encode', headers: { authorization }, payload: PLAIN });
  assert.equal(encoded.statusCode, 200);
  assert.notDeepEqual(encoded.json(), PLAIN);
  const decoded = await server.inject({ method: 'POST', url: '/decode', headers: { authorization }, payload: encoded.json() });
  assert.deepEqual(decoded.json(), PLAIN);
});

test('no token, a wrong token, and a page of another origin are refused', async () => {
  for (const headers of [{}, { authorization: 'Bearer a token of the tesu' }]) {
    assert.equal((await server.inject({ method: 'POST', url: '/decode', headers, payload: PLAIN })).statusCode, 401);
  }
  const foreign = await server.inject({ method: 'POST', url: '/decode', headers: { authorization, origin: 'http://evil.example' }, payload: PLAIN });
  assert.equal(foreign.statusCode, 403);
  assert.equal(foreign.headers['access-control-allow-origin'], undefined);
});

test('the UI may ask first, and then call', async () => {
  const asked = await server.inject({
    method: 'OPTIONS',
    url: '/decode',
    headers: { origin: UI, 'access-control-request-headers': 'authorization,x-namespace' },
  });
  assert.equal(asked.statusCode, 204);
  assert.equal(asked.headers['access-control-allow-origin'], UI);
  assert.match(String(asked.headers['access-control-allow-headers']), /x-namespace/);
  const called = await server.inject({ method: 'POST', url: '/decode', headers: { authorization, origin: UI, 'x-namespace': 'default' }, payload: PLAIN });
  assert.equal(called.headers['access-control-allow-origin'], UI);
});

test('a payload of an unknown key and a malformed body are told by name', async () => {
  const other = makeCodecServer({ codec: readPayloadCodec({ ARES_PAYLOAD_KEYS: `b:${Buffer.alloc(32, 2).toString('base64')}` }), token: null, origins: [] });
  const encoded = await other.inject({ method: 'POST', url: '/encode', payload: PLAIN });
  const refused = await server.inject({ method: 'POST', url: '/decode', headers: { authorization }, payload: encoded.json() });
  assert.equal(refused.statusCode, 400);
  assert.match(refused.json<{ message: string }>().message, /key "b", but ARES_PAYLOAD_KEYS holds only a/);
  const malformed = await server.inject({ method: 'POST', url: '/decode', headers: { authorization }, payload: { payloads: [{ data: 5 }] } });
  assert.equal(malformed.statusCode, 400);
  assert.match(malformed.json<{ message: string }>().message, /payloads\.0\.data/);
});
