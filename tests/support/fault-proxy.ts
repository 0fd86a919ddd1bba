/** A proxy before an S3 server that fails on command. */
import { createServer, request as forward } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * unavailable = 503 SlowDown, broken = 500 InternalError, cut = the answer breaks off in its middle, lost = the request is
 * done but its answer never comes back, silent = no answer, stall = the answer falls silent in its middle, torn = the
 * request's body breaks off in its middle, reset = the connection is reset before anything is passed on, slow = the request
 * waits half a second, denied = 403, hold = it waits until it is released.
 */
export type Fault = 'pass' | 'unavailable' | 'broken' | 'cut' | 'lost' | 'silent' | 'stall' | 'torn' | 'reset' | 'slow' | 'denied' | 'hold';

/** Where a fault is put in: by the request's method and path; `count` is the number of requests so far. */
export type FaultRule = (request: { method: string; path: string; count: number }) => Fault;

export interface FaultProxy {
  readonly endpoint: string;
  /** Requests seen. */
  readonly requests: () => number;
  /** Requests that were not simply passed on. */
  readonly faults: () => number;
  /** Whether a request that fits is held. */
  isHeld(fits: (request: { method: string; path: string }) => boolean): boolean;
  /** The rule in force. */
  rule(): FaultRule;
  /** Another rule from the next request on. */
  setRule(rule: FaultRule): void;
  /** Passes on what is held, or those requests of it that fit. */
  release(fits?: (request: { method: string; path: string }) => boolean): void;
  stop(): Promise<void>;
}

const SLOW_MS = 500;
const ANSWERS = { unavailable: [503, 'SlowDown'], broken: [500, 'InternalError'], denied: [403, 'AccessDenied'] } as const;
type Refusal = keyof typeof ANSWERS | 'silent' | 'reset';

/** A proxy before `target`: it passes requests on, or does to each what the rule says. */
export async function startFaultProxy(target: string, firstRule: FaultRule): Promise<FaultProxy> {
  let [count, faults, rule] = [0, 0, firstRule];
  const held: { readonly method: string; readonly path: string; readonly go: () => void }[] = [];
  const server = createServer((incoming, answer) => {
    count++;
    const [method, path] = [incoming.method ?? '', incoming.url ?? ''];
    const fault = rule({ method, path, count });
    if (fault !== 'pass') faults++;
    if (fault === 'hold') held.push({ method, path, go: () => pass(target, 'pass', { incoming, answer }) });
    else if (fault === 'slow') setTimeout(() => pass(target, 'pass', { incoming, answer }), SLOW_MS);
    else if (isRefusal(fault)) refuse(fault, { incoming, answer });
    else pass(target, fault, { incoming, answer });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => count,
    faults: () => faults,
    rule: () => rule,
    isHeld: (fits) => held.some(fits),
    setRule: (next) => {
      rule = next;
    },
    release: (fits = () => true) => {
      for (const request of held.splice(0)) {
        if (fits(request)) request.go();
        else held.push(request);
      }
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve, reject) => server.close((error) => (error === undefined ? resolve() : reject(error))));
    },
  };
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly answer: ServerResponse;
}

function isRefusal(fault: Fault): fault is Refusal {
  return fault in ANSWERS || fault === 'silent' || fault === 'reset';
}

function refuse(fault: Refusal, { incoming, answer }: Exchange): void {
  if (fault === 'reset') {
    incoming.socket.resetAndDestroy();
    return;
  }
  incoming.resume();
  if (fault === 'silent') return;
  const [status, code] = ANSWERS[fault];
  answer.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code><Message>try later</Message></Error>`);
}

function pass(target: string, fault: Fault, { incoming, answer }: Exchange): void {
  const half = (chunk: Buffer): Buffer => chunk.subarray(0, chunk.length >> 1);
  const outgoing = forward(target + (incoming.url ?? ''), { method: incoming.method ?? 'GET', headers: incoming.headers }, (found) => {
    if (fault === 'lost') {
      found.resume().once('end', () => incoming.socket.destroy());
      return;
    }
    answer.writeHead(found.statusCode ?? 500, found.headers);
    if (fault === 'cut') found.once('data', (chunk: Buffer) => answer.write(half(chunk), () => answer.destroy()));
    else if (fault === 'stall') found.once('data', (chunk: Buffer) => answer.write(half(chunk)));
    else found.pipe(answer);
  });
  outgoing.on('error', () => answer.destroy());
  if (fault !== 'torn') {
    incoming.pipe(outgoing);
    return;
  }
  incoming.once('data', (chunk: Buffer) =>
    outgoing.write(half(chunk), () => {
      outgoing.destroy();
      incoming.socket.destroy();
    }),
  );
}
