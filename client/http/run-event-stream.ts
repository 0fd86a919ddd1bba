/** A run as server-sent events: what changes, until it ends or parks. */
import { PassThrough } from 'node:stream';
import type { AresClient } from '../ares-client.js';
import type { RunEnd, RunSnapshot } from '../run-events.js';
import type { Followers } from './followers.js';

/** Comments that keep proxies and clients from taking a quiet run for a dead connection. */
const HEARTBEAT_MS = 15_000;
/** How long a client waits before it comes back after a broken connection. */
const RECONNECT_MS = 3000;

/** Id of the last event of a run that has ended; a client that comes back with it has nothing more to hear. */
export const END_EVENT_ID = 'end';

export interface EventSources {
  readonly ares: AresClient;
  readonly followers: Followers;
  readonly heartbeatMs?: number;
}

/**
 * The stream's text. Each `progress` event is whole, so a client that comes back needs no history. It ends when the run ends or parks,
 * or the server closes; a reader that goes ends the following, never the run. A failure breaks the stream, so that its reader comes back.
 * @throws HttpProblem (503) when too many follow already
 */
export async function runEventStream(workflowId: string, { ares, followers, heartbeatMs = HEARTBEAT_MS }: EventSources): Promise<PassThrough> {
  const gone = new AbortController();
  return new Promise((resolve, reject) => {
    const following = followers.during(gone.signal, async (signal) => {
      const stream = new PassThrough();
      stream.once('close', () => gone.abort(new Error('the reader has gone')));
      const heartbeat = setInterval(() => stream.write(': still here\n\n'), heartbeatMs);
      signal.addEventListener('abort', () => {
        clearInterval(heartbeat);
        stream.end();
      });
      stream.write(`retry: ${RECONNECT_MS}\n\n`);
      resolve(stream);
      try {
        const end = await follow(ares, { workflowId, stream, signal });
        if (!signal.aborted) stream.end(endEvent(workflowId, end));
      } catch (error) {
        if (!signal.aborted) stream.destroy(error as Error);
      } finally {
        clearInterval(heartbeat);
      }
    });
    // Refused at the door; later failures break the stream instead.
    following.catch(reject);
  });
}

interface Following {
  readonly workflowId: string;
  readonly stream: PassThrough;
  readonly signal: AbortSignal;
}

async function follow(ares: AresClient, { workflowId, stream, signal }: Following): Promise<RunEnd> {
  let last = '';
  let sequence = 0;
  return ares.watch(workflowId, {
    signal,
    onSnapshot: (snapshot) => {
      const data = JSON.stringify(progressOf(snapshot));
      // A reader that is slower than the run gets the next state, not every state.
      if (signal.aborted || data === last || stream.writableNeedDrain) return;
      last = data;
      sequence += 1;
      stream.write(`event: progress\nid: ${sequence}\ndata: ${data}\n\n`);
    },
  });
}

function endEvent(workflowId: string, end: RunEnd): string {
  const body = JSON.stringify({ workflowId, ...endOf(end) });
  return end.state === 'Blocked' ? `event: blocked\ndata: ${body}\n\n` : `event: end\nid: ${END_EVENT_ID}\ndata: ${body}\n\n`;
}

/** State, result and error of an end, as the result route gives them. */
export function endOf(end: RunEnd): { readonly state: RunEnd['state']; readonly result: unknown; readonly error: unknown } {
  return { state: end.state, result: 'result' in end ? end.result : null, error: 'error' in end ? end.error : null };
}

/** What a reader needs to draw progress; artifacts and plan are a request of their own. */
function progressOf({ workflowId, runId, status, activities, unanswered }: RunSnapshot): unknown {
  const steps = (status?.steps ?? []).map(({ id, state, attempt, result, error }) => ({ id, state, attempt, cached: result?.cached ?? null, error }));
  return { workflowId, runId, state: status?.state ?? null, stepsDone: steps.filter((step) => step.state === 'done').length, steps, activities, unanswered };
}
