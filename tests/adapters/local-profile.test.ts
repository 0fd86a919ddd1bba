import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { applyLocalProfile, readLocalProfile } from '../../adapters/local-profile.js';
import type { LocalProfile } from '../../adapters/local-profile.js';

const child = { pid: 1, startTicks: '1' };
const PROFILE: LocalProfile = {
  schema: 'ares.local-profile',
  temporal: { address: '127.0.0.1:7', namespace: 'default', ui: 'http://127.0.0.1:8', process: child },
  store: { endpoint: 'http://127.0.0.1:9', region: 'us-east-1', accessKeyId: 'id', secretAccessKey: 'secret', process: child },
  worker: null,
  owner: null,
};
let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ares-profile-'));
});
beforeEach(async () => {
  await writeFile(join(folder, 'profile.json'), JSON.stringify(PROFILE));
});
after(async () => rm(folder, { recursive: true, force: true }));

test('an empty environment is filled whole from the profile', () => {
  const env: Record<string, string | undefined> = { ARES_STATE: folder };
  assert.deepEqual(applyLocalProfile(env), PROFILE);
  assert.deepEqual(env, {
    ARES_STATE: folder,
    TEMPORAL_ADDRESS: '127.0.0.1:7',
    TEMPORAL_NAMESPACE: 'default',
    ARES_UI: 'http://127.0.0.1:8',
    AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    ARES_STORE: 's3://ares/default',
  });
});

test('the keys of the local store never go with an endpoint that somebody set', () => {
  for (const name of ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL']) {
    const env: Record<string, string | undefined> = { ARES_STATE: folder, [name]: 'https://s3.example' };
    applyLocalProfile(env);
    assert.equal(env['AWS_SECRET_ACCESS_KEY'], undefined);
    assert.equal(env[name], 'https://s3.example');
    assert.equal(env['TEMPORAL_ADDRESS'], '127.0.0.1:7');
  }
});

test('keys of another account give way to those of the local store when the endpoint is ours', () => {
  const env: Record<string, string | undefined> = {
    ARES_STATE: folder,
    AWS_ACCESS_KEY_ID: 'other',
    AWS_SECRET_ACCESS_KEY: 'other',
    AWS_SESSION_TOKEN: 'token',
  };
  applyLocalProfile(env);
  assert.deepEqual([env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY'], env['AWS_SESSION_TOKEN']], ['id', 'secret', undefined]);
});

test('a set address of Temporal stays, with its namespace', () => {
  const env: Record<string, string | undefined> = { ARES_STATE: folder, TEMPORAL_ADDRESS: 'temporal.example:7233' };
  applyLocalProfile(env);
  assert.deepEqual([env['TEMPORAL_ADDRESS'], env['TEMPORAL_NAMESPACE'], env['ARES_UI']], ['temporal.example:7233', undefined, undefined]);
});

test('no profile is null, a damaged one is an error that names the file', async () => {
  assert.equal(readLocalProfile({ ARES_STATE: join(folder, 'none') }), null);
  await writeFile(join(folder, 'profile.json'), '{"schema":');
  assert.throws(() => readLocalProfile({ ARES_STATE: folder }), /expected JSON in the profile .*profile\.json/);
  await writeFile(join(folder, 'profile.json'), '{"schema":"other"}');
  assert.throws(() => readLocalProfile({ ARES_STATE: folder }), /expected schema ares\.local-profile .* found other/);
});
