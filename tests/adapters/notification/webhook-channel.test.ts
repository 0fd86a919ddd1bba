import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { makeWebhookChannel } from '../../../adapters/notification/webhook-channel.js';
import { PipelineError } from '../../../pipeline/errors.js';
import type { RunNotice } from '../../../pipeline/run-notice.js';
import { startWebhookReceiver } from '../../support/notice-receivers.js';
import type { WebhookReceiver } from '../../support/notice-receivers.js';
import { cloneRoot } from '../../support/repository.js';

const SECRET = 'a-webhook-secret-of-32-characters';
const BLOCKED: RunNotice = {
  event: 'blocked',
  workflowId: 'nightly ü',
  runId: 'r1',
  symbol: 'ETHUSDT',
  preset: 'dev',
  step: 'saving',
  attempt: 2,
  error: { type: 'StoreUnavailable', message: 'no answer' },
  resetEvent: 93,
};

async function sendTo(receiver: { readonly url: string }, options: { readonly notice?: RunNotice; readonly timeoutMs?: number } = {}): Promise<string> {
  const timeout = options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs };
  return makeWebhookChannel({ name: 'webhook-1', url: new URL(`${receiver.url}/hooks/T0K3N-in-path?key=T0K3N-in-query`), secret: SECRET, ...timeout }).send(
    options.notice ?? BLOCKED,
  );
}

async function withReceiver(
  answer: ((response: ServerResponse, count: number) => void) | undefined,
  body: (receiver: WebhookReceiver) => Promise<void>,
): Promise<void> {
  const receiver = await startWebhookReceiver(answer);
  try {
    await body(receiver);
  } finally {
    await receiver.stop();
  }
}

async function failureOf(sending: Promise<unknown>): Promise<PipelineError> {
  const error = await sending.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof PipelineError, `expected a PipelineError, found ${String(error)}`);
  return error;
}

test('a notice arrives once, as JSON, signed over time and body with the shared secret', async () => {
  await withReceiver(undefined, async (receiver) => {
    assert.equal(await sendTo(receiver), `${new URL(receiver.url).host} answered 204`);
    const [post, ...others] = receiver.posts;
    assert.ok(post !== undefined && others.length === 0);
    const [, time, digest] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(post.headers['ares-signature'])) ?? [];
    assert.equal(digest, createHmac('sha256', SECRET).update(`${time}.${post.body}`).digest('hex'));
    assert.ok(Math.abs(Number(time) - Date.now() / 1000) < 60);
    assert.equal(post.headers['ares-event'], 'blocked');
    assert.equal(post.headers['content-type'], 'application/json');
    const body = JSON.parse(post.body) as Record<string, unknown>;
    assert.deepEqual({ ...body, subject: 0, body: 0 }, { schema: 'ares.notice', delivery: post.headers['ares-delivery'], ...BLOCKED, subject: 0, body: 0 });
    assert.match(String(body['body']), /ares resume 'nightly ü'/);
  });
});

test('a notice sent again has the same body and delivery id; another attempt, event or run has another id', async () => {
  await withReceiver(undefined, async (receiver) => {
    const variants: RunNotice[] = [BLOCKED, BLOCKED, { ...BLOCKED, attempt: 3 }, { ...BLOCKED, event: 'failed' }, { ...BLOCKED, runId: 'r2' }];
    for (const notice of variants) await sendTo(receiver, { notice });
    const [first, again, ...rest] = receiver.posts;
    assert.equal(first?.body, again?.body);
    assert.equal(first?.headers['ares-delivery'], again?.headers['ares-delivery']);
    assert.equal(new Set([first, ...rest].map((post) => post?.headers['ares-delivery'])).size, 4);
  });
});

for (const status of [500, 502, 503, 429, 408])
  test(`an answer ${status} is UpstreamUnavailable: a later attempt may succeed`, async () => {
    await withReceiver(
      (response) => void response.writeHead(status).end('later'),
      async (receiver) => {
        const error = await failureOf(sendTo(receiver));
        assert.equal(error.name, 'UpstreamUnavailable');
        assert.match(error.message, new RegExp(`webhook-1: 127\\.0\\.0\\.1:\\d+ answered ${status}: later`));
        assert.equal(error.retryAfterMs, null);
      },
    );
  });

for (const [status, name] of [
  [400, 'InvalidData'],
  [401, 'AccessDenied'],
  [403, 'AccessDenied'],
  [404, 'InvalidData'],
  [302, 'InvalidData'],
] as const)
  test(`an answer ${status} is ${name}, and nothing else is asked`, async () => {
    await withReceiver(
      (response) => void response.writeHead(status, { location: '/elsewhere' }).end(),
      async (receiver) => {
        assert.equal((await failureOf(sendTo(receiver))).name, name);
        assert.deepEqual(
          receiver.posts.map(({ path }) => path.split('?')[0]),
          ['/hooks/T0K3N-in-path'],
        );
      },
    );
  });

