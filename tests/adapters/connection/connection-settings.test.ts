import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConnectionSettings } from '../../../adapters/connection/connection-settings.js';

const folder = mkdtempSync(join(tmpdir(), 'ares-connection-'));
const NO_FILE = { TEMPORAL_CONFIG_FILE: join(folder, 'none.toml') };

test('an empty environment means the local default', () => {
  const { address, namespace, options } = readConnectionSettings(NO_FILE);
  assert.deepEqual([address, namespace, options.tls], ['127.0.0.1:7233', 'default', undefined]);
});

test('address and namespace come from the environment', () => {
  const { address, namespace } = readConnectionSettings({ ...NO_FILE, TEMPORAL_ADDRESS: 'temporal.example:7233', TEMPORAL_NAMESPACE: 'research' });
  assert.deepEqual([address, namespace], ['temporal.example:7233', 'research']);
});

test('an API key turns TLS on, from a variable or from a file', () => {
  const path = join(folder, 'key');
  writeFileSync(path, 'secret\n');
  for (const env of [{ TEMPORAL_API_KEY: 'secret' }, { TEMPORAL_API_KEY_FILE: path }]) {
    const { options } = readConnectionSettings({ ...NO_FILE, ...env });
    assert.equal(options.apiKey, 'secret');
    assert.equal(options.tls, true);
  }
});

test('a TOML profile is read, and the environment goes on top of it', () => {
  const path = join(folder, 'temporal.toml');
  writeFileSync(path, '[profile.work]\naddress = "from-file:7233"\nnamespace = "from-file"\n');
  const env = { TEMPORAL_CONFIG_FILE: path, TEMPORAL_PROFILE: 'work' };
  assert.equal(readConnectionSettings(env).address, 'from-file:7233');
  const both = readConnectionSettings({ ...env, TEMPORAL_ADDRESS: 'from-env:7233' });
  assert.deepEqual([both.address, both.namespace], ['from-env:7233', 'from-file']);
});

test('client certificates make mutual TLS', () => {
  for (const name of ['cert', 'private']) writeFileSync(join(folder, name), name);
  const { options } = readConnectionSettings({
    ...NO_FILE,
    TEMPORAL_TLS_CLIENT_CERT_PATH: join(folder, 'cert'),
    TEMPORAL_TLS_CLIENT_KEY_PATH: join(folder, 'private'),
  });
  assert.equal(Buffer.from((options.tls as { clientCertPair: { crt: Uint8Array } }).clientCertPair.crt).toString(), 'cert');
});

test('an empty variable counts as not set', () => {
  const { address, options } = readConnectionSettings({ ...NO_FILE, TEMPORAL_ADDRESS: '', TEMPORAL_API_KEY: '' });
  assert.deepEqual([address, options.apiKey, options.tls], ['127.0.0.1:7233', undefined, undefined]);
});

test('headers of the environment travel with every call', () => {
  assert.deepEqual(readConnectionSettings({ ...NO_FILE, TEMPORAL_GRPC_META_X_TEAM: 'quants' }).options.metadata, { 'x-team': 'quants' });
});

for (const [title, env, pattern] of [
  ['a profile that the file does not have', { TEMPORAL_PROFILE: 'nope' }, /Profile 'nope' not found/],
  ['a certificate file that is not there', { TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/nowhere/ca.crt' }, /ENOENT.*\/nowhere\/ca\.crt/],
  ['a key file that is not there', { TEMPORAL_API_KEY_FILE: '/nowhere/key' }, /ENOENT.*\/nowhere\/key/],
  ['a client certificate without its key', { TEMPORAL_TLS_CLIENT_CERT_PATH: '/nowhere/client.crt' }, /need each other, found only the certificate/],
  ['a client key without its certificate', { TEMPORAL_TLS_CLIENT_KEY_PATH: '/nowhere/client.key' }, /need each other, found only the key/],
] as const) {
  test(`${title} is refused by name`, () => {
    assert.throws(
      () => readConnectionSettings({ ...NO_FILE, ...env }),
      (error: Error) => error.name === 'CannotConnect' && pattern.test(error.message),
    );
  });
}

test('a broken profile file is refused without showing its lines, one of which may be the API key', () => {
  const path = join(folder, 'broken.toml');
  writeFileSync(path, '[profile.work]\napi_key = "api-key-of-somebody"\naddress\n');
  assert.throws(
    () => readConnectionSettings({ TEMPORAL_CONFIG_FILE: path, TEMPORAL_PROFILE: 'work' }),
    (error: Error) => /Invalid TOML document/.test(error.message) && !/api-key-of-somebody/.test(`${error.message} ${error.stack} ${String(error.cause)}`),
  );
});
