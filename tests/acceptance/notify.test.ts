/** Runs that complete, park and fail on the real server, store and worker, and what their receivers get to see. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { dirname } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { WorkflowFailedError } from '@temporalio/client';
import type { RunResult } from '../../pipeline/run-status.js';
import { openLane } from '../faults/fault-lane.js';
import type { Lane } from '../faults/fault-lane.js';
import { FAULT_SPEC } from '../faults/fault-spec.js';
import { until } from '../faults/until.js';
import { mailParts, startMailReceiver, startWebhookReceiver } from '../support/notice-receivers.js';
import type { MailReceiver, ReceivedPost, WebhookReceiver } from '../support/notice-receivers.js';
import { programPath } from '../support/programs.js';
import { startS3Server } from '../support/s3-server.js';
import type { TestS3Server } from '../support/s3-server.js';
import type { WorkerProcess } from '../support/worker-process.js';

const SECRETS = { signing: 'signing-key-of-the-webhooks', path: 'T0K3N-of-the-address', mail: 'password-of-the-mailbox' };
const STEP = 'regime-data-splitting';

interface NoticeBody {
  readonly event: string;
  readonly delivery: string;
  readonly workflowId: string;
  readonly step?: string;
  readonly attempt?: number;
  readonly error?: { readonly type: string };
  readonly report?: string;
  readonly body: string;
}

describe('a worker with two webhooks and a mailbox', () => {
  let s3: TestS3Server;
  let lane: Lane;
  let steady: WebhookReceiver;
  /** Answers the first request of each delivery with 503, later ones with 204. */
  let shaky: WebhookReceiver;
  let mail: MailReceiver;
  let worker: WorkerProcess;

  before(async () => {
    s3 = await startS3Server();
    steady = await startWebhookReceiver();
    shaky = await startWebhookReceiver((response) => {
      const ids = shaky.posts.map(deliveryOf);
      const isFirst = ids.filter((id) => id === ids.at(-1)).length === 1;
      response.writeHead(isFirst ? 503 : 204, isFirst ? { 'retry-after': '1' } : {}).end();
    });
    mail = await startMailReceiver({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ password }, _session, done) => (password === SECRETS.mail ? done(null, { user: 'ares' }) : done(new Error('wrong password'))),
    });
    lane = await openLane({ name: 'notify', s3: s3.env });
    worker = await lane.startWorker({
      ARES_WEBHOOK_URL: `${steady.url}/${SECRETS.path},${shaky.url}/${SECRETS.path}`,
      ARES_WEBHOOK_SECRET: SECRETS.signing,
      ARES_MAIL_URL: `smtp://ares:${SECRETS.mail}@127.0.0.1:${mail.port}`,
      ARES_MAIL_FROM: 'ares@example.org',
      ARES_MAIL_TO: 'quant@example.org',
    });
  });
  after(async () => {
    await lane.close();
    await steady.stop();
    await shaky.stop();
    await mail.stop();
    await s3.stop();
  });

  const noticesOf = (receiver: WebhookReceiver, workflowId: string): NoticeBody[] =>
    receiver.posts.map(({ body }) => JSON.parse(body) as NoticeBody).filter((body) => body.workflowId === workflowId);
  const mailsOf = (workflowId: string): string[] => mail.mails.map(({ raw }) => raw).filter((raw) => mailParts(raw).headers.includes(`(${workflowId})`));

  test('a blocked run tells each receiver once, with commands that work as they are written; completed, it sends its report', async () => {
    lane.proxy.setRule(({ method, path }) => (method === 'PUT' && path.includes(`/manifests/${STEP}/`) ? 'unavailable' : 'pass'));
    await lane.start('parked', { ...FAULT_SPEC, stepAttempts: 1 });
    await until('every receiver hears of the blocked run', async () => noticesOf(shaky, 'parked').length === 2 && mailsOf('parked').length === 1);
    const [notice, ...others] = noticesOf(steady, 'parked');
    assert.equal(others.length, 0, "the retries of the shaky receiver are not the steady one's");
    assert.deepEqual([notice?.event, notice?.step, notice?.attempt, notice?.error?.type], ['blocked', STEP, 1, 'StoreUnavailable']);
    assert.equal(new Set(noticesOf(shaky, 'parked').map(({ delivery }) => delivery)).size, 1);
    for (const post of [...steady.posts, ...shaky.posts]) assert.ok(isSigned(post));

    const { headers, text } = mailParts(mailsOf('parked')[0] ?? '');
    assert.match(headers, new RegExp(`^Subject: \\[ares\\] FAULTUSDT quick-test: blocked at ${STEP} \\(parked\\)$`, 'm'));
    assert.equal(text, notice?.body);
    const [retry] = text.split('\n').filter((line) => line.includes('--name retryStep'));
    lane.proxy.setRule(() => 'pass');
    const env = { ...lane.env, PATH: `${dirname(programPath('temporal'))}:${process.env['PATH']}` };
    await promisify(execFile)('sh', ['-c', retry ?? 'false'], { env });

    const result = await lane.result('parked');
    await until('every receiver hears of the end', async () => noticesOf(shaky, 'parked').length === 4 && mailsOf('parked').length === 2);
    assert.deepEqual(
      noticesOf(steady, 'parked').map(({ event, report }) => [event, report ?? null]),
      [
        ['blocked', null],
        ['completed', result.report?.uri],
      ],
    );
    assert.deepEqual(mailParts(mailsOf('parked')[1] ?? '').attachments, [{ name: 'report.html', content: await reportOf(result) }]);
  });

  test('a run that wants no notices sends none', async () => {
    await lane.start('silent', { ...FAULT_SPEC, notify: [] });
    await lane.result('silent');
    assert.deepEqual([noticesOf(steady, 'silent'), mailsOf('silent')], [[], []]);
    assert.equal(await activityCount('silent', 'notifyRun'), 0);
  });

  test('a failed run tells where and why, a receiver that is gone holds back nobody, and the run ends as it would without', async () => {
    await shaky.stop();
    await lane.start('broken', { source: 'files', path: lane.folder, symbol: 'NOSUCH' });
    await assert.rejects(lane.result('broken'), (error) => error instanceof WorkflowFailedError && /NOSUCH/.test(String(error.cause)));
    const [notice, ...others] = noticesOf(steady, 'broken');
    assert.equal(others.length, 0);
    assert.deepEqual([notice?.event, notice?.step, notice?.error?.type], ['failed', 'plan', 'InvalidData']);
    assert.equal(mailsOf('broken').length, 1);
    assert.match(mailParts(mailsOf('broken')[0] ?? '').text, /ares resume broken/);
    const { notices } = await lane.status('broken');
    assert.deepEqual(
      notices.map(({ channel, state, event }) => [channel, state, event]),
      [
        ['webhook-1', 'sent', 'failed'],
        ['webhook-2', 'failed', 'failed'],
        ['mail', 'sent', 'failed'],
      ],
    );
    assert.match(notices[1]?.detail ?? '', /UpstreamUnavailable: .*ECONNREFUSED/);
  });

  test('no secret is in a history, a message, the store or what the worker printed', async () => {
    const histories = await Promise.all(
      ['parked', 'silent', 'broken'].map(async (id) => JSON.stringify(await lane.client.workflow.getHandle(id).fetchHistory(), decodeData)),
    );
    const bodies = [...steady.posts, ...shaky.posts].map(({ body, headers }) => body + JSON.stringify(headers));
    const index = JSON.stringify(await lane.store.readJson('runs/parked/index.json'));
    const texts = [...histories, ...bodies, ...mail.mails.map(({ raw }) => raw), index, worker.output()];
    assert.ok(histories.every((history) => history.length > 1000) && /webhook-1/.test(histories[0] ?? ''), 'the histories were read');
    for (const secret of Object.values(SECRETS)) assert.ok(!texts.some((text) => text.includes(secret)), `${secret} is nowhere`);
  });

  test('a half-set configuration stops a worker at its start, with the name of the missing variable', async () => {
    await assert.rejects(lane.startWorker({ ARES_WEBHOOK_URL: steady.url }), /expected ARES_WEBHOOK_SECRET to be set, because ARES_WEBHOOK_URL is/);
    await assert.rejects(lane.startWorker({ ARES_MAIL_TO: 'quant@example.org' }), /expected ARES_MAIL_URL and ARES_MAIL_FROM to be set/);
  });

  async function activityCount(workflowId: string, type: string): Promise<number> {
    const { events } = await lane.client.workflow.getHandle(workflowId).fetchHistory();
    return (events ?? []).filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === type).length;
  }

  async function reportOf(result: RunResult): Promise<string> {
    assert.ok(result.report !== null);
    return Buffer.from(await lane.store.getBytes(result.report)).toString('utf8');
  }
});

function deliveryOf(post: ReceivedPost): string {
  return String(post.headers['ares-delivery']);
}

function isSigned({ headers, body }: ReceivedPost): boolean {
  const [, time, digest] = /^t=(\d+),v1=(.*)$/.exec(String(headers['ares-signature'])) ?? [];
  return digest === createHmac('sha256', SECRETS.signing).update(`${time}.${body}`).digest('hex');
}

/** A payload of a history is bytes in base64. */
function decodeData(key: string, value: unknown): unknown {
  return key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : value;
}
