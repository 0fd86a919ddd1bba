/** A local server that speaks like the exchanges over given rows, and fails as told. Rows stay as the exchange sent them. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Rows behind a path, for the queries that name them: ascending in time. */
export interface ServedSeries {
  readonly path: string;
  /** Parameters that a query must have for these rows. */
  readonly key: Readonly<Record<string, string>>;
  readonly rows: readonly unknown[];
  readonly timeOf: (row: never) => number;
  /** Of rows that can be asked for by fromId. */
  readonly idOf?: (row: never) => number;
  /** Which end of too many rows an answer has; first unless told. */
  readonly end?: 'first' | 'last';
}

export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: number; readonly body?: string }
  /** Half of the body, then the connection is gone. */
  | { readonly kind: 'drop' }
  /** No answer at all. */
  | { readonly kind: 'stall' }
  | { readonly kind: 'body'; readonly body: string }
  /** Other rows than those asked for. */
  | { readonly kind: 'rows'; readonly change: (rows: readonly unknown[]) => readonly unknown[] };

export interface RecordedExchange {
  readonly url: string;
  /** Path and query of each request so far. */
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

export interface ExchangeOptions {
  readonly series?: readonly ServedSeries[];
  /** Bodies by path; a function gets the query. */
  readonly bodies?: Readonly<Record<string, unknown>>;
  /** What goes wrong with a request, by its number (the first is 1); null = nothing. */
  readonly fault?: (count: number, path: string) => Fault | null;
  /** Most rows of an answer, whatever was asked for. */
  readonly mostRows?: () => number;
  /** The exchange's own count of weight, sent with each answer. */
  readonly usedWeight?: () => number;
}

/** A server on a free port of this machine. */
export async function startRecordedExchange(options: ExchangeOptions): Promise<RecordedExchange> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    answer(request, response, { options, count: requests.length });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** The environment in which every host is this server. */
export function hostedBy({ url }: Pick<RecordedExchange, 'url'>): Record<string, string> {
  const names = ['BINANCE_SPOT', 'BINANCE_USDM', 'BINANCE_COINM', 'KRAKEN', 'FEAR_GREED', 'HASH_RATE'];
  return Object.fromEntries(names.map((name) => [`ARES_${name}_URL`, url]));
}

function answer(request: IncomingMessage, response: ServerResponse, { options, count }: { options: ExchangeOptions; count: number }): void {
  const url = new URL(request.url ?? '', 'http://exchange');
  const fault = options.fault?.(count, url.pathname) ?? null;
  if (fault?.kind === 'stall') return;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (options.usedWeight !== undefined) headers['x-mbx-used-weight-1m'] = String(options.usedWeight());
  if (fault?.kind === 'status') {
    if (fault.retryAfter !== undefined) headers['retry-after'] = String(fault.retryAfter);
    response.writeHead(fault.status, headers).end(fault.body ?? '');
    return;
  }
  if (fault?.kind === 'body') {
    response.writeHead(200, headers).end(fault.body);
    return;
  }
  const { status, body } = bodyFor(url, options, fault?.kind === 'rows' ? fault.change : (rows) => rows);
  const text = JSON.stringify(body);
  if (fault?.kind !== 'drop') {
    response.writeHead(status, headers).end(text);
    return;
  }
  response.writeHead(status, { ...headers, 'content-length': String(text.length) });
  response.write(text.slice(0, Math.ceil(text.length / 2)), () => response.destroy());
}

function bodyFor(url: URL, options: ExchangeOptions, change: (rows: readonly unknown[]) => readonly unknown[]): { status: number; body: unknown } {
  const query = url.searchParams;
  const given = options.bodies?.[url.pathname];
  if (given !== undefined) return { status: 200, body: typeof given === 'function' ? (given as (query: URLSearchParams) => unknown)(query) : given };
  const known = (options.series ?? []).filter(({ path }) => path === url.pathname);
  const series = known.find(({ key }) => Object.entries(key).every(([name, value]) => query.get(name) === value));
  if (series === undefined) return { status: 400, body: known.length > 0 ? { code: -1121, msg: 'Invalid symbol.' } : { code: -1100, msg: 'Unknown path.' } };
  const inside = selected(series, query);
  const limit = Math.min(Number(query.get('limit') ?? 500), options.mostRows?.() ?? Number.POSITIVE_INFINITY);
  return { status: 200, body: change(series.end === 'last' ? inside.slice(-limit) : inside.slice(0, limit)) };
}

function selected({ rows, timeOf, idOf }: ServedSeries, query: URLSearchParams): readonly unknown[] {
  const fromId = query.get('fromId');
  if (fromId !== null && idOf !== undefined) return rows.filter((row) => idOf(row as never) >= Number(fromId));
  const [from, to] = [Number(query.get('startTime') ?? 0), Number(query.get('endTime') ?? Number.MAX_SAFE_INTEGER)];
  return rows.filter((row) => timeOf(row as never) >= from && timeOf(row as never) <= to);
}
