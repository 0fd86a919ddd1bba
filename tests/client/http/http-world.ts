/** The HTTP trigger over a real Temporal server, without a worker: what needs none is answered all the same. */
import { Client, Connection } from '@temporalio/client';
import { AresClient } from '../../../client/ares-client.js';
import { parseAccessTokens } from '../../../client/http/access-tokens.js';
import type { HttpServerOptions } from '../../../client/http/http-server.js';
import { makeHttpServer } from '../../../client/http/http-server.js';
import { DEFAULT_LIMITS } from '../../../client/http/remote-spec-policy.js';
import type { HttpApp } from '../../../client/http/run-routes.js';
import type { TemporalServer } from '../../support/temporal-server.js';
import { startTemporalServer } from '../../support/temporal-server.js';

/** Tokens of two callers, and an old one that is still valid. */
export const TOKENS = { nightly: 'nightly-token-0123456789', desk: 'desk-token-0123456789abc', deskBefore: 'desk-token-before-0123456' };

/** Headers of a caller. */
export function bearer(token: string = TOKENS.nightly): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

export interface HttpWorld {
  readonly temporal: TemporalServer;
  readonly client: Client;
  /** A server with the given changes; closed with the world. */
  serve(change?: Partial<HttpServerOptions>): Promise<HttpApp>;
  stop(): Promise<void>;
}

/** A Temporal server and a client of it. */
export async function startHttpWorld(): Promise<HttpWorld> {
  const temporal = await startTemporalServer();
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection });
  const servers: HttpApp[] = [];
  return {
    temporal,
    client,
    serve: async (change = {}) => {
      const server = await makeHttpServer({
        ares: new AresClient(client),
        client,
        namespace: 'default',
        tokens: parseAccessTokens(`nightly=${TOKENS.nightly},desk=${TOKENS.desk},desk=${TOKENS.deskBefore}`),
        policy: { roots: [], limits: DEFAULT_LIMITS },
        requestsPerMinute: 10_000,
        ...change,
      });
      servers.push(server);
      return server;
    },
    stop: async () => {
      await Promise.all(servers.map(async (server) => server.close()));
      await connection.close();
      await temporal.stop();
    },
  };
}
