/** What a spec that came over the network may ask for: folders of the server, and sizes. */
import { realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute } from 'node:path';

/** Largest values of a remote spec, presets included. */
export interface RemoteLimits {
  /** Days of data, by retentionDays or by from and to. */
  readonly retentionDays: number;
  readonly maxTrials: number;
  readonly walkForwardWindows: number;
  readonly bootstrapPaths: number;
  /** Simulated trades of the whole window. */
  readonly totalTrades: number;
  /** Combinations of take-profit, stop-loss and holding period. */
  readonly labelCombinations: number;
}

export interface RemoteSpecPolicy {
  /** Real paths of the folders whose files a spec may name; none = source files is refused. */
  readonly roots: readonly string[];
  readonly limits: RemoteLimits;
}

/** Every preset fits into these. */
export const DEFAULT_LIMITS: RemoteLimits = Object.freeze({
  retentionDays: 1100,
  maxTrials: 200,
  walkForwardWindows: 50,
  bootstrapPaths: 20_000,
  totalTrades: 100_000_000,
  labelCombinations: 100,
});

/**
 * The policy of an environment: ARES_HTTP_ROOTS (folders, separated by `:`) and ARES_HTTP_LIMITS (`maxTrials=50,retentionDays=90`).
 * @throws RangeError when a root is no folder, or a limit is unknown or no whole number from 1
 */
export function readRemoteSpecPolicy(env: Readonly<Record<string, string | undefined>>): RemoteSpecPolicy {
  const roots = (env['ARES_HTTP_ROOTS'] ?? '').split(delimiter).filter((root) => root !== '');
  const limits = (env['ARES_HTTP_LIMITS'] ?? '').split(',').filter((entry) => entry.trim() !== '');
  return { roots: roots.map(realRoot), limits: { ...DEFAULT_LIMITS, ...Object.fromEntries(limits.map(parseLimit)) } };
}

function realRoot(root: string): string {
  if (!isAbsolute(root)) throw new RangeError(`ARES_HTTP_ROOTS: expected absolute folders, found ${JSON.stringify(root)}`);
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new RangeError(`ARES_HTTP_ROOTS: expected folders that are there, found ${JSON.stringify(root)}`);
  }
  return realpathSync(root);
}

function parseLimit(entry: string): [string, number] {
  const [name = '', value = ''] = entry.split('=').map((part) => part.trim());
  if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
    throw new RangeError(`ARES_HTTP_LIMITS: expected one of ${Object.keys(DEFAULT_LIMITS).join(', ')}, found ${JSON.stringify(name)}`);
  }
  if (!/^[1-9]\d{0,14}$/.test(value)) throw new RangeError(`ARES_HTTP_LIMITS: ${name}: expected a whole number from 1, found ${JSON.stringify(value)}`);
  return [name, Number(value)];
}
