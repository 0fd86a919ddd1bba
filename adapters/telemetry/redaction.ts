/** What must never stand in a log: fields by name, and the secrets of this process's environment wherever they turn up. */

/** Fields whose value is replaced, at the top and up to two levels down. */
const SECRET_FIELDS = [
  'password',
  'token',
  'secret',
  'apiKey',
  'authorization',
  'credentials',
  'secretAccessKey',
  'sessionToken',
  'accessKeyId',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'TEMPORAL_API_KEY',
];

/** Environment variables that hold a secret, by name. */
const SECRET_NAME = /(SECRET|PASSWORD|PASSWD|TOKEN|API_KEY|CREDENTIAL|_KEY$|_HEADERS$|MAIL_URL|WEBHOOK_URL)/i;
/** A shorter text would blot out innocent parts of lines. */
const SHORTEST_SECRET = 6;

export const REDACTED = '[redacted]';

/** pino's redaction paths. */
export const REDACTION_PATHS = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/** Values of the environment that are secrets, longest first. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env)
    .filter(([name, value]) => SECRET_NAME.test(name) && !name.endsWith('_FILE') && value !== undefined)
    .flatMap(([, value]) => [value as string, ...(value as string).split(','), passwordOf(value as string)])
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
}

/** The password inside an address, or an empty text. */
function passwordOf(value: string): string {
  return URL.canParse(value) ? decodeURIComponent(new URL(value).password) : '';
}

/** A text without the secrets, also as they look inside JSON. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, REDACTED).replaceAll(JSON.stringify(secret).slice(1, -1), REDACTED), text);
}
