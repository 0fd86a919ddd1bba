/** One port for what watches over the worker: /metrics, /health/live, /health/ready. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PipelineError } from '../../pipeline/errors.js';
import type { Metrics } from './metrics.js';

const SCRAPE_TIMEOUT_MS = 5000;

export interface MetricsServerOptions {
  /** host:port; port 0 takes a free one. */
  readonly address: string;
  readonly metrics: Metrics;
  /** Brings gauges up to date before they are read. */
  readonly refresh: () => Promise<void>;
  /** Address of Temporal's own Prometheus endpoint, on this machine. */
  readonly temporalAddress: string;
  /** Reasons why the worker cannot take work; empty = ready. */
  readonly unready: () => Promise<readonly string[]>;
  readonly onError: (error: unknown) => void;
}

export interface MetricsServer {
  /** http://host:port as bound. */
  readonly url: string;
  close(): Promise<void>;
}

/** A listening server. @throws PipelineError InvalidSpec on a malformed address; the listener's error when it is taken */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const { host, port } = parseAddress(options.address);
  const server = createServer((request, response) => {
    answer(request, options)
      .catch((error: unknown) => {
        options.onError(error);
        return { status: 500, type: 'text/plain; charset=utf-8', body: 'this could not be read; the log says why\n' };
      })
      .then((reply) => send(response, reply), options.onError);
  });
  await listen(server, port, host);
  const bound = server.address() as AddressInfo;
  return {
    url: `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

async function answer(request: IncomingMessage, options: MetricsServerOptions): Promise<Reply> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, type: 'text/plain', body: 'expected GET\n' };
  const path = request.url?.replace(/\?.*$/, '');
  if (path === '/metrics') return metricsReply(options);
  if (path === '/health/live') return json(200, { status: 'live' });
  if (path === '/health/ready') {
    const reasons = await options.unready();
    return json(reasons.length === 0 ? 200 : 503, { status: reasons.length === 0 ? 'ready' : 'not ready', reasons });
  }
  return { status: 404, type: 'text/plain', body: 'expected /metrics, /health/live or /health/ready\n' };
}

async function metricsReply(options: MetricsServerOptions): Promise<Reply> {
  const { registry } = options.metrics;
  await options.refresh();
  return { status: 200, type: registry.contentType, body: `${await registry.metrics()}\n${await temporalMetrics(options)}` };
}

async function temporalMetrics({ temporalAddress }: MetricsServerOptions): Promise<string> {
  const response = await fetch(`http://${temporalAddress}/metrics`, { signal: AbortSignal.timeout(SCRAPE_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`Temporal's metrics at ${temporalAddress} answered ${response.status}`);
  return (await response.text()).replace(/^# EOF\n?$/m, '');
}

function json(status: number, body: unknown): Reply {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(body)}\n` };
}

function send(response: ServerResponse, { status, type, body }: Reply): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

function parseAddress(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  if (match === null || Number(match[3]) > 65_535)
    throw new PipelineError('InvalidSpec', `expected ARES_METRICS_ADDRESS to be host:port, for example 127.0.0.1:9464, found ${JSON.stringify(text)}`);
  return { host: match[1] ?? (match[2] || '0.0.0.0'), port: Number(match[3]) };
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
