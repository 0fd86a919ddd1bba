/** A proxy before an HTTP server that counts requests and the bytes of bodies, by a name that each request's path gives. */
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Traffic {
  readonly requests: number;
  /** Bodies of requests. */
  readonly sentBytes: number;
  /** Bodies of answers. */
  readonly receivedBytes: number;
}

export interface CountingProxy {
  readonly endpoint: string;
  /** Every path since the last call, with its traffic. */
  take(): ReadonlyMap<string, Traffic>;
  stop(): Promise<void>;
}

const NOTHING: Traffic = { requests: 0, sentBytes: 0, receivedBytes: 0 };

/** The sum of two. */
export function addTraffic(a: Traffic = NOTHING, b: Traffic = NOTHING): Traffic {
  return { requests: a.requests + b.requests, sentBytes: a.sentBytes + b.sentBytes, receivedBytes: a.receivedBytes + b.receivedBytes };
}

/** A proxy before `target`, an address without a path. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  let seen = new Map<string, Traffic>();
  const count = (path: string, traffic: Partial<Traffic>): void => void seen.set(path, addTraffic(seen.get(path), { ...NOTHING, ...traffic }));
  const server = createServer((incoming, answer) => {
    const { pathname } = new URL(incoming.url ?? '/', target);
    count(pathname, { requests: 1 });
    incoming.on('data', (chunk: Buffer) => count(pathname, { sentBytes: chunk.length }));
    const outgoing = forward(target + (incoming.url ?? ''), { method: incoming.method ?? 'GET', headers: incoming.headers }, (found) => {
      answer.writeHead(found.statusCode ?? 500, found.headers);
      found.on('data', (chunk: Buffer) => count(pathname, { receivedBytes: chunk.length }));
      found.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take: () => {
      const taken = seen;
      seen = new Map();
      return taken;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
