/** An archive of files over HTTP as the exchange serves it: checksums beside files, ETags, ranges; and faults on command. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestContext } from 'node:test';
import { ZipFile } from 'yazl';

/** What happens to a request: pass it on, answer with a status, or break the answer. */
export type ArchiveFault =
  | { readonly kind: 'pass' }
  /** This status, with a Retry-After in seconds where given. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  /** The connection is cut after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** The answer falls silent after so many bytes. */
  | { readonly kind: 'silent'; readonly after: number }
  /** Content-Length states so many bytes, and as many are sent. */
  | { readonly kind: 'short'; readonly length: number }
  /** More bytes than the file has. */
  | { readonly kind: 'long'; readonly extra: number }
  /** One byte of the body is another. */
  | { readonly kind: 'damage' }
  /** Ranges are ignored: the whole file comes. */
  | { readonly kind: 'whole' };

export interface ArchiveRequest {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  /** First request = 1, counted by method and path. */
  readonly turn: number;
}

export interface ArchiveServer {
  readonly address: string;
  readonly requests: readonly ArchiveRequest[];
  /** Puts a file there with its checksum (or another one). */
  put(path: string, bytes: Uint8Array, checksum?: string): void;
  /** Puts a zip of one CSV there; returns its bytes. */
  putCsv(path: string, text: string): Promise<Buffer>;
  remove(path: string): void;
  /** The fault of each request from now on. */
  setFault(rule: (request: ArchiveRequest) => ArchiveFault): void;
  /** Waits before each answer, and after each piece of `pieceBytes`. */
  setPace(pace: { readonly answerMs?: number; readonly pieceMs?: number; readonly pieceBytes?: number }): void;
}

const PASS: ArchiveFault = { kind: 'pass' };

/** A server that ends with the test. */
export async function startArchiveServer(context: Pick<TestContext, 'after'>): Promise<ArchiveServer> {
  const files = new Map<string, Buffer>();
  const requests: ArchiveRequest[] = [];
  let rule: (request: ArchiveRequest) => ArchiveFault = () => PASS;
  let pace = { answerMs: 0, pieceMs: 0, pieceBytes: 65_536 };

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (incoming.url ?? '/').slice(1);
    const method = incoming.method ?? 'GET';
    const turn = requests.filter((earlier) => earlier.path === path && earlier.method === method).length + 1;
    const request = { method, path, range: incoming.headers.range, turn };
    requests.push(request);
    const fault = rule(request);
    if (pace.answerMs > 0) await sleep(pace.answerMs);
    if (fault.kind === 'status') {
      response.writeHead(fault.status, fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }).end();
      return;
    }
    const file = files.get(path);
    if (file === undefined) {
      response.writeHead(404, { 'content-type': 'application/xml' }).end('<Error><Code>NoSuchKey</Code></Error>');
      return;
    }
    await sendFile(file, { incoming, response, fault, pace });
  };

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const put: ArchiveServer['put'] = (path, bytes, checksum = sha256Of(bytes)) => {
    files.set(path, Buffer.from(bytes));
    files.set(`${path}.CHECKSUM`, Buffer.from(`${checksum}  ${basename(path)}\n`));
  };
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    put,
    putCsv: async (path, text) => {
      const bytes = await zipOf(`${basename(path, '.zip')}.csv`, text);
      put(path, bytes);
      return bytes;
    },
    remove: (path) => {
      files.delete(path);
      files.delete(`${path}.CHECKSUM`);
    },
    setFault: (next) => {
      rule = next;
    },
    setPace: (next) => {
      pace = { answerMs: 0, pieceMs: 0, pieceBytes: 65_536, ...next };
    },
  };
}

interface Sending {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly fault: ArchiveFault;
  readonly pace: { readonly pieceMs: number; readonly pieceBytes: number };
}

async function sendFile(file: Buffer, sending: Sending): Promise<void> {
  const { incoming, response, fault } = sending;
  const etag = `"${createHash('md5').update(file).digest('hex')}"`;
  if (incoming.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag }).end();
    return;
  }
  const from = rangeStart(incoming, etag, fault);
  if (from >= file.length && from > 0) {
    response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end();
    return;
  }
  const body = bodyOf(file, from, fault);
  const status = from > 0 ? { code: 206, range: { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` } } : { code: 200, range: {} };
  const length = fault.kind === 'cut' || fault.kind === 'silent' ? file.length - from : body.length;
  response.writeHead(status.code, { etag, 'accept-ranges': 'bytes', 'content-length': length, ...status.range });
  if (incoming.method === 'HEAD') {
    response.end();
    return;
  }
  await sendPieces(body, sending);
}

function rangeStart(incoming: IncomingMessage, etag: string, fault: ArchiveFault): number {
  const from = /^bytes=(\d+)-$/.exec(incoming.headers.range ?? '')?.[1];
  const condition = incoming.headers['if-range'];
  return from === undefined || fault.kind === 'whole' || (condition !== undefined && condition !== etag) ? 0 : Number(from);
}

function bodyOf(file: Buffer, from: number, fault: ArchiveFault): Buffer {
  const rest = file.subarray(from);
  if (fault.kind === 'cut' || fault.kind === 'silent') return rest.subarray(0, fault.after);
  if (fault.kind === 'short') return rest.subarray(0, fault.length);
  if (fault.kind === 'long') return Buffer.concat([rest, Buffer.alloc(fault.extra)]);
  if (fault.kind !== 'damage') return rest;
  const damaged = Buffer.from(rest);
  damaged[Math.floor(damaged.length / 2)]! ^= 1;
  return damaged;
}

async function sendPieces(body: Buffer, { response, fault, pace }: Sending): Promise<void> {
  for (let at = 0; at < body.length; at += pace.pieceBytes) {
    const piece = body.subarray(at, at + pace.pieceBytes);
    if (response.destroyed) return;
    await new Promise<void>((resolve) => {
      response.write(piece, () => resolve());
    });
    if (pace.pieceMs > 0) await sleep(pace.pieceMs);
  }
  // An orderly end of the connection: what was sent arrives, the rest never comes.
  if (fault.kind === 'cut') response.socket?.end();
  else if (fault.kind !== 'silent') response.end();
}

/** Hex sha256. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A zip of one file, the same bytes for the same text. */
export async function zipOf(name: string, text: string): Promise<Buffer> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(text), name, { mtime: new Date(2020, 0, 1), forceDosTimestamp: true });
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}
