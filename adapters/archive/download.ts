/** One file of the archive, fetched in as many pieces as the connection allows, and kept only when its sha256 is the planned one. */
import { basename } from 'node:path';
import { InvalidData } from '../../core/errors.js';
import { PipelineError } from '../../pipeline/errors.js';
import type { PlannedFile } from '../../pipeline/plan.js';
import type { ArchiveClient } from './archive-client.js';
import { unlessSilent } from './archive-client.js';
import type { PartFile } from './part-file.js';
import { openPart } from './part-file.js';
import { currentChecksum } from './pinned-files.js';
import { asTrouble, Trouble } from './upstream-trouble.js';

export interface DownloadControl {
  readonly signal: AbortSignal;
  /** Called with the number of bytes that have just come. */
  readonly received: (bytes: number) => void;
}

/**
 * Fetches the planned file to `final`. Bytes that an earlier attempt left are kept: the rest is asked for by range, on condition that the
 * file is still the one they came from. Nothing lies at `final` before all its bytes do.
 * @throws PipelineError IntegrityError naming both hashes, UpstreamUnavailable, AccessDenied, DiskFull; InvalidData when the archive has no such file
 */
export async function download(client: ArchiveClient, file: PlannedFile, target: DownloadControl & { readonly final: string }): Promise<void> {
  const part = await openPart(target.final);
  let isKept = true;
  try {
    const wasBegun = part.bytes > 0;
    await fetchAll({ client, file, part, control: target });
    // Bytes of an earlier life may be damaged: then once more, from the first byte.
    if (part.sha256() !== file.sha256 && wasBegun) {
      await part.restart(null);
      await fetchAll({ client, file, part, control: target });
    }
    isKept = part.sha256() === file.sha256;
    if (!isKept) throw await mismatch(client, file, { found: part.sha256(), bytes: part.bytes, signal: target.signal });
    await part.finish();
    client.counts.downloads++;
  } finally {
    if (!isKept) await part.remove();
    else await part.close();
  }
}

interface Transfer {
  readonly client: ArchiveClient;
  readonly file: PlannedFile;
  readonly part: PartFile;
  readonly control: DownloadControl;
}

async function fetchAll(transfer: Transfer): Promise<void> {
  const { client, part, control } = transfer;
  let mostBytes = part.bytes;
  const hasAdvanced = (): boolean => {
    const advanced = part.bytes > mostBytes;
    mostBytes = Math.max(mostBytes, part.bytes);
    return advanced;
  };
  await client.insist(async () => fetchPiece(transfer), { signal: control.signal, hasAdvanced });
}

/** One request: what is missing, or everything. @throws Trouble where the body ends before the file does */
async function fetchPiece({ client, file, part, control }: Transfer): Promise<void> {
  if (part.bytes > 0 && part.sha256() === file.sha256) return;
  const url = `${client.address}/${file.path}`;
  const canResume = part.bytes > 0 && part.etag !== null;
  await unlessSilent({ signal: control.signal, silentMs: client.patience.silentMs, url }, async (signal, heard) => {
    const headers: Record<string, string> = canResume ? { range: `bytes=${part.bytes}-`, 'if-range': part.etag as string } : {};
    const answer = await client.open(file.path, { headers, signal });
    if (answer === null) throw new InvalidData(`${url}: expected the planned file with sha256 ${file.sha256}, found none in the archive any more`);
    // Nothing after the bytes that are here: the archive's file is of another size than planned, which the hash will tell.
    if (answer.status === 416 && totalSize(answer) === part.bytes) return;
    if (answer.status === 416) {
      await part.restart(null);
      throw new Trouble(`${url}: expected more than the bytes that are here, found the range refused`);
    }
    const continues = answer.status === 206 && rangeStart(answer) === part.bytes;
    if (!continues) await part.restart(strongTag(answer));
    await appendBody(answer, { part, heard, control, url, mostBytes: file.bytes > 0 ? file.bytes : Number.POSITIVE_INFINITY });
    const missing = statedSize(answer, file) - part.bytes;
    if (missing > 0) throw new Trouble(`${url}: expected ${missing} more bytes, found the end of the answer`);
  });
}

async function appendBody(
  answer: Response,
  target: { readonly part: PartFile; readonly heard: () => void; readonly control: DownloadControl; readonly url: string; readonly mostBytes: number },
): Promise<void> {
  const { part, heard, control, url } = target;
  const body = answer.body as AsyncIterable<Uint8Array> | null;
  if (body === null) return;
  const chunks = body[Symbol.asyncIterator]();
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    try {
      return await chunks.next();
    } catch (error) {
      throw asTrouble(error, url);
    }
  };
  try {
    for (let chunk = await next(); chunk.done !== true && part.bytes <= target.mostBytes; chunk = await next()) {
      heard();
      await part.append(chunk.value);
      control.received(chunk.value.length);
    }
  } finally {
    await chunks.return?.();
  }
}

/** Size of the whole file: what the plan says, else what the answer says; 0 where neither does. */
function statedSize(answer: Response, file: PlannedFile): number {
  if (file.bytes > 0) return file.bytes;
  return totalSize(answer) ?? (answer.status === 206 ? 0 : Number(answer.headers.get('content-length') ?? 0));
}

function totalSize(answer: Response): number | null {
  const total = /\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1];
  return total === undefined ? null : Number(total);
}

function rangeStart(answer: Response): number {
  return Number(/^bytes (\d+)-/.exec(answer.headers.get('content-range') ?? '')?.[1] ?? Number.NaN);
}

/** An ETag that stands for the bytes themselves; a weak one does not. */
function strongTag(answer: Response): string | null {
  const etag = answer.headers.get('etag');
  return etag === null || etag.startsWith('W/') ? null : etag;
}

async function mismatch(client: ArchiveClient, file: PlannedFile, got: { found: string; bytes: number; signal: AbortSignal }): Promise<PipelineError> {
  const stated = await currentChecksum(client, file.path, got.signal);
  const name = basename(file.path);
  const facts = `expected the planned bytes with sha256 ${file.sha256}, found ${got.found} over ${got.bytes} bytes`;
  if (stated === file.sha256)
    return new PipelineError('IntegrityError', `${name}: ${facts}, while the archive states ${stated}: its file or the transfer is damaged`);
  return new PipelineError(
    'IntegrityError',
    `${name}: ${facts}; the archive now states ${stated ?? 'no checksum'}: the file was replaced since the plan was made; start a new run to take it`,
  );
}
