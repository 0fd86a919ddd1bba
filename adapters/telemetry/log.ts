/** The worker's log: JSON lines on stderr (or text for people), secrets taken out. */
import { pino } from 'pino';
import type { Logger } from 'pino';
import { PipelineError } from '../../pipeline/errors.js';
import { logText } from './log-text.js';
import { REDACTED, REDACTION_PATHS, secretsOf, withoutSecrets } from './redaction.js';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const FORMATS = ['json', 'text'];
const STDERR = 2;

export type Log = Logger;

export interface LogOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person reads: text is then the default. */
  readonly isTerminal: boolean;
  /** Where lines go; stderr by default. */
  readonly write?: (line: string) => void;
}

/** The log of a process, by ARES_LOG_LEVEL and ARES_LOG_FORMAT. @throws PipelineError InvalidSpec on an unknown value of either */
export function makeLog(options: LogOptions): Log {
  const level = oneOf('ARES_LOG_LEVEL', options.env['ARES_LOG_LEVEL'] || 'info', LEVELS);
  const format = oneOf('ARES_LOG_FORMAT', options.env['ARES_LOG_FORMAT'] || (options.isTerminal ? 'text' : 'json'), FORMATS);
  const secrets = secretsOf(options.env);
  const write = options.write ?? stderrWriter();
  const destination = {
    write: (line: string): void => {
      const clean = withoutSecrets(line, secrets);
      write(format === 'text' ? logText(clean) : clean);
    },
  };
  return pino({ level, base: { pid: process.pid }, redact: { paths: REDACTION_PATHS, censor: REDACTED } }, destination);
}

/** Synchronous, so that the last lines before a crash are there. */
function stderrWriter(): (line: string) => void {
  const stream = pino.destination({ fd: STDERR, sync: true });
  return (line) => void stream.write(line);
}

function oneOf(name: string, value: string, allowed: readonly string[]): string {
  if (!allowed.includes(value)) throw new PipelineError('InvalidSpec', `expected ${name} to be one of ${allowed.join(', ')}, found ${JSON.stringify(value)}`);
  return value;
}
