import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConnectionSettings } from '../../../adapters/connection/connection-settings.js';
import { applyLocalProfile } from '../../../adapters/local-profile.js';

test('a named Temporal profile is taken while a local stack runs; without one the local stack is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ares-profiles-'));
  try {
    const local = { address: '127.0.0.1:9999', namespace: 'default', ui: 'http://127.0.0.1:9998', process: { pid: 1, startTicks: '1' } };
    writeFileSync(join(folder, 'profile.json'), JSON.stringify({ schema: 'ares.local-profile', temporal: local, store: null, worker: null, owner: null }));
    writeFileSync(join(folder, 'temporal.toml'), '[profile.production]\naddress = "temporal.example.org:7233"\nnamespace = "research"\n');
    const env: Record<string, string | undefined> = { ARES_STATE: folder, TEMPORAL_CONFIG_FILE: join(folder, 'temporal.toml') };
    const named = { ...env, TEMPORAL_PROFILE: 'production' };
    for (const each of [env, named]) applyLocalProfile(each);
    assert.equal(readConnectionSettings(env).address, '127.0.0.1:9999');
    const { address, namespace } = readConnectionSettings(named);
    assert.deepEqual([address, namespace], ['temporal.example.org:7233', 'research']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
