/** `ares codec-server`: decrypts payloads for the Temporal UI and CLI, in the foreground. */
import type { AddressInfo } from 'node:net';
import type { Command } from 'commander';
import { applyLocalProfile } from '../../adapters/local-profile.js';
import type { CommandWorld } from '../command-world.js';
import type { ExitCode } from '../exit-codes.js';
import { CommandFailure, EXIT_CODES } from '../exit-codes.js';
import { untilStopped } from '../until-stopped.js';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];
const LEAST_TOKEN = 16;

/** Adds the command; `done` takes its exit code. */
export function addCodecServerCommand(program: Command, world: CommandWorld, done: (code: ExitCode) => void): void {
  program
    .command('codec-server')
    .description('decrypt payloads for the Temporal UI and CLI; needs ARES_PAYLOAD_KEYS (docs/security.md)')
    .option('--host <address>', 'address to listen at; anything but the loopback needs ARES_CODEC_TOKEN', '127.0.0.1')
    .option('--port <number>', 'port to listen at; 0 takes a free one', '8081')
    .action(async ({ host, port }: { readonly host: string; readonly port: string }) => {
      if (!/^\d{1,5}$/.test(port)) throw new CommandFailure(EXIT_CODES.badInput, `--port: expected a port number, found ${JSON.stringify(port)}`);
      await serve(world, { host, port: Number(port) });
      done(EXIT_CODES.done);
    });
}

async function serve(world: CommandWorld, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  const { env } = world;
  applyLocalProfile(env);
  const { hasPayloadKeys, readPayloadCodec } = await import('../../adapters/connection/payload-codec.js');
  if (!hasPayloadKeys(env))
    throw new CommandFailure(EXIT_CODES.badInput, 'ARES_PAYLOAD_KEYS: expected id:base64,... , found none: there is nothing to decrypt');
  const token = env['ARES_CODEC_TOKEN'] || null;
  if (token === null && !LOOPBACK.includes(host)) {
    throw new CommandFailure(EXIT_CODES.badInput, `ARES_CODEC_TOKEN: expected a token, because ${host} is no loopback address; found none`);
  }
  if (token !== null && token.length < LEAST_TOKEN)
    throw new CommandFailure(EXIT_CODES.badInput, `ARES_CODEC_TOKEN: expected at least ${LEAST_TOKEN} characters`);
  const { makeCodecServer } = await import('../codec-server.js');
  const server = makeCodecServer({ codec: readPayloadCodec(env), token, origins: originsOf(env['ARES_CODEC_ORIGINS'] ?? env['ARES_UI'] ?? '') });
  try {
    await server.listen({ host, port });
    world.out(`decrypting at http://${host}:${(server.server.address() as AddressInfo).port}\n`);
    await untilStopped(world.interrupted);
  } finally {
    await server.close();
  }
}

function originsOf(list: string): string[] {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => (URL.canParse(item) ? new URL(item).origin : item));
}
