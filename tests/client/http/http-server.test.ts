import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import { keyedWorkflowId } from '../../../client/http/start-run.js';
import type { HttpApp } from '../../../client/http/run-routes.js';
import { ask } from './documented-answers.js';
import type { HttpWorld } from './http-world.js';
import { bearer, startHttpWorld, TOKENS } from './http-world.js';

interface Started {
  readonly workflowId: string;
  readonly runId: string;
  readonly adopted: boolean;
}
interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly problems?: readonly { readonly field: string; readonly detail: string; readonly found?: string }[];
}
type Headers = Readonly<Record<string, string>>;

/** No worker runs here: what is started stays Running, which is what these tests need. */
describe('the HTTP trigger on a Temporal server', () => {
  let world: HttpWorld;
  let app: HttpApp;
  before(async () => {
    world = await startHttpWorld();
    app = await world.serve();
  });
  after(async () => world.stop());

  const post = async (url: string, body?: unknown, headers: Headers = {}): Promise<LightMyRequestResponse> => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const payload = body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) };
    return ask(app, { method: 'POST', url, headers: { ...bearer(), ...type, ...headers }, ...payload });
  };
  const get = async (url: string, headers: Headers = {}): Promise<LightMyRequestResponse> =>
    ask(app, { method: 'GET', url, headers: { ...bearer(), ...headers } });
  const keyed = async (key: string, spec: object = {}, token: string = TOKENS.nightly): Promise<LightMyRequestResponse> =>
    post('/runs', spec, { 'idempotency-key': key, ...bearer(token) });
  const refused = (response: LightMyRequestResponse, status: number): Problem => {
    assert.equal(response.statusCode, status, response.body);
    const problem = response.json<Problem>();
    assert.equal(problem.status, status);
    assert.doesNotMatch(response.body, /\.(ts|js)\b|node:internal| {4}at /, 'no stack trace');
    return problem;
  };

  test('a run is started with 201 and shown at its Location, which says that no worker answers', async () => {
    const response = await post('/runs', { symbol: 'BTCUSDT' });
    assert.equal(response.statusCode, 201, response.body);
    const { workflowId } = response.json<Started>();
    assert.match(workflowId, /^train-BTCUSDT-[0-9a-f]{10}$/);
    assert.equal(response.headers.location, `/runs/${workflowId}`);
    const shown = await get(String(response.headers.location));
    const view = shown.json<{ state: string; status: string; progress: null; unanswered: string }>();
    assert.deepEqual([shown.statusCode, view.state, view.status, view.progress], [200, 'Running', 'RUNNING', null]);
    assert.match(view.unanswered, /no worker answered/);
  });

  test('a body that is left out is the default spec', async () => {
    const response = await post('/runs');
    assert.equal(response.statusCode, 201, response.body);
    assert.match(response.json<Started>().workflowId, /^train-ETHUSDT-/);
  });

  test('the memo of a run names caller, key and spec, and no token', async () => {
    const { workflowId } = (await keyed('memo', { seed: 3 })).json<Started>();
    const { memo } = await world.client.workflow.getHandle(workflowId).describe();
    assert.deepEqual(memo, { spec: { seed: 3 }, startedBy: { trigger: 'http', caller: 'nightly', idempotencyKey: 'memo' } });
    assert.equal(workflowId, keyedWorkflowId('nightly', 'memo'));
  });

  test('a repeated request with one key finds the same run: 201, then 200', async () => {
    const first = await keyed('twice');
    const second = await keyed('twice');
    assert.deepEqual([first.statusCode, second.statusCode], [201, 200]);
    assert.equal(first.json<Started>().runId, second.json<Started>().runId);
    assert.equal(first.headers.location, second.headers.location);
    assert.deepEqual([first.json<Started>().adopted, second.json<Started>().adopted], [false, true]);
  });

  test('ten requests at once with one key start one run: one 201 and nine 200', async () => {
    const responses = await Promise.all(Array.from({ length: 10 }, async () => keyed('ten')));
    assert.deepEqual(responses.map((response) => response.statusCode).sort(), [...Array.from({ length: 9 }, () => 200), 201]);
    assert.equal(new Set(responses.map((response) => response.json<Started>().runId)).size, 1);
    let started = 0;
    for await (const run of world.client.workflow.list({ query: `WorkflowId="${keyedWorkflowId('nightly', 'ten')}"` })) started += Number(run.runId !== '');
    assert.ok(started <= 1, `${started} runs`);
  });

  test('a run that ended without success is started anew under its key', async () => {
    const first = (await keyed('anew')).json<Started>();
    await world.client.workflow.getHandle(first.workflowId).terminate('by a test');
    const second = await keyed('anew', { seed: 8 });
    assert.equal(second.statusCode, 201, second.body);
    assert.notEqual(second.json<Started>().runId, first.runId);
  });

  test('a key that belongs to another spec is refused, and a spec that says the same in other words is not', async () => {
    await keyed('spec', { seed: 3 });
    const problem = refused(await keyed('spec', { seed: 4 }), 422);
    assert.equal(problem.problems?.[0]?.field, 'Idempotency-Key');
    assert.equal((await keyed('spec', { preset: 'quick-test', seed: 3 })).statusCode, 200);
  });

  test('a key is the caller’s own: another caller gets a run of its own, the same caller with another token does not', async () => {
    const ids = await Promise.all(
      [TOKENS.nightly, TOKENS.desk, TOKENS.deskBefore].map(async (token) => (await keyed('mine', {}, token)).json<Started>().workflowId),
    );
    assert.notEqual(ids[0], ids[1]);
    assert.equal(ids[1], ids[2]);
  });

  test('requests without a valid token are refused everywhere but at health and the document', async () => {
    for (const headers of [{}, bearer('wrong-token-0123456789'), { authorization: `Basic ${TOKENS.nightly}` }] as Headers[]) {
      for (const [method, url] of [
        ['POST', '/runs'],
        ['GET', '/runs'],
        ['GET', '/runs/x'],
        ['GET', '/runs/x/events'],
        ['POST', '/runs/x/cancel'],
        ['POST', '/runs/x/resume'],
        ['POST', '/plan'],
        ['GET', '/nowhere'],
      ] as const) {
        const response = await ask(app, { method, url, headers });
        refused(response, 401);
        assert.equal(response.headers['www-authenticate'], 'Bearer realm="ares"');
      }
    }
    for (const url of ['/health/live', '/health/ready', '/openapi.json']) assert.equal((await app.inject(url)).statusCode, 200, url);
  });

  for (const [title, status, body, headers] of [
    ['broken JSON', 400, '{"symbol":', {}],
    ['JSON with a __proto__ key', 400, '{"__proto__":{"admin":true}}', {}],
    ['an empty body that is called JSON', 400, '', { 'content-type': 'application/json' }],
    ['a form', 415, 'symbol=ETHUSDT', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['plain text', 415, '{}', { 'content-type': 'text/plain' }],
    ['a body of 300 KiB', 413, JSON.stringify({ symbol: 'E'.repeat(300 * 1024) }), {}],
    ['an idempotency key with a space', 400, '{}', { 'idempotency-key': 'a b' }],
    ['an idempotency key of 256 characters', 400, '{}', { 'idempotency-key': 'k'.repeat(256) }],
    ['a list', 422, '[]', {}],
    ['a text', 422, '"ETHUSDT"', {}],
  ] as const) {
    test(`${title} is refused with ${status}`, async () => void refused(await post('/runs', body, headers), status));
  }

  test('a wrong spec is refused with each field and the value found, and nothing is started', async () => {
    const problem = refused(await post('/runs', { symbol: 5, foo: 1, labels: { holdingBars: [4, 'x'] } }, { 'idempotency-key': 'wrong' }), 422);
    assert.deepEqual(problem.problems?.map(({ field, found }) => [field, found]).sort(), [
      ['foo', '1'],
      ['labels.holdingBars.1', '"x"'],
      ['symbol', '5'],
    ]);
    refused(await get(`/runs/${keyedWorkflowId('nightly', 'wrong')}`), 404);
  });

  test('what only a local caller may ask for is refused with 403, in a dry run too', async () => {
    for (const url of ['/runs', '/plan']) {
      const path = refused(await post(url, { source: 'files', path: '/etc' }), 403);
      assert.deepEqual(path.problems, [{ field: 'path', detail: 'remote callers may name no folder here (ARES_HTTP_ROOTS is empty)', found: '"/etc"' }]);
      assert.deepEqual(
        refused(await post(url, { champion: '../x', maxTrials: 1000 }), 403).problems?.map(({ field }) => field),
        ['champion', 'maxTrials'],
      );
    }
  });

  test('the answer to a huge wrong value repeats no more than 200 characters of it', async () => {
    const response = await post('/runs', { symbol: 'e'.repeat(100_000) });
    refused(response, 422);
    assert.ok(response.body.length < 2000, `${response.body.length} characters`);
  });

  for (const [url, field] of [
    ['/runs?limit=0', 'limit'],
    ['/runs?limit=many', 'limit'],
    ['/runs?state=Lost', 'state'],
    ['/runs?state=Running"%20OR%20"1"="1', 'state'],
    ['/runs?color=red', 'color'],
    ['/runs/x/result?wait=3600', 'wait'],
    ['/runs/x/result?wait=-1', 'wait'],
  ] as const) {
    test(`GET ${url} is refused with 400 and names ${field}`, async () => {
      assert.deepEqual(
        refused(await get(url), 400).problems?.map((problem) => problem.field),
        [field],
      );
    });
  }

  test('an unknown run, an unknown route and a workflow of somebody else are all 404', async () => {
    await world.client.workflow.start('payroll', { taskQueue: 'other', workflowId: 'payroll-1' });
    for (const id of ['no-such-run', 'payroll-1', '..%2f..', 'a%20b']) {
      for (const part of ['', '/result', '/artifacts', '/events']) refused(await get(`/runs/${id}${part}`), 404);
      refused(await post(`/runs/${id}/cancel`), 404);
    }
    assert.equal((await world.client.workflow.getHandle('payroll-1').describe()).status.name, 'RUNNING');
    assert.match(refused(await get('/walks?x=1'), 404).detail, /no such route: GET \/walks$/);
    refused(await ask(app, { method: 'DELETE', url: '/runs/x', headers: bearer() }), 404);
  });

  test('runs are listed, newest first and at most as many as asked for, without workflows of somebody else', async () => {
    await keyed('listed');
    const listed = async (): Promise<string[]> => (await get('/runs?limit=200')).json<{ runs: { workflowId: string }[] }>().runs.map((run) => run.workflowId);
    // Visibility is written a moment after the start.
    for (const deadline = Date.now() + 60_000; !(await listed()).includes(keyedWorkflowId('nightly', 'listed')); )
      assert.ok(Date.now() < deadline, 'not listed');
    assert.ok(!(await listed()).includes('payroll-1'));
    assert.equal((await get('/runs?limit=1')).json<{ runs: unknown[] }>().runs.length, 1);
    assert.deepEqual((await get('/runs?state=Blocked')).json(), { runs: [] });
  });

  test('a cancel is passed on, and refused for a run that is closed', async () => {
    const { workflowId } = (await keyed('cancel')).json<Started>();
    assert.equal((await post(`/runs/${workflowId}/cancel`)).statusCode, 202);
    const { events } = await world.client.workflow.getHandle(workflowId).fetchHistory();
    assert.ok(events?.some((event) => event.workflowExecutionCancelRequestedEventAttributes));
    await world.client.workflow.getHandle(workflowId).terminate('by a test');
    assert.match(refused(await post(`/runs/${workflowId}/cancel`), 409).detail, /is Failed: there is nothing to cancel/);
  });

  test('a resume of a run that has nothing to resume is refused with 409 and the reason, and its body is checked', async () => {
    const { workflowId } = (await keyed('resume')).json<Started>();
    await world.client.workflow.getHandle(workflowId).terminate('by a test');
    assert.match(refused(await post(`/runs/${workflowId}/resume`, { note: 'mended' }), 409).detail, new RegExp(`run ${workflowId}`));
    assert.deepEqual(
      refused(await post(`/runs/${workflowId}/resume`, { steps: 'saving' }), 422).problems?.map(({ field }) => field),
      ['steps'],
    );
    refused(await post('/runs/no-such-run/resume', {}), 404);
  });

  test('a result that is not there yet is 202 after the wait; that of a terminated run is its error', async () => {
    const { workflowId } = (await keyed('result')).json<Started>();
    for (const wait of [0, 1]) {
      const pending = await get(`/runs/${workflowId}/result?wait=${wait}`);
      assert.deepEqual([pending.statusCode, pending.json()], [202, { workflowId, state: 'Running' }]);
      assert.equal(pending.headers['retry-after'], '5');
    }
    await world.client.workflow.getHandle(workflowId).terminate('by a test');
    const ended = await get(`/runs/${workflowId}/result`);
    assert.deepEqual(ended.json(), { workflowId, state: 'Failed', result: null, error: { type: 'Terminated', message: 'by a test' } });
  });

  test('more requests a minute than allowed are refused with 429, for each caller apart, guesses at tokens too', async () => {
    const narrow = await world.serve({ requestsPerMinute: 3 });
    const status = async (headers: Headers): Promise<number> => (await ask(narrow, { url: '/nowhere', headers })).statusCode;
    const repeat = async (headers: Headers): Promise<number[]> => [await status(headers), await status(headers), await status(headers), await status(headers)];
    assert.deepEqual(await repeat(bearer()), [404, 404, 404, 429]);
    assert.deepEqual(await repeat(bearer(TOKENS.desk)), [404, 404, 404, 429]);
    assert.equal(await status(bearer(TOKENS.deskBefore)), 429, 'another token of one caller counts with it');
    assert.deepEqual(await repeat(bearer('wrong-token-0123456789')), [401, 401, 401, 429]);
    const limited = await ask(narrow, { url: '/runs', headers: bearer() });
    assert.match(refused(limited, 429).detail, /more than 3 requests a minute/);
    assert.ok(Number(limited.headers['retry-after']) > 0);
    assert.equal((await ask(narrow, { url: '/health/ready' })).statusCode, 200, 'probes are not counted');
  });
});
