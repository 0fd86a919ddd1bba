/** A log line for people: time, level, message, then the fields. */

const LEVEL_NAMES: Readonly<Record<number, string>> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };
/** Said by the line's head, or the same on every line of a process. */
const LEFT_OUT = new Set(['level', 'time', 'msg', 'pid', 'hostname', 'name', 'namespace', 'taskQueue', 'sdkComponent']);

/** The text of one JSON log line. */
export function logText(json: string): string {
  const line = JSON.parse(json) as Record<string, unknown>;
  const error = line['err'] as { type?: string; message?: string; stack?: string } | undefined;
  const fields = Object.entries(line)
    .filter(([key]) => !LEFT_OUT.has(key) && key !== 'err')
    .map(([key, value]) => `${key}=${typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value)}`);
  const head = `${new Date(Number(line['time'])).toISOString()} ${(LEVEL_NAMES[Number(line['level'])] ?? 'info').padEnd(5)} ${String(line['msg'] ?? '')}`;
  const tail = error === undefined ? '' : `\n${error.stack ?? `${error.type}: ${error.message}`}`;
  return `${[head, ...fields].join(' ')}${tail}\n`;
}