test('Retry-After is passed on, as seconds or as a date, up to a minute', async () => {
  const headers = ['7', new Date(Date.now() + 30_000).toUTCString(), '86400', 'soon'];
  await withReceiver(
    (response, count) => void response.writeHead(503, { 'retry-after': headers[count - 1] ?? '' }).end(),
    async (receiver) => {
      assert.equal((await failureOf(sendTo(receiver))).retryAfterMs, 7000);
      const untilDate = (await failureOf(sendTo(receiver))).retryAfterMs ?? 0;
      assert.ok(untilDate > 20_000 && untilDate <= 30_000, `${untilDate}`);
      assert.equal((await failureOf(sendTo(receiver))).retryAfterMs, 60_000);
      assert.equal((await failureOf(sendTo(receiver))).retryAfterMs, null);
    },
  );
});

test('a receiver that is not there, hangs up or never answers is UpstreamUnavailable', async () => {
  const gone = await startWebhookReceiver();
  await gone.stop();
  assert.match((await failureOf(sendTo(gone))).message, /was not reached: ECONNREFUSED/);
  await withReceiver(
    (response) => response.destroy(),
    async (receiver) => assert.equal((await failureOf(sendTo(receiver))).name, 'UpstreamUnavailable'),
  );
  await withReceiver(
    () => undefined,
    async (receiver) => assert.match((await failureOf(sendTo(receiver, { timeoutMs: 200 }))).message, /no answer in time/),
  );
});

test('a taken notice whose answer never ends counts as sent; of an endless refusal only the first words are read', async () => {
  const endless = (response: ServerResponse, status: number): void => {
    response.writeHead(status);
    const timer = setInterval(() => response.write('x'.repeat(10_000)), 5);
    response.on('close', () => clearInterval(timer));
  };
  await withReceiver(
    (response) => endless(response, 200),
    async (receiver) => assert.match(await sendTo(receiver), /answered 200/),
  );
  await withReceiver(
    (response) => endless(response, 400),
    async (receiver) => {
      const { message } = await failureOf(sendTo(receiver));
      assert.ok(message.length < 300, `${message.length} characters`);
    },
  );
});

test("neither the secret nor the address' path and query appear in an error, even where the receiver repeats them", async () => {
  await withReceiver(
    (response) => void response.writeHead(400).end(`bad: ${SECRET} at /hooks/T0K3N-in-path?key=T0K3N-in-query`),
    async (receiver) => {
      const error = await failureOf(sendTo(receiver));
      assert.doesNotMatch(`${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`, new RegExp(`${SECRET}|T0K3N`));
      assert.match(error.message, /\[hidden\]/);
      assert.ok(receiver.posts.every((post) => !post.body.includes(SECRET) && !JSON.stringify(post.headers).includes(SECRET)));
    },
  );
});

for (const [language, command] of [
  ['js', process.execPath],
  ['python', 'python3'],
] as const)
  test(`the ${language} receiver of the docs takes a true signature and refuses a changed body, another secret and an old one`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ares-verify-'));
    try {
      const script = join(folder, language === 'js' ? 'verify.mjs' : 'verify.py');
      await writeFile(script, `${await codeBlock(language)}\n${DRIVERS[language]}`);
      const [body, now] = [JSON.stringify(BLOCKED), Math.floor(Date.now() / 1000)];
      const signed = (time: number, secret = SECRET): string => `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`;
      const verdicts: string[] = [];
      for (const [header, text] of [
        [signed(now), body],
        [signed(now), `${body} `],
        [signed(now, 'another-secret-of-some-length'), body],
        [signed(now - 3600), body],
        ['nonsense', body],
      ] as const) {
        const { stdout } = await promisify(execFile)(command, [script, header, text, SECRET]);
        verdicts.push(stdout.trim().toLowerCase());
      }
      assert.deepEqual(verdicts, ['true', 'false', 'false', 'false', 'false']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

const DRIVERS = {
  js: 'console.log(isFromAres(process.argv[2], Buffer.from(process.argv[3]), process.argv[4]));',
  python: 'import sys\nprint(is_from_ares(sys.argv[1], sys.argv[2].encode(), sys.argv[3]))',
} as const;

async function codeBlock(language: string): Promise<string> {
  const text = await readFile(join(cloneRoot(), 'docs', 'schedules-and-notifications.md'), 'utf8');
  const block = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1];
  assert.ok(block !== undefined, `the document has no ${language} block`);
  return block;
}
