/** A world for the CLI that keeps what was printed, and knows no running stack. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../client/run-cli.js';

export interface CliOutcome {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `ares` with the given arguments; Temporal is at `address`, by default where nothing listens. */
export async function ares(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliOutcome> {
  let out = '';
  let err = '';
  const state = mkdtempSync(join(tmpdir(), 'ares-cli-'));
  const world = {
    env: { ARES_STATE: state, TEMPORAL_ADDRESS: '127.0.0.1:1', ...env },
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    isTerminal: false,
    interrupted: new AbortController().signal,
  };
  try {
    return { exitCode: await runCli(args, world), out, err };
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}
