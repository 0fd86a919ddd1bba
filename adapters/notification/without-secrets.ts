/** Text that goes into a history and logs, freed of what nobody may read there. */

/** The text with every secret of two and more characters replaced by `[hidden]`, as it is and as it looks in an address. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .filter((secret) => secret.length > 1)
    .reduce((shown, secret) => shown.replaceAll(secret, '[hidden]'), text);
}
