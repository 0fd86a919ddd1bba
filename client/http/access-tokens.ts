/** Bearer tokens of the HTTP trigger: who may call, known by digests, so that a comparison takes the same time for every guess. */
import { createHash, timingSafeEqual } from 'node:crypto';

export interface AccessToken {
  /** Who holds it: goes into the log and into the memo of the runs it starts. */
  readonly caller: string;
  /** SHA-256 of the token. */
  readonly digest: Buffer;
}

/** Shortest token that is taken. */
const LEAST_CHARACTERS = 16;
/** Caller of a token without a name. */
const UNNAMED = 'http';
/** `name=token`; the trailing `=` of a base64 token alone makes no name. */
const NAMED = /^([A-Za-z0-9_-]{1,40})=([^=].*)$/;
/** What RFC 6750 lets a bearer token hold. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/**
 * The tokens of ARES_HTTP_TOKEN: comma separated, each `token` or `name=token`. Two tokens of one name (old and new, while they are
 * exchanged) are one caller.
 * @throws RangeError when there is none, or one is shorter than 16 characters; no message holds a token
 */
export function parseAccessTokens(text: string | undefined): readonly AccessToken[] {
  const parts = (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) throw new RangeError(`ARES_HTTP_TOKEN: expected a token of at least ${LEAST_CHARACTERS} characters, found none`);
  return parts.map((part, index) => {
    const [, caller = UNNAMED, token = part] = NAMED.exec(part) ?? [];
    const place = `ARES_HTTP_TOKEN: token ${index + 1}${caller === UNNAMED ? '' : ` (${caller})`}`;
    if (token.length < LEAST_CHARACTERS) throw new RangeError(`${place}: expected at least ${LEAST_CHARACTERS} characters, found ${token.length}`);
    if (!TOKEN.test(token)) throw new RangeError(`${place}: expected letters, digits and -._~+/ alone`);
    return { caller, digest: digestOf(token) };
  });
}

/** The caller of an Authorization header, or null. Every token is compared, whichever matches. */
export function callerOf(authorization: string | undefined, tokens: readonly AccessToken[]): string | null {
  const [, given] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (given === undefined) return null;
  const digest = digestOf(given);
  const matching = tokens.filter((token) => timingSafeEqual(token.digest, digest));
  return matching[0]?.caller ?? null;
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
