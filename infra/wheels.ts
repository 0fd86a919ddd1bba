/** Python wheels as a source of official native libraries: fetched by pip, checked by hash, unpacked by us. Nothing of them is installed. */
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import type { PinnedWheel } from '../adapters/local-paths.js';
import { sha256OfFile } from './file-hash.js';
import { say } from './progress.js';
import { runCommand } from './run-command.js';

/** The wheels' tags: exact files, whatever Python runs pip here. */
const PLATFORM_TAGS = ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311', '--abi', 'none'];
const PLATFORMS = ['manylinux_2_17_x86_64', 'manylinux2014_x86_64', 'manylinux_2_27_x86_64', 'manylinux_2_28_x86_64'];

/**
 * Unpacks chosen members of a pinned wheel into `folder`, which appears whole or not at all.
 * @param select path in the folder for a member's name, or null to leave it out.
 * @throws Error when pip fails, or the wheel's sha256 is another than the pinned one.
 */
export async function unpackWheel(wheel: PinnedWheel, folder: string, select: (member: string) => string | null): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const staging = await mkdtemp(`${folder}.part-`);
  try {
    const file = await downloadWheel(wheel, staging);
    const unpacked = join(staging, 'unpacked');
    const count = await unpackMembers(file, unpacked, select);
    if (count === 0) throw new Error(`expected members of wheel ${wheel.name} ${wheel.version} for ${folder}, found none`);
    await rm(folder, { recursive: true, force: true });
    await rename(unpacked, folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function downloadWheel(wheel: PinnedWheel, folder: string): Promise<string> {
  say(`downloading wheel ${wheel.name} ${wheel.version}`);
  const platforms = PLATFORMS.flatMap((platform) => ['--platform', platform]);
  const args = [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-deps',
    '--only-binary=:all:',
    ...PLATFORM_TAGS,
    ...platforms,
    '--dest',
    folder,
    `${wheel.name}==${wheel.version}`,
  ];
  await runCommand('python3', args);
  const found = (await readdir(folder)).filter((name) => name.endsWith('.whl'));
  if (found.length !== 1) throw new Error(`expected pip to download one wheel for ${wheel.name} ${wheel.version}, found ${found.length}`);
  const file = join(folder, String(found[0]));
  const sha256 = await sha256OfFile(file);
  if (sha256 !== wheel.sha256) throw new Error(`expected sha256 ${wheel.sha256} of wheel ${String(found[0])}, found ${sha256}`);
  return file;
}

async function unpackMembers(file: string, folder: string, select: (member: string) => string | null): Promise<number> {
  const zip = await openZip(file);
  let count = 0;
  for await (const entry of entriesOf(zip)) {
    const name = select(entry.fileName);
    if (name === null || entry.fileName.endsWith('/')) continue;
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await pipeline(await openMember(zip, entry), createWriteStream(path));
    count += 1;
  }
  return count;
}

async function openZip(file: string): Promise<ZipFile> {
  return await new Promise((resolve, reject) => {
    yauzl.open(file, { lazyEntries: true, autoClose: true }, (error, zip) => (error ? reject(error) : resolve(zip)));
  });
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const entry = await new Promise<Entry | null>((resolve, reject) => {
      zip
        .once('entry', resolve)
        .once('end', () => resolve(null))
        .once('error', reject);
      zip.readEntry();
    });
    zip.removeAllListeners('entry').removeAllListeners('end').removeAllListeners('error');
    if (entry === null) return;
    yield entry;
  }
}

async function openMember(zip: ZipFile, entry: Entry): Promise<NodeJS.ReadableStream> {
  return await new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)));
  });
}
