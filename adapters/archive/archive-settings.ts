/** What the archive source needs to know, from the environment. */
import { PipelineError } from '../../pipeline/errors.js';
import type { DownloadLimits } from './download-cache.js';

const PUBLIC_ADDRESS = 'https://data.binance.vision';

/** How patient requests are. */
export interface Patience {
  /** Attempts in a row that bring nothing before the archive counts as unavailable. */
  readonly attempts: number;
  /** Wait after the first of them; doubled after each. */
  readonly firstWaitMs: number;
  /** A wait that the archive asks for is waited out up to this long; a longer one is left to whoever tries again later. */
  readonly longestWaitMs: number;
  /** A connection on which nothing comes for so long is given up. */
  readonly silentMs: number;
}

export interface ArchiveSettings {
  /** ARES_ARCHIVE_URL: address of the archive; ARES_DOWNLOADS: files fetched at a time; ARES_DOWNLOAD_LIMIT_MIB: how much of them is kept. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder whose `archive` keeps the files that were fetched. */
  readonly cacheFolder: string;
  readonly patience?: Partial<Patience>;
  /** The present, UTC ms: where an open window ends. */
  readonly now?: () => number;
  /** How long a file that another process has used is left alone, default ten minutes. */
  readonly graceMs?: number;
}

export interface ResolvedSettings {
  /** Without a slash at its end. */
  readonly address: string;
  readonly downloads: number;
  readonly limits: DownloadLimits;
  readonly patience: Patience;
}

const DOWNLOADS = 4;
const MIB = 1024 ** 2;
const LIMIT_MIB = 51_200;
const GRACE_MS = 600_000;
const PATIENCE: Patience = { attempts: 5, firstWaitMs: 500, longestWaitMs: 30_000, silentMs: 30_000 };

/** @throws PipelineError InvalidSpec for an address that is none, a number of downloads that is not 1 to 64, a limit that is no whole number of MiB */
export function resolveSettings(settings: ArchiveSettings): ResolvedSettings {
  const { env } = settings;
  const address = (env['ARES_ARCHIVE_URL'] || PUBLIC_ADDRESS).replace(/\/+$/, '');
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new PipelineError('InvalidSpec', `ARES_ARCHIVE_URL: expected an http or https address, found ${JSON.stringify(address)}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new PipelineError('InvalidSpec', `ARES_ARCHIVE_URL: expected an address without user and password, found one at ${url.host}`);
  }
  const downloads = Number(env['ARES_DOWNLOADS'] || DOWNLOADS);
  if (!(Number.isInteger(downloads) && downloads >= 1 && downloads <= 64)) {
    throw new PipelineError('InvalidSpec', `ARES_DOWNLOADS: expected a whole number from 1 to 64, found ${env['ARES_DOWNLOADS']}`);
  }
  const limits = { limitBytes: downloadLimit(env), graceMs: settings.graceMs ?? GRACE_MS };
  return { address, downloads, limits, patience: { ...PATIENCE, ...settings.patience } };
}

/** Bytes of fetched files that are kept: ARES_DOWNLOAD_LIMIT_MIB, else 50 GiB. @throws PipelineError InvalidSpec for no whole number */
export function downloadLimit(env: ArchiveSettings['env']): number {
  const text = env['ARES_DOWNLOAD_LIMIT_MIB'] || String(LIMIT_MIB);
  if (!/^\d+$/.test(text)) throw new PipelineError('InvalidSpec', `ARES_DOWNLOAD_LIMIT_MIB: expected a whole number of MiB, found ${text}`);
  return Number(text) * MIB;
}
