/** `ares serve`: the HTTP trigger in the foreground. */
import type { AddressInfo } from 'node:net';
import type { Command } from 'commander';
import type { CommandWorld } from '../command-world.js';
import type { ExitCode } from '../exit-codes.js';
import { CommandFailure, EXIT_CODES } from '../exit-codes.js';
import type { AccessToken } from '../http/access-tokens.js';
import type { RemoteSpecPolicy } from '../http/remote-spec-policy.js';
import { untilStopped } from '../until-stopped.js';
import { withClient } from '../with-client.js';

interface ServeOptions {
  readonly host: string;
  readonly port: string;
  readonly rateLimit: string;
}

interface ServeSettings {
  readonly host: string;
  readonly port: number;
  readonly requestsPerMinute: number;
  readonly tokens: readonly AccessToken[];
  readonly policy: RemoteSpecPolicy;
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/** Adds the command; `done` takes its exit code. */
export function addServeCommand(program: Command, world: CommandWorld, done: (code: ExitCode) => void): void {
  program
    .command('serve')
    .description('start and follow runs over HTTP for other services; needs ARES_HTTP_TOKEN (docs/triggers.md)')
    .option('--host <address>', 'address to listen at; anything but the loopback needs TLS in front', '127.0.0.1')
    .option('--port <number>', 'port to listen at; 0 takes a free one', '8080')
    .option('--rate-limit <count>', 'requests a minute per token', '60')
    .action(async (options: ServeOptions) => {
      await serve(world, await readSettings(world, options));
      done(EXIT_CODES.done);
    });
}

/** @throws CommandFailure (bad input) naming the flag or the variable */
async function readSettings({ env }: CommandWorld, options: ServeOptions): Promise<ServeSettings> {
  const { parseAccessTokens } = await import('../http/access-tokens.js');
  const { readRemoteSpecPolicy } = await import('../http/remote-spec-policy.js');
  try {
    return {
      host: options.host,
      port: wholeNumber('--port', options.port, [0, 65_535]),
      requestsPerMinute: wholeNumber('--rate-limit', options.rateLimit, [1, 1_000_000]),
      tokens: parseAccessTokens(env['ARES_HTTP_TOKEN']),
      policy: readRemoteSpecPolicy(env),
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CommandFailure(EXIT_CODES.badInput, error.message, { cause: error });
  }
}

function wholeNumber(flag: string, text: string, [least, most]: readonly [number, number]): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new RangeError(`${flag}: expected a whole number from ${least} to ${most}, found ${JSON.stringify(text)}`);
}

/** Serves until Ctrl-C or SIGTERM. */
async function serve(world: CommandWorld, { host, port, ...settings }: ServeSettings): Promise<void> {
  const { makeHttpServer } = await import('../http/http-server.js');
  const logger = { level: world.env['ARES_LOG_LEVEL'] ?? 'info', stream: { write: world.err } };
  await withClient(world, async (connected) => {
    const server = await makeHttpServer({ ...settings, ...connected, logger });
    try {
      await server.listen({ host, port });
      const address = server.server.address() as AddressInfo;
      world.out(`serving http://${host.includes(':') ? `[${host}]` : host}:${address.port}\n`);
      if (!LOOPBACK.includes(host)) world.err(`ares: ${host} is no loopback address and this is plain HTTP: put TLS in front\n`);
      await untilStopped(world.interrupted);
    } finally {
      await server.close();
    }
  });
}
