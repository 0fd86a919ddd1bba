/** What an answer, or its absence, means: wait and try again, or which named failure. */
import { InvalidData } from '../../core/errors.js';
import { PipelineError } from '../../pipeline/errors.js';

/** A failure that another attempt may mend. */
export class Trouble extends Error {
  /** Wait that the archive asked for; null where it named none. */
  readonly retryAfterMs: number | null;

  constructor(message: string, retryAfterMs: number | null = null, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Nothing for an answer that can be used.
 * @throws Trouble for 408, 418, 429 and 5xx; PipelineError AccessDenied for 401, 403 and 451; InvalidData for any other refusal
 */
export function checkAnswer(answer: Response, url: string): void {
  const { status } = answer;
  if (status < 400) return;
  const found = `${url}: expected the file, found status ${status}`;
  if (status === 401 || status === 403 || status === 451) throw new PipelineError('AccessDenied', `${found}: the archive refuses us`);
  if (status === 408 || status === 418 || status === 429 || status >= 500) throw new Trouble(found, retryAfter(answer.headers.get('retry-after')));
  throw new InvalidData(found);
}

/** Trouble for whatever a request threw that is not named already. */
export function asTrouble(error: unknown, url: string): unknown {
  if (error instanceof Trouble || error instanceof PipelineError || error instanceof InvalidData) return error;
  const reason = error instanceof Error ? (error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message) : String(error);
  return new Trouble(`${url}: the connection failed (${reason})`, null, { cause: error });
}

/** A Retry-After of seconds or of a date, in ms from now. */
function retryAfter(text: string | null): number | null {
  if (text === null) return null;
  if (/^\d+$/.test(text.trim())) return Number(text) * 1000;
  const untilMs = Date.parse(text);
  return Number.isNaN(untilMs) ? null : Math.max(0, untilMs - Date.now());
}
