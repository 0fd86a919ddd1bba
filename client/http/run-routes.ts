/** Routes of the HTTP trigger that start, show, follow, cancel and resume runs. */
import type { FastifyBaseLogger, FastifyInstance, RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerDefault } from 'fastify';
import type { Client } from '@temporalio/client';
import { runSpecSchema } from '../../pipeline/config.js';
import type { AresClient } from '../ares-client.js';
import * as contract from './contract.js';
import type { Followers } from './followers.js';
import { HttpProblem, problemSentence } from './problem.js';
import type { RemoteSpecPolicy } from './remote-spec-policy.js';
import type { RestrictedSpec } from './restrict-remote-spec.js';
import { restrictRemoteSpec } from './restrict-remote-spec.js';
import { END_EVENT_ID, endOf, runEventStream } from './run-event-stream.js';
import { describeRun, runView, stateOf } from './run-view.js';
import { startRun } from './start-run.js';
import type { ZodTypes } from './zod-routes.js';

export type HttpApp = FastifyInstance<RawServerDefault, RawRequestDefaultExpression, RawReplyDefaultExpression, FastifyBaseLogger, ZodTypes>;

export interface RouteServices {
  readonly ares: AresClient;
  readonly client: Client;
  readonly policy: RemoteSpecPolicy;
  readonly followers: Followers;
}

/** Longest a request waits for Temporal, and for a dry run. */
const ANSWER_MS = 10_000;
const PLAN_MS = 60_000;
const DEFAULT_LIST = 20;

/** Adds the routes. */
export function addRunRoutes(app: HttpApp, services: RouteServices): void {
  addStart(app, services);
  addQueries(app, services);
  addFollowing(app, services);
  addCommands(app, services);
}

function addStart(app: HttpApp, { ares, client, policy }: RouteServices): void {
  app.post(
    '/runs',
    {
      schema: {
        summary: 'Start a run; with an Idempotency-Key, a repeated request finds the same run',
        headers: contract.startHeaders,
        body: runSpecSchema,
        response: { 201: contract.startedRun, 200: contract.startedRun, default: PROBLEM },
      },
    },
    async (request, reply) => {
      const restricted = admitted(await restrictRemoteSpec(request.body, policy));
      const idempotencyKey = request.headers['idempotency-key'] ?? null;
      const started = await within(client, ANSWER_MS, async () => startRun(client, { ...restricted, caller: request.caller ?? '', idempotencyKey }));
      request.log.info({ caller: request.caller, workflowId: started.workflowId, runId: started.runId, adopted: started.adopted }, 'run asked for');
      return reply
        .code(started.adopted ? 200 : 201)
        .header('location', `/runs/${encodeURIComponent(started.workflowId)}`)
        .send(started);
    },
  );
  app.post(
    '/plan',
    {
      schema: {
        summary: 'Dry run: each step with cached or not and why; computes nothing',
        body: runSpecSchema,
        response: { 200: contract.forecast, default: PROBLEM },
      },
    },
    async (request) => {
      const { input } = admitted(await restrictRemoteSpec(request.body, policy));
      return within(client, PLAN_MS, async () => ares.plan(input));
    },
  );
}

function addQueries(app: HttpApp, { ares, client }: RouteServices): void {
  app.get(
    '/runs',
    { schema: { summary: 'The newest runs', querystring: contract.listQuery, response: { 200: contract.runListings, default: PROBLEM } } },
    async ({ query: { state, limit = DEFAULT_LIST } }) => ({
      runs: await within(client, ANSWER_MS, async () => ares.list({ limit, ...(state === undefined ? {} : { state }) })),
    }),
  );
  app.get(
    '/runs/:id',
    { schema: { summary: 'Where a run stands', params: contract.runParams, response: { 200: contract.runView, default: PROBLEM } } },
    async ({ params: { id } }) =>
      within(client, ANSWER_MS, async () => {
        const description = await describeRun(client, id);
        return runView(description, await ares.snapshot(id));
      }),
  );
  app.get(
    '/runs/:id/artifacts',
    {
      schema: {
        summary: 'References of every artifact that the run has made so far',
        params: contract.runParams,
        response: { 200: contract.artifacts, default: PROBLEM },
      },
    },
    async ({ params: { id } }) =>
      within(client, ANSWER_MS, async () => {
        await describeRun(client, id);
        return { artifacts: await ares.artifacts(id) };
      }),
  );
}

