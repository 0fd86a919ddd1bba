/** One file out of an archive on the web, checked by hash before it is opened. */
import { createHash } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { say } from './progress.js';
import { runCommand } from './run-command.js';

const TIMEOUT_MS = 5 * 60_000;

/**
 * Downloads a .tar.gz and puts one member of it at `target.path`.
 * @throws Error when the server does not answer with the file, or its sha256 is another than the expected one.
 */
export async function downloadArchive(
  archive: { readonly url: string; readonly sha256: string },
  target: { readonly member: string; readonly path: string },
): Promise<void> {
  say(`downloading ${archive.url}`);
  const bytes = await fetchBytes(archive.url);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== archive.sha256) throw new Error(`expected sha256 ${archive.sha256} of ${archive.url}, found ${sha256}`);
  const folder = await mkdtemp(join(dirname(target.path), 'archive-'));
  try {
    await writeFile(join(folder, 'archive.tar.gz'), bytes);
    await runCommand('tar', ['-xzf', 'archive.tar.gz', target.member], { cwd: folder });
    await rename(join(folder, target.member), target.path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchBytes(url: string): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    const cause = (error as Error).cause;
    throw new Error(`no answer from ${new URL(url).host}: ${cause instanceof Error ? cause.message : (error as Error).message}`, { cause: error });
  }
  if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}
