import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { makeMetrics, startMetricsServer } from '../../../adapters/telemetry/index.js';
import type { MetricsServer } from '../../../adapters/telemetry/index.js';

describe('the one port of a worker', () => {
  const metrics = makeMetrics();
  const errors: unknown[] = [];
  let reasons: string[] = [];
  let endpoint: MetricsServer;
  // Stands for Temporal's runtime, whose endpoint is another port of this machine.
  const runtime = createServer((_request, response) => response.end('# TYPE temporal_num_pollers gauge\ntemporal_num_pollers 4\n'));
  before(async () => {
    await new Promise<void>((resolve) => runtime.listen(0, '127.0.0.1', () => resolve()));
    endpoint = await startMetricsServer({
      address: '127.0.0.1:0',
      metrics,
      refresh: async () => metrics.tasksWaiting.set(3),
      temporalAddress: `127.0.0.1:${(runtime.address() as AddressInfo).port}`,
      unready: async () => reasons,
      onError: (error) => void errors.push(error),
    });
  });
  after(async () => {
    await endpoint.close();
    await new Promise((resolve) => runtime.close(resolve));
  });

  test("/metrics holds ours, brought up to date, and Temporal's", async () => {
    const text = await (await fetch(`${endpoint.url}/metrics`)).text();
    assert.match(text, /^ares_compute_tasks_waiting 3$/m);
    assert.match(text, /^temporal_num_pollers 4$/m);
  });

  test('failure counters begin at zero, so that the first failure shows as an increase', async () => {
    const text = await (await fetch(`${endpoint.url}/metrics`)).text();
    assert.match(text, /^ares_steps_failed_total\{step="saving",error="StoreUnavailable"\} 0$/m);
    assert.match(text, /^ares_activity_cancellations_total\{activity="saveResults",reason="not_found"\} 0$/m);
  });

  test('/health/ready is 503 with the reasons until there is none', async () => {
    reasons = ['draining'];
    const refused = await fetch(`${endpoint.url}/health/ready`);
    assert.deepEqual([refused.status, await refused.json()], [503, { status: 'not ready', reasons: ['draining'] }]);
    reasons = [];
    assert.equal((await fetch(`${endpoint.url}/health/ready`)).status, 200);
    assert.equal((await fetch(`${endpoint.url}/health/live`)).status, 200);
  });

  test('another path is 404, another method 405', async () => {
    assert.equal((await fetch(`${endpoint.url}/`)).status, 404);
    assert.equal((await fetch(`${endpoint.url}/metrics`, { method: 'POST' })).status, 405);
  });

  test("a runtime that does not answer makes the scrape fail and says so, rather than leave out Temporal's half", async () => {
    const lone = await startMetricsServer({
      address: '127.0.0.1:0',
      metrics,
      refresh: async () => undefined,
      temporalAddress: '127.0.0.1:1',
      unready: async () => [],
      onError: (error) => void errors.push(error),
    });
    try {
      assert.equal((await fetch(`${lone.url}/metrics`)).status, 500);
      assert.equal(errors.length, 1);
    } finally {
      await lone.close();
    }
  });
});

for (const address of ['9464', 'localhost', 'localhost:x', '127.0.0.1:99999'])
  test(`the address ${address} is refused by name`, async () => {
    await assert.rejects(
      startMetricsServer({
        address,
        metrics: makeMetrics(),
        refresh: async () => undefined,
        temporalAddress: '',
        unready: async () => [],
        onError: () => undefined,
      }),
      /expected ARES_METRICS_ADDRESS to be host:port/,
    );
  });