function addFollowing(app: HttpApp, { ares, client, followers }: RouteServices): void {
  app.get(
    '/runs/:id/result',
    {
      schema: {
        summary: 'The result of a run that has ended; else 202, after waiting so many seconds',
        params: contract.runParams,
        querystring: contract.resultQuery,
        response: { 200: contract.runEnd, 202: contract.pendingResult, default: PROBLEM },
      },
    },
    async ({ params: { id }, query: { wait = 0 } }, reply) => {
      const description = await within(client, ANSWER_MS, async () => describeRun(client, id));
      const isOpen = description.status.name === 'RUNNING';
      const patience = AbortSignal.timeout((isOpen ? wait : contract.LONGEST_WAIT_SECONDS) * 1000);
      const pending = async (): Promise<unknown> => {
        const now = await within(client, ANSWER_MS, async () => describeRun(client, id));
        return reply
          .code(202)
          .header('retry-after', RETRY_AFTER_SECONDS)
          .send({ workflowId: id, state: stateOf(now) });
      };
      if (isOpen && wait === 0) return pending();
      try {
        const end = await followers.during(patience, async (signal) => ares.watch(id, { signal, onSnapshot: () => undefined }));
        return end.state === 'Blocked' ? await pending() : { workflowId: id, ...endOf(end) };
      } catch (error) {
        if (error !== patience.reason) throw error;
        return pending();
      }
    },
  );
  app.get(
    '/runs/:id/events',
    {
      schema: {
        summary: 'Progress as server-sent events until the run ends or parks; leaving ends the following, never the run',
        params: contract.runParams,
        response: { 200: { description: 'events', content: { 'text/event-stream': { schema: contract.events } } }, default: PROBLEM },
      },
    },
    async ({ params: { id }, headers }, reply) => {
      const description = await within(client, ANSWER_MS, async () => describeRun(client, id));
      if (headers['last-event-id'] === END_EVENT_ID && description.status.name !== 'RUNNING') return reply.code(204).send();
      void reply.header('content-type', 'text/event-stream').header('cache-control', 'no-store').header('x-accel-buffering', 'no');
      return runEventStream(id, { ares, followers });
    },
  );
}

function addCommands(app: HttpApp, { ares, client }: RouteServices): void {
  app.post(
    '/runs/:id/cancel',
    {
      schema: {
        summary: 'Ask a run to stop; finished steps stay in the cache',
        params: contract.runParams,
        response: { 202: contract.cancelRequested, default: PROBLEM },
      },
    },
    async ({ params: { id } }, reply) =>
      within(client, ANSWER_MS, async () => {
        const description = await describeRun(client, id);
        if (description.status.name !== 'RUNNING') throw new HttpProblem(409, `run ${id} is ${stateOf(description)}: there is nothing to cancel`);
        await ares.cancel(id);
        return reply.code(202).send({ workflowId: id, cancelRequested: true });
      }),
  );
  app.post(
    '/runs/:id/resume',
    {
      schema: {
        summary: 'Go on with a parked run, or with one that failed or was stopped; finished steps are not computed again',
        params: contract.runParams,
        body: contract.resumeBody,
        response: { 200: contract.resumedRun, default: PROBLEM },
      },
    },
    async ({ params: { id }, body: { step, note }, caller, log }) =>
      within(client, ANSWER_MS, async () => {
        await describeRun(client, id);
        const resumed = await ares.resume(id, { ...(step === undefined ? {} : { step }), note: note ?? `asked for over HTTP by ${caller}` });
        log.info({ caller, ...resumed }, 'run resumed');
        return resumed;
      }),
  );
}

const RETRY_AFTER_SECONDS = 5;

/** How every refusal is documented. */
const PROBLEM = { description: 'problem details (RFC 9457)', content: { 'application/problem+json': { schema: contract.problem } } };

/** What `body` returns; every call to Temporal in it ends by the deadline. */
async function within<T>(client: Client, ms: number, body: () => Promise<T>): Promise<T> {
  return client.withDeadline(Date.now() + ms, body);
}

function admitted(restricted: RestrictedSpec): Extract<RestrictedSpec, { ok: true }> {
  if (restricted.ok) return restricted;
  throw new HttpProblem(restricted.reason === 'invalid' ? 422 : 403, problemSentence(restricted.problems), { problems: restricted.problems });
}
