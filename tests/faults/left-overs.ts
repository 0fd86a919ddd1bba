/** What a kill leaves in the store is swept by `ares cache clean`, and nothing else is. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { makeS3Client } from '../../adapters/object-store/s3-client.js';
import { productFile, runCommand } from '../support/stack.js';
import type { Lane } from './fault-lane.js';
import { FAULT_SPEC } from './fault-spec.js';
import type { FaultOutcome, FaultScenario, FaultWorld } from './fault-world.js';
import { holdingCommits, keyOf } from './injection.js';
import { compareContents, readContents } from './store-contents.js';
import { until } from './until.js';

const RUN = 'left';
const STEP = 'analyst-labeling-feature-engineering';
/** More than two parts of a multipart upload. */
const LARGE_BYTES = 40 * 2 ** 20;

export const leftOversScenario: FaultScenario = { name: 'left-overs', faults: 2, isShort: true, run: runLeftOvers };

async function runLeftOvers(world: FaultWorld): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(FAULT_SPEC);
  const lane = await world.lane();
  const worker = await lane.startWorker();
  const started = performance.now();
  await lane.start(RUN, FAULT_SPEC);
  const key = keyOf(reference, STEP);
  await holdingCommits(lane, [key], async () => {
    await until(`the commit of ${STEP} is on its way`, () => lane.proxy.isHeld(({ path }) => path.includes(key)));
    await worker.end('SIGKILL');
  });
  await lane.client.workflow.getHandle(RUN).terminate('the operator gives it up');
  await killedUpload(lane);
  const before = { orphans: await orphansOf(lane), uploads: await uploadsOf(lane) };
  const swept = await runCommand(process.execPath, [productFile('client/cli.js'), 'cache', 'clean', '--older-than-hours', '0', '--json'], lane.env);
  const after = { orphans: await orphansOf(lane), uploads: await uploadsOf(lane) };
  const command = swept.code === 0 ? [] : [`ares cache clean ended with ${swept.code}: ${swept.stderr}`];
  const objects = before.orphans === 0 ? ['the kill left no object behind'] : after.orphans > 0 ? [`${after.orphans} objects were not swept`] : [];
  const uploads = before.uploads === 0 ? ['the kill left no upload behind'] : after.uploads > 0 ? [`${after.uploads} uploads were not swept`] : [];
  // What was swept was nobody's: the same run goes on from the rest and ends as if nothing had been.
  await lane.startWorker();
  await lane.start('anew', FAULT_SPEC);
  await lane.result('anew');
  const harm = compareContents(reference.contents, await readContents(lane.store));
  const seconds = (performance.now() - started) / 1000;
  return [
    {
      fault: `${before.orphans} orphaned objects of a killed worker, swept`,
      where: STEP,
      redone: 'nothing',
      seconds,
      problems: [...command, ...objects, ...harm],
    },
    {
      fault: `${before.uploads} unfinished upload of a killed process, swept`,
      where: 'multipart PUT',
      redone: 'nothing',
      seconds,
      problems: [...command, ...uploads, ...harm],
    },
  ];
}

/** An upload killed while its second part is on its way. */
async function killedUpload(lane: Lane): Promise<void> {
  const file = join(lane.folder, 'large');
  await writeFile(file, randomBytes(LARGE_BYTES));
  const isPart = ({ method, path }: { method: string; path: string }): boolean => method === 'PUT' && path.includes('partNumber=2');
  lane.proxy.setRule((request) => (isPart(request) ? 'hold' : 'pass'));
  const upload = spawn(process.execPath, [fileURLToPath(new URL('../support/upload-script.js', import.meta.url)), file], { env: lane.env, stdio: 'ignore' });
  const gone = new Promise((resolve) => upload.once('exit', resolve));
  await until('the second part is on its way', () => lane.proxy.isHeld(isPart));
  upload.kill('SIGKILL');
  await gone;
  lane.proxy.setRule(() => 'pass');
}

async function orphansOf(lane: Lane): Promise<number> {
  const { manifests, objects } = await readContents(lane.store);
  const named = [...manifests.values()].join();
  return [...objects].filter((sha256) => !named.includes(sha256)).length;
}

async function uploadsOf(lane: Lane): Promise<number> {
  const client = makeS3Client(lane.env);
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: 'ares', Prefix: new URL(lane.store.url).pathname.slice(1) }));
  client.destroy();
  return Uploads.length;
}
