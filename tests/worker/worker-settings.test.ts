import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readWorkerSettings } from '../../worker/worker-settings.js';

test('an empty environment serves every queue, drains for 15 s, and has no port and no version', () => {
  const settings = readWorkerSettings({});
  assert.deepEqual(settings.queues, ['ares-workflow', 'ares-io', 'ares-cpu', 'ares-gpu']);
  assert.deepEqual([settings.graceMs, settings.metricsAddress, settings.deployment], [15_000, null, null]);
});

test('queues, grace and version are read as they are written', () => {
  const settings = readWorkerSettings({ ARES_QUEUES: 'ares-cpu, ares-io', ARES_SHUTDOWN_GRACE: '2m', ARES_DEPLOYMENT_NAME: 'ares', ARES_BUILD_ID: 'v7' });
  assert.deepEqual(settings.queues, ['ares-cpu', 'ares-io']);
  assert.equal(settings.graceMs, 120_000);
  assert.deepEqual(settings.deployment, { name: 'ares', buildId: 'v7' });
});

for (const [env, message] of [
  [{ ARES_QUEUES: 'ares-cpu,ares-tpu' }, /expected ARES_QUEUES to be a list out of ares-workflow, ares-io, ares-cpu, ares-gpu, found "ares-cpu,ares-tpu"/],
  [{ ARES_SHUTDOWN_GRACE: 'soon' }, /expected ARES_SHUTDOWN_GRACE to be a time such as 15s or 2m, found "soon"/],
  [{ ARES_BUILD_ID: 'v7' }, /expected ARES_DEPLOYMENT_NAME to be set, because ARES_BUILD_ID is, found nothing/],
  [{ ARES_COMPUTE_SLOTS: '0' }, /expected ARES_COMPUTE_SLOTS to be a whole number from 1 to 999, found "0"/],
  [{ ARES_GPU: '1' }, /expected ARES_GPU to be cuda, webgpu or not set, found "1"/],
  [{ ARES_PROFILE: 'heap' }, /expected ARES_PROFILE to be cpu or not set, found "heap"/],
] as const)
  test(`${JSON.stringify(env)} is refused by name`, () => assert.throws(() => readWorkerSettings(env), message));
