import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { SMTPServerOptions } from 'smtp-server';
import { makeMailChannel } from '../../../adapters/notification/mail-channel.js';
import { mailTransport } from '../../../adapters/notification/mail-transport.js';
import { PipelineError } from '../../../pipeline/errors.js';
import type { RunNotice } from '../../../pipeline/run-notice.js';
import { mailParts, startMailReceiver } from '../../support/notice-receivers.js';
import type { MailReceiver } from '../../support/notice-receivers.js';
import { productFile } from '../../support/stack.js';
import { makeAuthority, makeCertificate } from '../../support/tls-proxy.js';

const PASSWORD = 'p@ss/word-of-the-mailbox';
const REPORT = '<!doctype html><title>report</title><p>Sharpe ratio 0.7321 – über alles</p>';
const COMPLETED: RunNotice = { event: 'completed', workflowId: 'w1', runId: 'r1', symbol: 'ETHUSDT', preset: 'dev', report: 's3://ares/default/objects/abc' };
const BLOCKED: RunNotice = {
  event: 'blocked',
  workflowId: 'w1',
  runId: 'r1',
  symbol: 'ETHUSDT',
  preset: 'dev',
  step: 'walk-forward-validation',
  attempt: 2,
  error: { type: 'StoreUnavailable', message: 'S3 at http://store does not answer' },
  resetEvent: 93,
};

interface Sending {
  readonly notice: RunNotice;
  readonly user?: string;
  readonly to?: readonly string[];
  readonly report?: string;
}

async function send({ port }: { readonly port: number }, { notice, user = '', to = ['quant@example.org'], report = REPORT }: Sending): Promise<string> {
  const login = user === '' ? '' : `${user}:${encodeURIComponent(PASSWORD)}@`;
  const settings = { url: new URL(`smtp://${login}127.0.0.1:${port}`), from: 'ares@example.org', to };
  return makeMailChannel(settings, async (uri) => {
    assert.equal(uri, COMPLETED.report);
    return Buffer.from(report);
  }).send(notice);
}

async function withServer(options: SMTPServerOptions | undefined, body: (server: MailReceiver) => Promise<void>): Promise<void> {
  const server = await startMailReceiver(options);
  try {
    await body(server);
  } finally {
    await server.stop();
  }
}

async function failureOf(sending: Promise<unknown>): Promise<PipelineError> {
  const error = await sending.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof PipelineError, `expected a PipelineError, found ${String(error)}`);
  assert.doesNotMatch(`${error.message} ${error.stack} ${String(error.cause)}`, /p@ss|p%40ss|cEBzcy93b3JkLW9mLXRoZS1tYWlsYm94/);
  return error;
}

test("a blocked run's mail says where it stopped, why, and the exact commands that go on", async () => {
  await withServer(undefined, async (server) => {
    assert.equal(
      await send(server, { notice: BLOCKED, to: ['a@example.org', 'b@example.org'] }),
      '127.0.0.1:PORT took it for 2 recipients'.replace('PORT', String(server.port)),
    );
    const [mail] = server.mails;
    assert.deepEqual([mail?.from, mail?.to], ['ares@example.org', ['a@example.org', 'b@example.org']]);
    const { headers, text, attachments } = mailParts(mail?.raw ?? '');
    assert.match(headers, /^Subject: \[ares\] ETHUSDT dev: blocked at walk-forward-validation \(w1\)$/m);
    assert.match(headers, /^Auto-Submitted: auto-generated$/m);
    assert.match(text, /StoreUnavailable: S3 at http:\/\/store does not answer/);
    assert.match(text, /^ {2}ares resume w1$/m);
    assert.ok(
      text.includes(`temporal workflow update execute --workflow-id w1 --name retryStep --input '{"step":"walk-forward-validation","attempt":2}'`),
      text,
    );
    assert.ok(text.includes('temporal workflow reset --workflow-id w1 --event-id 93'), text);
    assert.deepEqual(attachments, []);
  });
});

test("a completed run's mail carries the report, byte for byte", async () => {
  await withServer(undefined, async (server) => {
    await send(server, { notice: COMPLETED });
    const { text, attachments } = mailParts(server.mails[0]?.raw ?? '');
    assert.deepEqual(attachments, [{ name: 'report.html', content: REPORT }]);
    assert.match(text, /Report: s3:\/\/ares\/default\/objects\/abc/);
  });
});

test('a report above 10 MiB stays in the store: its address alone is sent', async () => {
  await withServer(undefined, async (server) => {
    await send(server, { notice: COMPLETED, report: 'x'.repeat(10 * 1024 ** 2 + 1) });
    assert.ok((server.mails[0]?.raw.length ?? Number.POSITIVE_INFINITY) < 5000);
    assert.match(server.mails[0]?.raw ?? '', /s3:\/\/ares\/default\/objects\/abc/);
  });
});

test('two mails of one notice have one message id, so a mailbox shows them as one', async () => {
  await withServer(undefined, async (server) => {
    await send(server, { notice: BLOCKED });
    await send(server, { notice: BLOCKED });
    const ids = server.mails.map(({ raw }) => /^Message-ID: (<[0-9a-f]{32}@example\.org>)$/im.exec(raw)?.[1]);
    assert.ok(ids[0] !== undefined);
    assert.equal(ids[0], ids[1]);
  });
});

