/** Requests to the archive: bounded attempts, one back-off for all of them, and a count. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PipelineError } from '../../pipeline/errors.js';
import type { Patience, ResolvedSettings } from './archive-settings.js';
import { asTrouble, checkAnswer, Trouble } from './upstream-trouble.js';

/** What has gone over the wire so far. */
export interface ArchiveCounts {
  /** Requests, attempts included. */
  readonly requests: number;
  /** Files fetched whole. */
  readonly downloads: number;
  /** Bytes of files received, those that were received again included. */
  readonly bytes: number;
}

export interface ArchiveClient {
  readonly address: string;
  readonly patience: Patience;
  readonly counts: { -readonly [name in keyof ArchiveCounts]: ArchiveCounts[name] };
  /**
   * One attempt: the answer, null for status 404. 304 and 416 are answers.
   * @throws as checkAnswer; Trouble when the connection fails
   */
  open(
    path: string,
    request: { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly signal: AbortSignal },
  ): Promise<Response | null>;
  /**
   * The work's result, begun when a pause that the archive asked for is over, and tried again after Trouble. `hasAdvanced` after a failed
   * attempt begins the count anew.
   * @throws PipelineError UpstreamUnavailable
   */
  insist<T>(work: () => Promise<T>, control: { readonly signal: AbortSignal; readonly hasAdvanced?: () => boolean }): Promise<T>;
}

/** A client of the archive at the settings' address. */
export function makeArchiveClient({ address, patience }: ResolvedSettings): ArchiveClient {
  const counts = { requests: 0, downloads: 0, bytes: 0 };
  let pausedUntilMs = 0;

  const open: ArchiveClient['open'] = async (path, { method = 'GET', headers = {}, signal }) => {
    const url = `${address}/${path}`;
    counts.requests++;
    try {
      const answer = await fetch(url, { method, headers: { 'accept-encoding': 'identity', ...headers }, signal });
      if (answer.status === 404 || answer.status === 416 || answer.status >= 400) await answer.body?.cancel();
      if (answer.status === 404) return null;
      if (answer.status !== 416) checkAnswer(answer, url);
      return answer;
    } catch (error) {
      throw asTrouble(error, url);
    }
  };

  const insist: ArchiveClient['insist'] = async (work, { signal, hasAdvanced = () => false }) => {
    for (let failures = 1; ; failures++) {
      for (let waitMs = pausedUntilMs - Date.now(); waitMs > 0; waitMs = pausedUntilMs - Date.now()) await sleep(waitMs, undefined, { signal });
      try {
        return await work();
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof Trouble)) throw error;
        if (hasAdvanced()) failures = 1;
        const waitMs = error.retryAfterMs ?? patience.firstWaitMs * 2 ** (failures - 1);
        if (failures >= patience.attempts || waitMs > patience.longestWaitMs) {
          throw new PipelineError('UpstreamUnavailable', `${error.message}; given up after ${failures} attempts without a byte`, {
            cause: error,
            retryAfterMs: waitMs,
          });
        }
        // A wait that the archive names holds for every request to it.
        if (error.retryAfterMs !== null) pausedUntilMs = Math.max(pausedUntilMs, Date.now() + waitMs);
        await sleep(waitMs, undefined, { signal });
      }
    }
  };

  return { address, patience, counts, open, insist };
}

/** The result of `work` under a signal that follows `outer` and also aborts when `heard` has not been called for so long. */
export async function unlessSilent<T>(
  { signal: outer, silentMs, url }: { readonly signal: AbortSignal; readonly silentMs: number; readonly url: string },
  work: (signal: AbortSignal, heard: () => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const follow = (): void => controller.abort(outer.reason);
  if (outer.aborted) follow();
  outer.addEventListener('abort', follow, { once: true });
  const timer = setTimeout(() => controller.abort(new Trouble(`${url}: nothing came for ${silentMs} ms`)), silentMs);
  try {
    return await work(controller.signal, () => void timer.refresh());
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', follow);
  }
}
