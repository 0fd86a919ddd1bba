/** The addresses of a stack, for people. */

type Environment = Readonly<Record<string, string | undefined>>;

/** Lines with the addresses of Temporal, its UI and the store. */
export function addressLines(environment: Environment): string[] {
  return [
    `Temporal     ${environment['TEMPORAL_ADDRESS'] ?? 'not running'} (namespace ${environment['TEMPORAL_NAMESPACE'] ?? 'default'})`,
    `Temporal UI  ${environment['ARES_UI'] ?? 'unknown'}`,
    `Temporal API ${environment['ARES_TEMPORAL_HTTP'] ?? 'unknown'} (HTTP)`,
    `S3           ${environment['AWS_ENDPOINT_URL_S3'] ?? 'not running'} (${environment['ARES_STORE'] ?? 'no store'})`,
  ];
}

/** `export NAME='value'` lines for a POSIX shell. */
export function exportLines(environment: Environment): string[] {
  return Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(String(value))}`);
}

/** The text as one word of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
