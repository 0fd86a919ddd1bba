/** TLS before a plain gRPC server, with certificates made on the spot, and what callers said of themselves. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, constants, createSecureServer } from 'node:http2';
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const openssl = async (...args: string[]): Promise<void> => void (await promisify(execFile)('openssl', args));

export interface Certificate {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Paths of a new authority's files. */
export async function makeAuthority(folder: string, name: string): Promise<Certificate> {
  const made = { certificate: join(folder, `${name}.crt`), privateKey: join(folder, `${name}.key`) };
  await openssl(
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${name}`],
    ...['-keyout', made.privateKey, '-out', made.certificate],
  );
  return made;
}

/** Paths of the files of a certificate for this machine (or a client of it), signed by an authority. */
export async function makeCertificate(folder: string, name: string, authority: Certificate): Promise<Certificate> {
  const made = { certificate: join(folder, `${name}.crt`), privateKey: join(folder, `${name}.key`) };
  const [request, extensions] = [join(folder, `${name}.csr`), join(folder, `${name}.ext`)];
  await writeFile(extensions, 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  await openssl(
    ...[
      'req',
      '-new',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      made.privateKey,
      '-out',
      request,
    ],
  );
  await openssl(
    ...['x509', '-req', '-in', request, '-CA', authority.certificate, '-CAkey', authority.privateKey, '-CAcreateserial', '-days', '2'],
    ...['-extfile', extensions, '-out', made.certificate],
  );
  return made;
}

export interface TlsProxy {
  readonly address: string;
  /** The authorization header of each call so far; null where it had none. */
  readonly authorizations: readonly (string | null)[];
  stop(): Promise<void>;
}

export interface TlsProxyOptions {
  /** host:port of the plain server. */
  readonly target: string;
  readonly server: Certificate;
  /** Authority whose clients alone may come in; without one everybody may. */
  readonly clientAuthority?: Certificate;
  /** The one bearer token that is let in; without it any. */
  readonly token?: string;
}

/** A gRPC proxy that speaks TLS (HTTP/2) outside and plain HTTP/2 inside. */
export async function startTlsProxy({ target, server, clientAuthority, token }: TlsProxyOptions): Promise<TlsProxy> {
  const authorizations: (string | null)[] = [];
  const upstream = connect(`http://${target}`);
  const sessions = new Set<ServerHttp2Session>();
  const proxy = createSecureServer({
    cert: await readFile(server.certificate),
    key: await readFile(server.privateKey),
    ...(clientAuthority === undefined ? {} : { ca: await readFile(clientAuthority.certificate), requestCert: true, rejectUnauthorized: true }),
  });
  proxy.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  proxy.on('stream', (stream, headers) => {
    authorizations.push(headers.authorization ?? null);
    if (token !== undefined && headers.authorization !== `Bearer ${token}`) {
      // gRPC's status 16, UNAUTHENTICATED, in an answer without a body.
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '16', 'grpc-message': 'who are you' }, { endStream: true });
      return;
    }
    forward(stream, upstream.request({ ...headers, ':authority': target, ':scheme': 'http' }));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    authorizations,
    stop: async () => {
      upstream.destroy();
      for (const session of sessions) session.destroy();
      await new Promise<void>((resolve) => proxy.close(() => resolve()));
    },
  };
}

function forward(incoming: ServerHttp2Stream, outgoing: ReturnType<ReturnType<typeof connect>['request']>): void {
  let trailers: Record<string, unknown> = {};
  incoming.on('error', () => outgoing.close(constants.NGHTTP2_CANCEL));
  outgoing.on('error', () => incoming.close(constants.NGHTTP2_INTERNAL_ERROR));
  incoming.on('aborted', () => outgoing.close(constants.NGHTTP2_CANCEL));
  incoming.on('wantTrailers', () => incoming.sendTrailers(trailers as Record<string, string>));
  outgoing.on('trailers', (found) => {
    trailers = found;
  });
  outgoing.on('response', (headers, flags) => {
    const ends = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    if (!incoming.destroyed) incoming.respond(headers, { endStream: ends, waitForTrailers: !ends });
    if (!ends) outgoing.pipe(incoming);
  });
  incoming.pipe(outgoing);
}
