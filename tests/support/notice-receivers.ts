/** A webhook receiver and a mail server, both real, that keep what they were sent. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';

export interface ReceivedPost {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface WebhookReceiver {
  readonly url: string;
  readonly posts: readonly ReceivedPost[];
  stop(): Promise<void>;
}

/** A receiver that answers each request as told; the count is of requests so far, this one included. */
export async function startWebhookReceiver(
  answer: (response: ServerResponse, count: number) => void = (response) => void response.writeHead(204).end(),
): Promise<WebhookReceiver> {
  const posts: ReceivedPost[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      posts.push({ path: request.url ?? '', headers: request.headers, body });
      answer(response, posts.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posts,
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | null;
  /** True when it came over TLS. */
  readonly secure: boolean;
  /** Headers and body as they came. */
  readonly raw: string;
}

export interface MailReceiver {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  stop(): Promise<void>;
}

/** A mail server; without options it takes everything from everybody, unencrypted. */
export async function startMailReceiver(options: SMTPServerOptions = { authOptional: true, disabledCommands: ['STARTTLS'] }): Promise<MailReceiver> {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    ...options,
    onData: (stream, session, done) => {
      let raw = '';
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => {
        raw += chunk;
      });
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          user: session.user ?? null,
          secure: session.secure,
          raw,
        });
        done();
      });
    },
  });
  // A client that hangs up in mid-dialogue is its own concern.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    stop: async () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** Text and attachments of a mail, decoded. Knows the encodings that the sender uses. */
export function mailParts(raw: string): {
  readonly headers: string;
  readonly text: string;
  readonly attachments: readonly { readonly name: string; readonly content: string }[];
} {
  const [headers = ''] = raw.split('\r\n\r\n', 1);
  const boundary = /boundary="([^"]+)"/.exec(headers)?.[1];
  const sections =
    boundary === undefined
      ? [raw]
      : raw
          .split(`--${boundary}`)
          .slice(1, -1)
          .map((section) => section.replace(/^\r\n/, ''));
  const decoded = sections.map((section) => {
    const at = section.indexOf('\r\n\r\n');
    const head = section.slice(0, at);
    return {
      name: /filename=("?)([^"\r\n]+)\1/.exec(head)?.[2] ?? null,
      content: decode(section.slice(at + 4), /content-transfer-encoding: (\S+)/i.exec(head)?.[1] ?? '7bit'),
    };
  });
  return {
    headers: headers.replace(/\r\n[ \t]/g, ' '),
    text: decoded.find(({ name }) => name === null)?.content ?? '',
    attachments: decoded.flatMap(({ name, content }) => (name === null ? [] : [{ name, content }])),
  };
}

function decode(text: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(text, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return text.replaceAll('\r\n', '\n');
  const bytes = text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\r\n', '\n');
}
