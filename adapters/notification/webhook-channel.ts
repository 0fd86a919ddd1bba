/** A signed HTTP POST a notice. The receiver's side is in docs/schedules-and-notifications.md. */
import { createHmac } from 'node:crypto';
import type { ErrorName } from '../../pipeline/errors.js';
import { PipelineError } from '../../pipeline/errors.js';
import type { NotificationChannel, RunNotice } from '../../pipeline/run-notice.js';
import { noticeText } from '../../pipeline/run-notice-text.js';
import { deliveryId } from './delivery-id.js';
import { withoutSecrets } from './without-secrets.js';

export interface WebhookOptions {
  readonly name: string;
  readonly url: URL;
  /** Key of the signature. */
  readonly secret: string;
  /** For the whole exchange; default 10 s. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
/** Much of an answer that is read; only its first words are shown. */
const ANSWER_BYTES = 4096;
const SHOWN_CHARACTERS = 200;
/** Longest wait that a receiver can ask for: the run's end waits with it. */
const LONGEST_WAIT_MS = 60_000;
/** Answers that say "later". */
const LATER = [408, 425, 429];

/** The webhook at an address. */
export function makeWebhookChannel({ name, url, secret, timeoutMs = TIMEOUT_MS }: WebhookOptions): NotificationChannel {
  // An address' path and query are often its password.
  const secrets = [secret, `${url.pathname}${url.search}`, url.pathname, url.search];
  return {
    name,
    send: async (notice) => {
      const body = JSON.stringify(webhookBody(notice));
      const response = await post(url, { body, headers: headersOf(notice, body, secret), timeoutMs }).catch((error: unknown) => {
        throw new PipelineError('UpstreamUnavailable', `${name}: ${url.host} was not reached: ${withoutSecrets(causeOf(error), secrets)}`);
      });
      if (response.ok) {
        // The status is the answer; a body that never ends must not hold the worker.
        await response.body?.cancel();
        return `${url.host} answered ${response.status}`;
      }
      const words = withoutSecrets(await answerText(response), secrets).slice(0, SHOWN_CHARACTERS);
      throw refusal(response, `${name}: ${url.host} answered ${response.status}${words === '' ? '' : `: ${words}`}`);
    },
  };
}

/** The bytes that are signed do not change from one attempt to the next. */
function webhookBody(notice: RunNotice): object {
  return { schema: 'ares.notice', delivery: deliveryId(notice), ...notice, ...noticeText(notice) };
}

function headersOf(notice: RunNotice, body: string, secret: string): Record<string, string> {
  const timestamp = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return {
    'content-type': 'application/json',
    'user-agent': 'ares',
    'ares-event': notice.event,
    'ares-delivery': deliveryId(notice),
    'ares-signature': `t=${timestamp},v1=${signature}`,
  };
}

async function post(url: URL, request: { readonly body: string; readonly headers: Record<string, string>; readonly timeoutMs: number }): Promise<Response> {
  const { body, headers, timeoutMs } = request;
  // A redirect could lead a signed message to somebody else: it is an answer like any other.
  return fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
}

function refusal(response: Response, message: string): PipelineError {
  const { status } = response;
  if (status >= 500 || LATER.includes(status)) {
    const waitMs = retryAfterMs(response.headers.get('retry-after'));
    return new PipelineError('UpstreamUnavailable', message, waitMs === null ? {} : { retryAfterMs: waitMs });
  }
  const type: ErrorName = status === 401 || status === 403 ? 'AccessDenied' : 'InvalidData';
  return new PipelineError(type, status < 400 ? `${message} (redirects are not followed)` : message);
}

/** Seconds, or a date; null when there is none that can be read. */
function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(waitMs, 0), LONGEST_WAIT_MS);
}

async function answerText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk as Uint8Array);
      bytes += (chunk as Uint8Array).length;
      if (bytes >= ANSWER_BYTES) break;
    }
  } catch (error) {
    return `its text broke off: ${causeOf(error)}`;
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}

/** fetch hides the reason below its own error. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return cause === undefined ? error.message : (cause.code ?? cause.message);
}
