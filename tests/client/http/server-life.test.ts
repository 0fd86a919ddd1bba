import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { HttpApp } from '../../../client/http/run-routes.js';
import { runSpecSchema } from '../../../pipeline/config.js';
import type { HttpWorld } from './http-world.js';
import { bearer, startHttpWorld } from './http-world.js';

interface Reader {
  readonly response: IncomingMessage;
  /** What came so far. */
  text(): string;
  /** Waits until the text matches. */
  until(pattern: RegExp): Promise<void>;
  leave(): void;
}

const DEADLINE_MS = 60_000;

async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + DEADLINE_MS; !(await condition()); await new Promise((resolve) => setTimeout(resolve, 50))) {
    assert.ok(Date.now() < deadline, what);
  }
}

async function read(app: HttpApp, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reader> {
  const { port } = app.server.address() as AddressInfo;
  const sent = request({ port, path, headers: { ...bearer(), ...headers } }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  response.on('error', () => undefined);
  return {
    response,
    text: () => text,
    until: async (pattern) => eventually(() => pattern.test(text), `expected ${String(pattern)}, found ${text}`),
    leave: () => sent.destroy(),
  };
}

/** A server that listens, on a Temporal server without a worker. */
describe('the life of the HTTP trigger', () => {
  let world: HttpWorld;
  before(async () => {
    world = await startHttpWorld();
  });
  after(async () => world.stop());

  const listening = async (change: Parameters<HttpWorld['serve']>[0] = {}): Promise<HttpApp> => {
    const app = await world.serve(change);
    await app.listen({ host: '127.0.0.1', port: 0 });
    return app;
  };
  const startedRun = async (app: HttpApp): Promise<string> =>
    (await app.inject({ method: 'POST', url: '/runs', headers: bearer() })).json<{ workflowId: string }>().workflowId;

  test('the document is valid OpenAPI 3.1, names every route, and its body is the run spec', async () => {
    const app = await world.serve();
    const document = (await app.inject('/openapi.json')).json<Record<string, never>>();
    const checked = await new Validator().validate(document);
    assert.ok(checked.valid, JSON.stringify(checked.errors));
    assert.equal(document['openapi'], '3.1.0');
    const paths = document['paths'] as Record<string, Record<string, { requestBody?: { content: Record<string, { schema: { properties: object } }> } }>>;
    assert.deepEqual(
      Object.entries(paths)
        .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
        .sort(),
      [
        'get /health/live',
        'get /health/ready',
        'get /runs',
        'get /runs/{id}',
        'get /runs/{id}/artifacts',
        'get /runs/{id}/events',
        'get /runs/{id}/result',
        'post /plan',
        'post /runs',
        'post /runs/{id}/cancel',
        'post /runs/{id}/resume',
      ],
    );
    const body = paths['/runs']?.['post']?.requestBody?.content['application/json']?.schema;
    assert.deepEqual(Object.keys(body?.properties ?? {}), Object.keys(runSpecSchema.shape));
  });

  test('events tell of a run until it ends; a client that comes back with the last id has nothing more to hear', async () => {
    const app = await listening();
    const id = await startedRun(app);
    const reader = await read(app, `/runs/${id}/events`, { 'last-event-id': '7' });
    assert.equal(reader.response.headers['content-type'], 'text/event-stream');
    await reader.until(/^retry: 3000\n\nevent: progress\nid: 1\ndata: \{.*"unanswered":"no worker answered/);
    await world.client.workflow.getHandle(id).terminate('by a test');
    await once(reader.response, 'end');
    assert.match(reader.text(), /event: end\nid: end\ndata: \{.*"state":"Failed".*"type":"Terminated".*\}\n\n$/);
    const again = await read(app, `/runs/${id}/events`, { 'last-event-id': 'end' });
    assert.equal(again.response.statusCode, 204);
  });

  test('a client that leaves ends its following, and the run goes on', async () => {
    const app = await listening({ followers: 1 });
    const id = await startedRun(app);
    const reader = await read(app, `/runs/${id}/events`);
    await reader.until(/retry/);
    const refused = await app.inject({ url: `/runs/${id}/events`, headers: bearer() });
    assert.equal(refused.statusCode, 503, 'one follower is all that this server has');
    assert.match(String(refused.headers['content-type']), /^application\/problem\+json/);
    reader.leave();
    await eventually(async () => {
      const next = await read(app, `/runs/${id}/events`);
      next.leave();
      return next.response.statusCode === 200;
    }, 'the place of the client that left stays taken');
    assert.equal((await world.client.workflow.getHandle(id).describe()).status.name, 'RUNNING');
  });

  test('a server that closes ends its streams and waits at once, and leaves the runs alone', async () => {
    const app = await listening();
    const id = await startedRun(app);
    const reader = await read(app, `/runs/${id}/events`);
    await reader.until(/retry/);
    const waiting = app.inject({ url: `/runs/${id}/result?wait=60`, headers: bearer() });
    const startedMs = Date.now();
    const closed = app.close();
    await once(reader.response, 'close');
    assert.equal((await waiting).statusCode, 503);
    // A query that no worker answers holds a following for 5 s, but not its reader.
    assert.ok(Date.now() - startedMs < 4000, `${Date.now() - startedMs} ms`);
    await closed;
    assert.equal((await world.client.workflow.getHandle(id).describe()).status.name, 'RUNNING');
  });

  test('a body that never comes ends in a closed connection, not in a connection held for ever', async () => {
    const app = await world.serve();
    assert.equal(app.server.requestTimeout, 30_000);
    assert.equal(app.server.maxConnections, 256);
  });
});

test('without Temporal the server lives, is not ready, and answers 503 in time', { timeout: 180_000 }, async () => {
  const world = await startHttpWorld();
  try {
    const app = await world.serve();
    assert.equal((await app.inject('/health/ready')).statusCode, 200);
    await world.temporal.stop();
    assert.equal((await app.inject('/health/live')).statusCode, 200);
    const answers = await Promise.all([
      app.inject('/health/ready'),
      app.inject({ url: '/runs/x', headers: bearer() }),
      app.inject({ url: '/runs', headers: bearer() }),
      app.inject({ method: 'POST', url: '/runs', headers: bearer() }),
      app.inject({ url: '/runs/x/result?wait=5', headers: bearer() }),
    ]);
    for (const answer of answers) {
      assert.equal(answer.statusCode, 503, answer.body);
      assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
      assert.equal(answer.headers['retry-after'], '5');
    }
  } finally {
    await world.stop();
  }
});