test('a workflow id with line breaks adds no header', async () => {
  await withServer(undefined, async (server) => {
    await send(server, { notice: { ...BLOCKED, workflowId: 'w1\r\nBcc: thief@example.org' } });
    assert.doesNotMatch(mailParts(server.mails[0]?.raw ?? '').headers, /^Bcc:/m);
    assert.deepEqual(server.mails[0]?.to, ['quant@example.org']);
  });
});

test('user and password of the address log in', async () => {
  const options: SMTPServerOptions = {
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) => (password === PASSWORD ? done(null, { user: username ?? '' }) : done(new Error('wrong'))),
  };
  await withServer(options, async (server) => {
    await send(server, { notice: BLOCKED, user: 'robot' });
    assert.equal(server.mails[0]?.user, 'robot');
  });
});

test('a refused login is AccessDenied and never tells the password', async () => {
  const options: SMTPServerOptions = {
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ password }, _session, done) => done(new Error(`no login with ${password}`)),
  };
  await withServer(options, async (server) => {
    const error = await failureOf(send(server, { notice: BLOCKED, user: 'robot' }));
    assert.equal(error.name, 'AccessDenied');
    assert.match(error.message, /no login with \[hidden\]/);
    assert.equal(server.mails.length, 0);
  });
});

for (const [code, name] of [
  [450, 'UpstreamUnavailable'],
  [550, 'InvalidData'],
] as const)
  test(`a recipient answered with ${code} is ${name}`, async () => {
    const options: SMTPServerOptions = {
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('not here'), { responseCode: code })),
    };
    await withServer(options, async (server) => assert.equal((await failureOf(send(server, { notice: BLOCKED }))).name, name));
  });

test('a recipient refused beside one that is taken is told and not sent to again', async () => {
  const options: SMTPServerOptions = {
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: ({ address }, _session, done) => (address.startsWith('gone') ? done(Object.assign(new Error('no mailbox'), { responseCode: 550 })) : done()),
  };
  await withServer(options, async (server) => {
    const error = await failureOf(send(server, { notice: BLOCKED, to: ['quant@example.org', 'gone@example.org'] }));
    assert.equal(error.name, 'InvalidData');
    assert.match(error.message, /refused gone@example\.org; it took the others/);
    assert.equal(server.mails.length, 1);
  });
});

test('a mail server that is not there is UpstreamUnavailable', async () => {
  const server = await startMailReceiver();
  await server.stop();
  const error = await failureOf(send(server, { notice: BLOCKED, user: 'robot' }));
  assert.equal(error.name, 'UpstreamUnavailable');
  assert.match(error.message, /ECONNREFUSED/);
});

test('a report that cannot be read now is not swallowed: the mail waits for it', async () => {
  const channel = makeMailChannel({ url: new URL('smtp://127.0.0.1:1'), from: 'a@b.c', to: ['a@b.c'] }, async () => {
    throw new PipelineError('StoreUnavailable', 'S3 is down');
  });
  await assert.rejects(channel.send(COMPLETED), { name: 'StoreUnavailable' });
});

test('a password is never sent unencrypted to another machine', async () => {
  assert.equal(mailTransport(new URL('smtp://u:p@mail.example.org')).requireTLS, true);
  assert.equal(mailTransport(new URL('smtp://u:p@127.0.0.1:2525')).requireTLS, false);
  assert.equal(mailTransport(new URL('smtp://mail.example.org')).requireTLS, false);
  const { secure, port, auth } = mailTransport(new URL('smtps://u:p%40ss@mail.example.org'));
  assert.deepEqual({ secure, port, auth }, { secure: true, port: 465, auth: { user: 'u', pass: 'p@ss' } });
  assert.equal(mailTransport(new URL('smtp://mail.example.org')).port, 587);
});

test('a server certificate that nobody vouches for is refused', async () => {
  await withServer({ authOptional: true, secure: true }, async (server) => {
    const channel = makeMailChannel({ url: new URL(`smtps://127.0.0.1:${server.port}`), from: 'a@b.c', to: ['a@b.c'] }, async () => Buffer.alloc(0));
    assert.match((await failureOf(channel.send(BLOCKED))).message, /certificate/);
    assert.equal(server.mails.length, 0);
  });
});

for (const [scheme, title] of [
  ['smtps', 'from the first byte'],
  ['smtp', 'as soon as the server offers it'],
] as const)
  test(`${scheme}:// encrypts ${title}, where NODE_EXTRA_CA_CERTS names the authority of the server`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ares-mail-'));
    try {
      const authority = await makeAuthority(folder, 'authority');
      const { certificate, privateKey } = await makeCertificate(folder, 'server', authority);
      const options: SMTPServerOptions = {
        secure: scheme === 'smtps',
        cert: await readFile(certificate),
        key: await readFile(privateKey),
        onAuth: ({ password }, _session, done) => (password === PASSWORD ? done(null, { user: 'robot' }) : done(new Error('wrong'))),
      };
      await withServer(options, async (server) => {
        const env = {
          ...process.env,
          NODE_EXTRA_CA_CERTS: authority.certificate,
          ARES_MAIL_URL: `${scheme}://robot:${encodeURIComponent(PASSWORD)}@localhost:${server.port}`,
          ARES_MAIL_FROM: 'ares@example.org',
          ARES_MAIL_TO: 'quant@example.org',
        };
        await promisify(execFile)(process.execPath, [productFile('tests/support/send-mail-script.js')], { env });
        assert.deepEqual([server.mails[0]?.user, server.mails[0]?.secure], ['robot', true]);
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
