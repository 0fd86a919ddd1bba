/** Where a worker sends notices: its own environment says it, never a run's spec. */
import { PipelineError } from '../../pipeline/errors.js';

export interface MailSettings {
  /** smtp:// or smtps://, with user and password where the server asks for them. */
  readonly url: URL;
  readonly from: string;
  readonly to: readonly string[];
}

export interface NotificationSettings {
  readonly webhooks: readonly URL[];
  /** Key of the webhooks' signatures; empty where there is no webhook. */
  readonly webhookSecret: string;
  readonly mail: MailSettings | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Bytes below which a signing key can be guessed. */
const LEAST_SECRET_BYTES = 16;

/**
 * The settings of ARES_WEBHOOK_URL, ARES_WEBHOOK_SECRET, ARES_MAIL_URL, ARES_MAIL_FROM and ARES_MAIL_TO.
 * @throws PipelineError InvalidSpec that names the variable which is missing or wrong; never its value, which may hold a password
 */
export function readNotificationSettings(env: Environment): NotificationSettings {
  // Values of a group that is not set at all are empty.
  const [urls = '', secret = ''] = together(env, ['ARES_WEBHOOK_URL', 'ARES_WEBHOOK_SECRET']) ?? [];
  if (secret !== '' && Buffer.byteLength(secret) < LEAST_SECRET_BYTES) throw wrong('ARES_WEBHOOK_SECRET', `at least ${LEAST_SECRET_BYTES} bytes`);
  return { webhooks: listOf(urls).map(webhookUrl), webhookSecret: secret, mail: mailSettings(env) };
}

function mailSettings(env: Environment): MailSettings | null {
  const found = together(env, ['ARES_MAIL_URL', 'ARES_MAIL_FROM', 'ARES_MAIL_TO']);
  if (found === null) return null;
  const [address = '', from = '', recipients = ''] = found;
  const to = listOf(recipients);
  for (const [name, mailbox] of [['ARES_MAIL_FROM', from], ...to.map((item) => ['ARES_MAIL_TO', item])] as [string, string][])
    if (!/^[^@\s,]+@[^@\s,]+$/.test(mailbox)) throw wrong(name, 'mail addresses such as quant@example.org');
  const url = urlOf('ARES_MAIL_URL', address, ['smtp:', 'smtps:']);
  if (!canDecode(url.username) || !canDecode(url.password)) throw wrong('ARES_MAIL_URL', 'an address with user and password percent-encoded (% itself as %25)');
  return { url, from, to };
}

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** The values of variables that need each other, or null when none is set. */
function together(env: Environment, names: readonly string[]): string[] | null {
  const values = names.map((name) => env[name]?.trim() ?? '');
  const missing = names.filter((_, i) => values[i] === '');
  if (missing.length === names.length) return null;
  if (missing.length > 0)
    throw new PipelineError(
      'InvalidSpec',
      `expected ${missing.join(' and ')} to be set, because ${names.filter((name) => !missing.includes(name)).join(' and ')} is`,
    );
  return values;
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function webhookUrl(text: string): URL {
  const url = urlOf('ARES_WEBHOOK_URL', text, ['http:', 'https:']);
  if (url.username !== '' || url.password !== '') throw wrong('ARES_WEBHOOK_URL', 'an address without user and password: the signature proves the sender');
  return url;
}

function urlOf(name: string, text: string, protocols: readonly string[]): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !protocols.includes(url.protocol) || url.hostname === '')
    throw wrong(name, `an address that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`);
  return url;
}

function wrong(name: string, expected: string): PipelineError {
  return new PipelineError('InvalidSpec', `expected ${name} to be ${expected}`);
}
