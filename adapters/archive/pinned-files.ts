/** What the archive states of a file: its sha256 out of the checksum file beside it, and its size. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { InvalidData } from '../../core/errors.js';
import { onDisk } from '../local-disk/index.js';
import { parseChecksum } from '../market-files/index.js';
import type { ArchiveClient } from './archive-client.js';
import { unlessSilent } from './archive-client.js';
import { Trouble } from './upstream-trouble.js';

const pinSchema = z.strictObject({ address: z.string(), etag: z.string(), sha256: z.string(), bytes: z.int().min(0) });
type Pin = z.infer<typeof pinSchema>;

export interface StatedFile {
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * What the archive states now; null where it has no such file. The last answer is kept with its ETag, so that an unchanged file costs one
 * request without a body.
 * @throws InvalidData when the checksum file has another form; PipelineError UpstreamUnavailable, AccessDenied, DiskFull
 */
export async function stateOfFile(
  client: ArchiveClient,
  path: string,
  control: { readonly folder: string; readonly signal: AbortSignal },
): Promise<StatedFile | null> {
  const { folder, signal } = control;
  const place = join(folder, `${path}.pin`);
  const kept = await readPin(place, client.address);
  const answer = await requestText(client, `${path}.CHECKSUM`, { signal, etag: kept?.etag ?? null });
  if (answer === null) return null;
  if (answer.text === null && kept !== null) return { sha256: kept.sha256, bytes: kept.bytes };
  const sha256 = parseChecksum(answer.text ?? '', basename(path));
  const bytes = await requestSize(client, path, signal);
  if (answer.etag !== null) await writePin(place, { address: client.address, etag: answer.etag, sha256, bytes });
  return { sha256, bytes };
}

/** The checksum that the archive states at this moment; null where it has none any more. */
export async function currentChecksum(client: ArchiveClient, path: string, signal: AbortSignal): Promise<string | null> {
  const answer = await requestText(client, `${path}.CHECKSUM`, { signal, etag: null });
  return answer === null ? null : parseChecksum(answer.text ?? '', basename(path));
}

async function requestText(
  client: ArchiveClient,
  path: string,
  { signal: outer, etag }: { readonly signal: AbortSignal; readonly etag: string | null },
): Promise<{ readonly text: string | null; readonly etag: string | null } | null> {
  const attempt = async (): Promise<{ text: string | null; etag: string | null } | null> =>
    unlessSilent({ signal: outer, silentMs: client.patience.silentMs, url: `${client.address}/${path}` }, async (signal) => {
      const answer = await client.open(path, { signal, ...(etag === null ? {} : { headers: { 'if-none-match': etag } }) });
      if (answer === null) return null;
      if (answer.status === 304) return { text: null, etag };
      try {
        return { text: await answer.text(), etag: answer.headers.get('etag') };
      } catch (error) {
        throw new Trouble(`${client.address}/${path}: the answer broke off`, null, { cause: error });
      }
    });
  return client.insist(attempt, { signal: outer });
}

async function requestSize(client: ArchiveClient, path: string, outer: AbortSignal): Promise<number> {
  const attempt = async (): Promise<Response | null> =>
    unlessSilent({ signal: outer, silentMs: client.patience.silentMs, url: `${client.address}/${path}` }, async (signal) =>
      client.open(path, { method: 'HEAD', signal }),
    );
  const answer = await client.insist(attempt, { signal: outer });
  const length = Number(answer?.headers.get('content-length') ?? Number.NaN);
  if (!Number.isSafeInteger(length)) {
    const found = answer === null ? 'no file beside its checksum' : `content-length ${answer.headers.get('content-length')}`;
    throw new InvalidData(`${client.address}/${path}: expected the file's size, found ${found}`);
  }
  return length;
}

async function readPin(place: string, address: string): Promise<Pin | null> {
  const text = await readFile(place, 'utf8').catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
    return null;
  });
  const pin = pinSchema.safeParse(text === null ? null : parseJson(text));
  return pin.success && pin.data.address === address ? pin.data : null;
}

/** A torn pin counts as none: the archive is asked again. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function writePin(place: string, pin: Pin): Promise<void> {
  const temporary = `${place}.${randomUUID()}`;
  await onDisk(place, async () => {
    await mkdir(dirname(place), { recursive: true });
    await writeFile(temporary, JSON.stringify(pin));
    await rename(temporary, place);
  });
}
