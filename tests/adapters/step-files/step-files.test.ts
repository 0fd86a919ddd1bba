import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openObjectStore, sha256Hex } from '../../../adapters/object-store/index.js';
import type { ObjectStore } from '../../../adapters/object-store/index.js';
import { commitStaged, makeStepInputs, makeStepOutputs } from '../../../adapters/step-files/index.js';
import { makeTable } from '../../../core/data/table.js';
import { InvalidData } from '../../../core/errors.js';
import { startS3Server } from '../../support/s3-server.js';
import type { TestS3Server } from '../../support/s3-server.js';

let server: TestS3Server;
let store: ObjectStore;
before(async () => {
  server = await startS3Server();
  store = openObjectStore({ url: 's3://step-files/x', env: server.env, cacheFolder: await mkdtemp(join(server.scratch, 'cache-')) });
  await store.ensureBucket();
});
after(async () => {
  await server.stop();
});

const staging = (): Promise<string> => mkdtemp(join(server.scratch, 'staging-'));
const equity = makeTable({ timeMs: Float64Array.of(1, 2), equity: Float64Array.of(1, 1.5), position: Float64Array.of(0, 1), price: Float64Array.of(5, 6) });

test('what one step writes another reads: table, log, JSON, bytes and file', async () => {
  const outputs = makeStepOutputs(await staging());
  await outputs.table('equity/BULL', 'ares.equity', equity);
  const log = await outputs.log('trials', 'ares.trials');
  await log.append({ study: 's', trial: 0, parameters: '{}', objective: null, state: 'pruned' });
  await log.close();
  await outputs.json('summary', 'ares.summary', { b: [1, null], a: 'x' });
  await outputs.bytes('models/BULL', 'model', 'ares.model', Uint8Array.of(1, 2, 3));
  const scratch = outputs.scratchPath('report.html');
  await writeFile(scratch, '<html>');
  await outputs.file('report.html', 'report', 'ares.report', scratch);

  const refs = await commitStaged(store, JSON.parse(JSON.stringify(outputs.staged())) as ReturnType<typeof outputs.staged>);
  assert.deepEqual(
    refs.map(({ name, kind, rows }) => [name, kind, rows]),
    [
      ['equity/BULL', 'table', 2],
      ['models/BULL', 'model', undefined],
      ['report.html', 'report', undefined],
      ['summary', 'json', undefined],
      ['trials', 'log', 1],
    ],
  );
  const inputs = makeStepInputs(store, { saving: refs });
  assert.deepEqual(inputs.names('saving'), ['equity/BULL', 'models/BULL', 'report.html', 'summary', 'trials']);
  assert.deepEqual(inputs.names('saving', 'models/'), ['models/BULL']);
  assert.deepEqual(inputs.names('ab-testing'), []);
  assert.deepEqual(await inputs.table('saving', 'equity/BULL', 'ares.equity'), equity);
  assert.deepEqual((await inputs.table('saving', 'trials', 'ares.trials')).columns['objective'], Float64Array.of(Number.NaN));
  assert.deepEqual(await inputs.json('saving', 'summary'), { a: 'x', b: [1, null] });
  assert.equal(new TextDecoder().decode(await inputs.bytes('saving', 'summary')), '{"a":"x","b":[1,null]}');
  assert.equal(await readFile(await inputs.path('saving', 'report.html'), 'utf8'), '<html>');
  assert.equal(inputs.ref('saving', 'models/BULL').sha256, sha256Hex(Uint8Array.of(1, 2, 3)));
});

test('the same outputs have the same hashes', async () => {
  const hashes = [];
  for (let run = 0; run < 2; run++) {
    const outputs = makeStepOutputs(await staging());
    await outputs.table('equity', 'ares.equity', equity);
    await outputs.json('summary', 'ares.summary', run === 0 ? { a: 1, b: 2 } : { b: 2, a: 1 });
    hashes.push((await commitStaged(store, outputs.staged())).map((ref) => ref.sha256));
  }
  assert.deepEqual(hashes[0], hashes[1]);
});

test('a name written twice, an unfinished log and a table that breaks its schema are refused', async () => {
  const outputs = makeStepOutputs(await staging());
  await outputs.json('a', 'ares.a', 1);
  await assert.rejects(
    outputs.bytes('a', 'model', 'ares.a', new Uint8Array(1)),
    (error: Error) => error.name === 'IntegrityError' && error.message.includes('artifact a twice'),
  );
  for (const name of ['', '../b', 'x//y']) await assert.rejects(outputs.json(name, 'ares.b', 1), { name: 'IntegrityError' });
  await assert.rejects(outputs.table('broken', 'ares.equity', makeTable({ timeMs: Float64Array.of(1) })), InvalidData);
  await assert.rejects(outputs.json('nan', 'ares.b', { x: Number.NaN }), TypeError);
  const open = makeStepOutputs(await staging());
  await open.log('trials', 'ares.trials');
  assert.throws(
    () => open.staged(),
    (error: Error) => error.name === 'IntegrityError' && error.message.includes('trials'),
  );
});

test('an unknown name, a deleted object and a damaged one are named with step and artifact', async () => {
  const outputs = makeStepOutputs(await staging());
  await outputs.table('equity', 'ares.equity', equity);
  const refs = await commitStaged(store, outputs.staged());
  const inputs = makeStepInputs(store, { 'ab-testing': refs });
  await assert.rejects(
    inputs.json('ab-testing', 'absent'),
    (error: Error) =>
      error.name === 'MissingArtifact' && error.message.includes('ab-testing') && error.message.includes('absent') && error.message.includes('equity'),
  );
  const file = join(server.folder, refs[0]!.uri.slice('s3://'.length));
  const bytes = await readFile(file);
  bytes[20]! ^= 1;
  await writeFile(file, bytes);
  await rm(store.cache.folder, { recursive: true });
  await assert.rejects(
    inputs.table('ab-testing', 'equity', 'ares.equity'),
    (error: Error) => error.name === 'IntegrityError' && error.message.includes('artifact equity of step ab-testing') && error.message.includes(refs[0]!.uri),
  );
  await rm(file);
  await assert.rejects(
    inputs.table('ab-testing', 'equity', 'ares.equity'),
    (error: Error) => error.name === 'MissingArtifact' && error.message.includes('artifact equity of step ab-testing'),
  );
});

test('a table whose file lacks a promised column is InvalidData', async () => {
  const outputs = makeStepOutputs(await staging());
  await outputs.table('equity', 'ares.equity', equity);
  const inputs = makeStepInputs(store, { 'ab-testing': await commitStaged(store, outputs.staged()) });
  await assert.rejects(
    inputs.table('ab-testing', 'equity', 'ares.bars'),
    (error) => error instanceof InvalidData && error.message.includes('ab-testing/equity') && error.message.includes('openTimeMs'),
  );
});
