/** Where spans go. */

/** Address for OTLP/HTTP traces by the standard OTEL_* variables; null where none is named, and tracing is off. */
export function collectorUrl(env: Readonly<Record<string, string | undefined>>): string | null {
  const whole = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  if (whole) return whole;
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  return base ? `${base.replace(/\/+$/, '')}/v1/traces` : null;
}
