/** What the HTTP trigger says when it cannot do what was asked: problem details of RFC 9457. */
import type { z } from 'zod';

/** One thing wrong with a request: which field, what was expected, what was found. */
export interface FieldProblem {
  readonly field: string;
  readonly detail: string;
  /** The value as JSON, cut at 200 characters; absent where there was none. */
  readonly found?: string;
}

/** Statuses that the trigger answers with when it refuses, and what they are called. */
export const PROBLEM_TITLES = {
  400: 'Malformed request',
  401: 'No valid token',
  403: 'Not allowed to remote callers',
  404: 'Not found',
  409: 'Not possible in this state',
  413: 'Body too large',
  415: 'Unsupported media type',
  422: 'Invalid run spec',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Temporarily unavailable',
} as const;

export type ProblemStatus = keyof typeof PROBLEM_TITLES;

export interface ProblemDetails {
  /** Stable name of the kind of problem. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly problems?: readonly FieldProblem[];
}

const LONGEST_FOUND = 200;

/** Ends a request with a status and problem details. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: ProblemStatus;
  readonly problems: readonly FieldProblem[];

  constructor(status: ProblemStatus, detail: string, options: ErrorOptions & { readonly problems?: readonly FieldProblem[] } = {}) {
    super(detail, options);
    this.status = status;
    this.problems = options.problems ?? [];
  }
}

/** The body of a problem. */
export function problemDetails({ status, message, problems }: HttpProblem): ProblemDetails {
  const title = PROBLEM_TITLES[status];
  const type = `urn:ares:problem:${title.toLowerCase().replaceAll(' ', '-')}`;
  return { type, title, status, detail: message, ...(problems.length === 0 ? {} : { problems }) };
}

/** A value as it may be shown to the one who sent it. */
export function shownValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= LONGEST_FOUND ? text : `${text.slice(0, LONGEST_FOUND)}...`;
}

/** One problem per field that a schema refused. */
export function fieldProblems(issues: readonly z.core.$ZodIssue[], input: unknown): FieldProblem[] {
  return issues.flatMap((issue): FieldProblem[] => {
    const found = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], input);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: [...issue.path, key].join('.'),
        detail: 'unknown key',
        found: shownValue((found as Record<string, unknown> | undefined)?.[key]),
      }));
    }
    return [{ field: issue.path.join('.') || 'body', detail: issue.message, ...(found === undefined ? {} : { found: shownValue(found) }) }];
  });
}

/** The problems as one sentence. */
export function problemSentence(problems: readonly FieldProblem[]): string {
  return problems.map(({ field, detail, found }) => `${field}: ${detail}${found === undefined ? '' : `, found ${found}`}`).join('; ');
}
