/** The HTTP trigger: starts and follows runs for services that have no Temporal SDK. */
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import type { Client } from '@temporalio/client';
import fastify, { LogController } from 'fastify';
import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import type { AresClient } from '../ares-client.js';
import type { AccessToken } from './access-tokens.js';
import { callerOf } from './access-tokens.js';
import * as contract from './contract.js';
import { Followers } from './followers.js';
import { HttpProblem, problemDetails } from './problem.js';
import { problemOf } from './problem-of.js';
import type { RemoteSpecPolicy } from './remote-spec-policy.js';
import type { HttpApp } from './run-routes.js';
import { addRunRoutes } from './run-routes.js';
import type { ZodTypes } from './zod-routes.js';
import { checkByZod, documentedSchema } from './zod-routes.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Name of the token that came with the request; null without a valid one. */
    caller: string | null;
  }
  interface FastifyContextConfig {
    /** Answered without a token. */
    isOpen?: boolean;
  }
}

export interface HttpServerOptions {
  readonly ares: AresClient;
  readonly client: Client;
  readonly namespace: string;
  readonly tokens: readonly AccessToken[];
  readonly policy: RemoteSpecPolicy;
  /** Requests a token may make a minute, and an address without a valid one. */
  readonly requestsPerMinute?: number;
  /** Requests that may follow a run at once. */
  readonly followers?: number;
  readonly logger?: FastifyServerOptions['logger'];
}

export const REQUESTS_PER_MINUTE = 60;
const BODY_LIMIT_BYTES = 256 * 1024;
/** Longest that sending a request may take; answers may take longer. */
const REQUEST_TIMEOUT_MS = 30_000;
const MOST_CONNECTIONS = 256;
const READY_MS = 3000;
/** Probes and the document: no token, not counted. */
const OPEN = { config: { isOpen: true } } as const;

/** The server, not yet listening. `close` ends those who follow runs, never the runs. */
export async function makeHttpServer(options: HttpServerOptions): Promise<HttpApp> {
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    logController: new LogController({ disableRequestLogging: true }),
    logger: options.logger ?? false,
    routerOptions: { maxParamLength: 1000 },
  }).withTypeProvider<ZodTypes>();
  const followers = new Followers(options.followers);
  app.server.maxConnections = MOST_CONNECTIONS;
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(checkByZod as never);
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler(sendProblem);
  app.addHook('preClose', async () => followers.close());
  app.addHook('onClose', async () => followers.settled());
  await addAccess(app, options);
  app.setNotFoundHandler(async (request) => {
    throw new HttpProblem(404, `no such route: ${request.method} ${request.url.split('?')[0]}`);
  });
  await addDescription(app);
  addHealth(app, options);
  addRunRoutes(app, { ...options, followers });
  await app.ready();
  return app;
}

/** Knows the caller first, then counts the request, then refuses: guesses at a token are counted, on routes that are not there too. */
async function addAccess(app: HttpApp, { tokens, requestsPerMinute = REQUESTS_PER_MINUTE }: HttpServerOptions): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    max: requestsPerMinute,
    timeWindow: '1 minute',
    keyGenerator: ({ caller, ip }) => (caller === null ? `address ${ip}` : `caller ${caller}`),
  });
  const count = app.createRateLimit();
  app.decorateRequest('caller', null);
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.isOpen === true) return;
    request.caller = callerOf(request.headers.authorization, tokens);
    const counted = await count(request);
    if (!counted.isAllowed && counted.isExceeded) {
      void reply.header('retry-after', counted.ttlInSeconds);
      throw new HttpProblem(429, `more than ${counted.max} requests a minute; try again in ${counted.ttlInSeconds} s`);
    }
    if (request.caller !== null) return;
    void reply.header('www-authenticate', 'Bearer realm="ares"');
    throw new HttpProblem(401, 'expected a valid token in the header Authorization: Bearer TOKEN');
  });
  app.addHook('onResponse', async ({ log, method, url, caller }, { statusCode, elapsedTime }) => {
    log.info({ method, url: url.split('?')[0], status: statusCode, ms: Math.round(elapsedTime), caller }, 'request');
  });
}

function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(error);
  if (problem.status >= 500) request.log.error({ err: error, caller: request.caller }, 'request failed');
  if (problem.status === 503) void reply.header('retry-after', '5');
  void reply.code(problem.status).type('application/problem+json').send(problemDetails(problem));
}

async function addDescription(app: HttpApp): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Ares', version: '1', description: 'Starts, shows, follows, cancels and resumes training runs' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    convertConstToEnum: false,
    transform: ({ schema, url }) => ({ schema: documentedSchema(schema), url }),
  });
}

function addHealth(app: HttpApp, { client, namespace }: HttpServerOptions): void {
  const answer = { summary: 'True of this process', response: { 200: contract.health }, security: [] };
  app.get('/health/live', { ...OPEN, schema: answer }, async () => ({ status: 'ok' as const }));
  app.get('/health/ready', { ...OPEN, schema: { ...answer, summary: 'Temporal answers' } }, async () => {
    await client.withDeadline(Date.now() + READY_MS, async () => client.workflowService.describeNamespace({ namespace }));
    return { status: 'ok' as const };
  });
  app.get('/openapi.json', { ...OPEN, schema: { hide: true } }, async () => app.swagger());
}
