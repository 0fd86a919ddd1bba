/** Why a connection did not come about: the SDK says only that time ran out, so the layers below are tried once. */
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import type { ConnectionSettings, TemporalOptions } from './connection-settings.js';

const TRIAL_MS = 3_000;
const DEFAULT_PORT = 7233;

/** What to look at, by Node's and OpenSSL's error codes. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /UNABLE_TO_VERIFY|SELF_SIGNED|UNABLE_TO_GET_ISSUER|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED/,
    "the server's certificate is not of a trusted authority; TEMPORAL_TLS_SERVER_CA_CERT_PATH names the file of the right one",
  ],
  [/ALTNAME/, 'the certificate is for another name; TEMPORAL_TLS_SERVER_NAME says which name to expect'],
  [/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/, "the server's certificate is not valid today"],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH/, 'the server speaks no TLS; unset TEMPORAL_TLS* and TEMPORAL_API_KEY, or set TEMPORAL_TLS=false'],
  [
    /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA|ALERT|ECONNRESET|HUNG UP/,
    'the server refuses the client certificate, or misses one; TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH name it',
  ],
];

/** What is wrong below gRPC, with the variable to look at; null when nothing was found. */
export async function connectionTrouble({ address, options }: ConnectionSettings): Promise<string | null> {
  const place = placeOf(address);
  if (place === null) return `expected an address such as temporal.example.org:7233, found ${JSON.stringify(address)}`;
  const { host, port } = place;
  const reached = await trial(connectTcp({ host, port }), 'connect');
  if (reached !== null) return reached.code ?? reached.message;
  if (options.tls === undefined || options.tls === null || options.tls === false) {
    const speaksTls = (await trial(connectTls({ host, port, ALPNProtocols: ['h2'], rejectUnauthorized: false }), 'secureConnect')) === null;
    return speaksTls ? 'the server speaks TLS; set TEMPORAL_TLS=true' : null;
  }
  // A server refuses a client's certificate after the handshake: only its first bytes say that we are in.
  const failure = await trial(connectTls({ host, port, ...tlsOptions(host, options.tls) }), 'data');
  if (failure === null) return null;
  const hint = HINTS.find(([pattern]) => pattern.test(`${failure.code ?? ''} ${failure.message}`.toUpperCase()))?.[1];
  return `${failure.message}${hint === undefined ? '' : `: ${hint}`}`;
}

function tlsOptions(host: string, tls: NonNullable<TemporalOptions['tls']>): ConnectionOptions {
  const { serverNameOverride, serverRootCACertificate, clientCertPair } = typeof tls === 'object' ? tls : {};
  const name = serverNameOverride ?? host;
  return {
    ALPNProtocols: ['h2'],
    // An address of digits has no place in the protocol's name field, but is checked all the same.
    ...(/^[\d.:]+$/.test(name) ? {} : { servername: name }),
    ...(serverRootCACertificate == null ? {} : { ca: Buffer.from(serverRootCACertificate) }),
    ...(clientCertPair == null ? {} : { cert: Buffer.from(clientCertPair.crt), key: Buffer.from(clientCertPair.key) }),
  };
}

/** Null when the socket got as far as the event, else what stopped it. */
async function trial(socket: Socket, event: string): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const end = (error: NodeJS.ErrnoException | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(error);
    };
    const timer = setTimeout(() => end(new Error('no answer')), TRIAL_MS);
    socket.once(event, () => end(null));
    // Stays for good: a destroyed socket may still report an error.
    socket.on('error', end);
    socket.once('close', () => end(new Error('the server hung up')));
  });
}

function placeOf(address: string): { readonly host: string; readonly port: number } | null {
  const url = `tcp://${address.replace(/^[a-z]+:\/\//, '')}`;
  if (!URL.canParse(url)) return null;
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port === '' ? DEFAULT_PORT : port) };
}
