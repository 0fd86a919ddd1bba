/** GET requests to one host: paced by its limits, tried again where that can help, every answer checked before anyone reads it. */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import type { Abort } from '../../core/abort.js';
import { InvalidData } from '../../core/errors.js';
import { PipelineError } from '../../pipeline/errors.js';
import type { NoAnswer, Outcome, Refusal } from './read-answer.js';
import { withAbort } from './polled-abort.js';
import { noAnswer, readAnswer } from './read-answer.js';
import type { RequestBudget } from './request-budget.js';

export interface RestPolicy {
  /** For one exchange, its body included. */
  readonly timeoutMs: number;
  /** Attempts at one request, first one included. */
  readonly attempts: number;
  /** Wait before the second attempt; doubles from attempt to attempt. */
  readonly backoffMs: number;
  /** Longest wait that the host may ask for before we give up and name it. */
  readonly longestWaitMs: number;
}

export const REST_POLICY: RestPolicy = { timeoutMs: 30_000, attempts: 6, backoffMs: 500, longestWaitMs: 120_000 };

export interface RestRequest<T> {
  readonly path: string;
  readonly query: Readonly<Record<string, string | number>>;
  readonly weight: number;
  readonly budget: RequestBudget;
  /** Header with the host's own count of this budget; null where it sends none. */
  readonly countHeader: string | null;
  readonly schema: z.ZodType<T>;
  /** Why a well-formed answer cannot be the one asked for, or null: such an answer is asked for again, then refused. */
  readonly check?: (answer: T) => string | null;
  readonly signal: Abort | undefined;
}

export interface RestClient {
  /**
   * The checked answer.
   * @throws InvalidData when the host refuses the request or its answer is wrong. @throws PipelineError UpstreamUnavailable with the
   *   delay asked for, or AccessDenied
   */
  get<T>(request: RestRequest<T>): Promise<T>;
  /** Requests sent so far, repeated ones included. */
  requestCount(): number;
}

export interface RestHost {
  /** http or https address, without a slash at its end. */
  readonly url: string;
  readonly policy: RestPolicy;
  /** What the host's own error text in a body means; null for a body that is no error. */
  readonly refusalOf: (body: unknown) => Refusal | null;
}

/** A client of the host; nothing is requested before its first `get`. */
export function makeRestClient(host: RestHost): RestClient {
  const { policy } = host;
  let sent = 0;
  // What the host asked for holds for all its paths.
  let quietUntilMs = Number.NEGATIVE_INFINITY;

  const takeTurn = async ({ budget, weight, signal }: Pick<RestRequest<unknown>, 'budget' | 'weight' | 'signal'>, place: string): Promise<void> => {
    for (;;) {
      signal?.throwIfAborted();
      const nowMs = performance.now();
      const quietMs = Math.max(0, quietUntilMs - nowMs);
      if (quietMs > policy.longestWaitMs)
        throw new PipelineError('UpstreamUnavailable', `${place}: the host wants no request for another ${Math.ceil(quietMs / 1000)} s`, {
          retryAfterMs: quietMs,
        });
      const waitMs = Math.max(quietMs, budget.waitMs(weight, nowMs));
      if (waitMs === 0) {
        budget.spend(weight, nowMs);
        return;
      }
      await pause(waitMs, signal);
    }
  };

  const get = async <T>(request: RestRequest<T>): Promise<T> => {
    const place = describe(host, request);
    for (let attempt = 1; ; attempt++) {
      await takeTurn(request, place);
      sent++;
      const outcome = await attemptOnce(host, request, place);
      if (outcome.kind === 'answer') return outcome.value;
      const { waitMs } = outcome;
      if (waitMs !== null) quietUntilMs = Math.max(quietUntilMs, performance.now() + waitMs);
      if (outcome.isFinal || attempt === policy.attempts || (waitMs ?? 0) > policy.longestWaitMs) throw giveUp(outcome, place, attempt);
      if (waitMs === null) await pause(policy.backoffMs * 2 ** (attempt - 1), request.signal);
    }
  };
  return { get, requestCount: () => sent };
}

function giveUp(outcome: NoAnswer, place: string, attempts: number): Error {
  const message = `${place}: ${outcome.reason}${attempts === 1 ? '' : `, ${attempts} times`}`;
  if (outcome.isContent) return new InvalidData(message);
  return new PipelineError('UpstreamUnavailable', message, outcome.waitMs === null ? {} : { retryAfterMs: outcome.waitMs });
}

async function attemptOnce<T>(host: RestHost, request: RestRequest<T>, place: string): Promise<Outcome<T>> {
  const ask = async (signal: AbortSignal): Promise<Received | NoAnswer> => {
    try {
      const response = await fetch(`${host.url}${request.path}${queryText(request)}`, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(host.policy.timeoutMs)]),
        headers: { accept: 'application/json' },
      });
      return { response, text: await response.text() };
    } catch (error) {
      signal.throwIfAborted();
      return noAnswer(`no whole answer (${causeOf(error)})`);
    }
  };
  const received = await withAbort(request.signal, ask);
  if ('kind' in received) return received;
  const { response, text } = received;
  const counted = request.countHeader === null ? null : response.headers.get(request.countHeader);
  if (counted !== null && /^\d+$/.test(counted)) request.budget.observe(Number(counted), performance.now());
  return readAnswer({ status: response.status, retryAfter: response.headers.get('retry-after'), text }, { place, host, request });
}

interface Received {
  readonly response: Response;
  readonly text: string;
}

async function pause(waitMs: number, stop: Abort | undefined): Promise<void> {
  await withAbort(stop, async (signal) => delay(Math.ceil(waitMs), undefined, { signal }));
}

function describe<T>(host: RestHost, request: RestRequest<T>): string {
  return `${new URL(host.url).host}${request.path}${queryText(request)}`;
}

function queryText<T>({ query }: RestRequest<T>): string {
  const text = new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}

/** fetch hides the reason below its own error. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'it did not come in time';
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return cause === undefined ? error.message : (cause.code ?? cause.message);
}
