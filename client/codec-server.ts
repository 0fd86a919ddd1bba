/** Decrypts payloads for the Temporal UI and CLI: the remote codec of Temporal's protocol, over HTTP. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

/** More than one page of a history holds. */
const BODY_LIMIT = 16 * 1024 * 1024;

export interface CodecServerOptions {
  readonly codec: PayloadCodec;
  /** What callers must show as bearer token; null = none, for the loopback address. */
  readonly token: string | null;
  /** Origins of pages that may call from a browser. */
  readonly origins: readonly string[];
}

const base64 = z.base64();
const bodySchema = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), base64).optional(), data: base64.optional() })),
});

/** A server with `POST /encode` and `POST /decode`, not listening yet. */
export function makeCodecServer({ codec, token, origins }: CodecServerOptions): FastifyInstance {
  const server = Fastify({ logger: false, bodyLimit: BODY_LIMIT });
  server.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    if (origin !== undefined && origins.includes(origin)) {
      reply.headers({
        'access-control-allow-origin': origin,
        'access-control-allow-headers': 'authorization,content-type,x-namespace',
        'access-control-allow-methods': 'POST',
        vary: 'origin',
      });
    } else if (origin !== undefined) return reply.code(403).send({ message: `pages of ${origin} may not call: ARES_CODEC_ORIGINS does not name it` });
    // A browser asks first, without the token.
    if (request.method === 'OPTIONS') return reply.code(204).send();
    if (token !== null && !isEqual(request.headers.authorization ?? '', `Bearer ${token}`))
      return reply.code(401).send({ message: 'expected the bearer token' });
    return undefined;
  });
  for (const work of ['encode', 'decode'] as const) {
    server.options(`/${work}`, async (_request, reply) => reply.code(204).send());
    server.post(`/${work}`, async (request, reply) => {
      const body = bodySchema.safeParse(request.body);
      if (!body.success) return reply.code(400).send({ message: body.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ') });
      try {
        return { payloads: (await codec[work](body.data.payloads.map(fromJson))).map(toJson) };
      } catch (error) {
        if (error instanceof Error && error.name === 'PayloadKeyError') return reply.code(400).send({ message: error.message });
        throw error;
      }
    });
  }
  return server;
}

function fromJson({ metadata = {}, data = '' }: { readonly metadata?: Record<string, string> | undefined; readonly data?: string | undefined }): Payload {
  const decoded = Object.entries(metadata).map(([key, value]) => [key, new Uint8Array(Buffer.from(value, 'base64'))] as const);
  return { metadata: Object.fromEntries(decoded), data: new Uint8Array(Buffer.from(data, 'base64')) };
}

function toJson({ metadata, data }: Payload): object {
  const encoded = Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('base64')] as const);
  return { metadata: Object.fromEntries(encoded), data: Buffer.from(data ?? []).toString('base64') };
}

/** In a time that does not tell how much of it was right. */
function isEqual(found: string, wanted: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(found), hash(wanted));
}
