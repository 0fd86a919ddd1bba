/** What an HTTP answer means: the value asked for, a refusal that is final, or one worth another attempt. */
import type { z } from 'zod';
import { InvalidData } from '../../core/errors.js';
import { PipelineError } from '../../pipeline/errors.js';

/** A host's own words in a body. again = it may answer later, wrong = the request can never be served, denied = not to us. */
export interface Refusal {
  readonly kind: 'again' | 'wrong' | 'denied';
  readonly message: string;
}

export interface NoAnswer {
  readonly kind: 'none';
  readonly reason: string;
  /** Wait that the host asks for; null = our own back-off. */
  readonly waitMs: number | null;
  /** True where what came is wrong, rather than nothing came. */
  readonly isContent: boolean;
  /** True where another attempt would count against us. */
  readonly isFinal: boolean;
}

export type Outcome<T> = { readonly kind: 'answer'; readonly value: T } | NoAnswer;

interface Answer {
  readonly status: number;
  /** The header of that name. */
  readonly retryAfter: string | null;
  readonly text: string;
}

interface Context<T> {
  readonly place: string;
  readonly host: { readonly refusalOf: (body: unknown) => Refusal | null };
  readonly request: { readonly schema: z.ZodType<T>; readonly check?: (answer: T) => string | null };
}

const SHOWN_CHARACTERS = 200;
/** Where a host says "too many" without saying for how long: the longest minute that it counts by. */
const DEFAULT_WAIT_MS = 60_000;
const BANNED = 418;
const TOO_MANY = 429;
const DENIED: readonly number[] = [401, 403, 451];
const TIMED_OUT = 408;

/** @throws InvalidData for a refused request or a body of a wrong form, naming field and value. @throws PipelineError AccessDenied */
export function readAnswer<T>(answer: Answer, context: Context<T>): Outcome<T> {
  const { status } = answer;
  if (status === TOO_MANY || status === BANNED) {
    const isFinal = status === BANNED;
    const reason = `answered ${status} (${isFinal ? 'banned for asking on after 429' : 'too many requests'})`;
    return noAnswer(reason, { waitMs: retryAfterMs(answer.retryAfter) ?? DEFAULT_WAIT_MS, isFinal });
  }
  if (status >= 500 || status === TIMED_OUT) return noAnswer(`answered ${status}${shown(answer.text)}`, { waitMs: retryAfterMs(answer.retryAfter) });
  const body = parse(answer.text);
  if (body.ok) {
    const refusal = context.host.refusalOf(body.value);
    if (refusal !== null) return refused(refusal, status, context.place);
  }
  if (DENIED.includes(status)) throw new PipelineError('AccessDenied', `${context.place}: answered ${status}${shown(answer.text)}`);
  if (status < 200 || status > 299) throw new InvalidData(`${context.place}: answered ${status}${shown(answer.text)}`);
  if (!body.ok) return wrongContent(`expected JSON, found ${JSON.stringify(answer.text.slice(0, SHOWN_CHARACTERS))}`);
  return checked(body.value, context);
}

function refused(refusal: Refusal, status: number, place: string): Outcome<never> {
  if (refusal.kind === 'again') return noAnswer(refusal.message);
  const message = `${place}: answered ${status}: ${refusal.message}`;
  if (refusal.kind === 'denied' || DENIED.includes(status)) throw new PipelineError('AccessDenied', message);
  throw new InvalidData(message);
}

function checked<T>(body: unknown, { place, request }: Context<T>): Outcome<T> {
  const parsed = request.schema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0] as z.core.$ZodIssue;
    const found = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], body);
    throw new InvalidData(
      `${place}: ${issue.path.join('.') || 'answer'}: ${issue.message}, found ${(JSON.stringify(found) ?? 'nothing').slice(0, SHOWN_CHARACTERS)}`,
    );
  }
  const problem = request.check?.(parsed.data) ?? null;
  return problem === null ? { kind: 'answer', value: parsed.data } : wrongContent(problem);
}

/** Nothing came that can be used; our own back-off unless the host names a wait. */
export function noAnswer(reason: string, details: Partial<Pick<NoAnswer, 'waitMs' | 'isFinal'>> = {}): NoAnswer {
  return { kind: 'none', reason, waitMs: null, isContent: false, isFinal: false, ...details };
}

function wrongContent(reason: string): NoAnswer {
  return { ...noAnswer(reason), isContent: true };
}

function parse(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    return { ok: false };
  }
}

function shown(text: string): string {
  const words = text.replace(/\s+/g, ' ').trim().slice(0, SHOWN_CHARACTERS);
  return words === '' ? '' : `: ${words}`;
}

/** Seconds, as exchanges give them; null when there is none that can be read. */
function retryAfterMs(header: string | null): number | null {
  return header !== null && /^\d+$/.test(header) ? Number(header) * 1000 : null;
}
