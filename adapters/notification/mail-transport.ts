/** Options of the SMTP connection. */
import type SMTPTransport from 'nodemailer/lib/smtp-transport/index.js';

/** For connecting, for the greeting, and for silence of the server. */
const TIMEOUT_MS = 10_000;
const SMTP_PORT = 587;
const SMTPS_PORT = 465;

/**
 * The options of an address. smtps:// is TLS from the first byte; smtp:// turns TLS on where the server offers it, and a
 * password is never sent without it, save to this machine.
 */
export function mailTransport(url: URL): SMTPTransport.Options {
  const secure = url.protocol === 'smtps:';
  const user = decodeURIComponent(url.username);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return {
    host,
    port: url.port === '' ? (secure ? SMTPS_PORT : SMTP_PORT) : Number(url.port),
    secure,
    requireTLS: user !== '' && !isLoopback(host),
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(url.password) } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    dnsTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}
