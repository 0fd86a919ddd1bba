import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { openObjectStore, PART_BYTES, sha256Hex } from '../../adapters/object-store/index.js';
import type { ObjectStore } from '../../adapters/object-store/index.js';
import { cloneRoot } from '../support/repository.js';
import { startS3Server } from '../support/s3-server.js';
import type { TestS3Server } from '../support/s3-server.js';

interface Policy {
  readonly Version: string;
  readonly Statement: readonly { readonly Sid: string; readonly Effect: string; readonly Action: readonly string[]; readonly Resource: readonly string[] }[];
}

/** The right that each operation of the SDK asks for. */
const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  AbortMultipartUpload: ['s3:AbortMultipartUpload'],
  CreateBucket: ['s3:CreateBucket'],
  DeleteObject: ['s3:DeleteObject'],
  GetObject: ['s3:GetObject'],
  HeadBucket: ['s3:ListBucket'],
  HeadObject: ['s3:GetObject'],
  ListMultipartUploads: ['s3:ListBucketMultipartUploads'],
  ListObjectsV2: ['s3:ListBucket'],
  PutObject: ['s3:PutObject'],
  /** Of @aws-sdk/lib-storage: creates, fills and completes an upload, or aborts it. */
  Upload: ['s3:PutObject', 's3:AbortMultipartUpload'],
};

let s3: TestS3Server;

before(async () => {
  s3 = await startS3Server();
});
after(async () => s3.stop());

async function policyOf(name: string): Promise<Policy> {
  return JSON.parse(await readFile(join(cloneRoot(), 'infra', 'policies', `${name}.json`), 'utf8')) as Policy;
}

async function rightsIn(names: readonly string[]): Promise<string[]> {
  const policies = await Promise.all(names.map(policyOf));
  return [...new Set(policies.flatMap((policy) => policy.Statement.flatMap((statement) => statement.Action)))].sort();
}

/** S3 operations that the sources call. */
async function operations(): Promise<string[]> {
  const folders = ['adapters', 'worker', 'client', 'activities'];
  const files = (
    await Promise.all(folders.map(async (folder) => (await readdir(join(cloneRoot(), folder), { recursive: true })).map((name) => join(folder, name))))
  ).flat();
  const sources = await Promise.all(files.filter((name) => name.endsWith('.ts')).map(async (name) => readFile(join(cloneRoot(), name), 'utf8')));
  const found = sources
    .filter((text) => text.includes('@aws-sdk/'))
    .flatMap((text) => [...text.matchAll(/new (Upload|[A-Z]\w+(?=Command\())(?:Command)?\(/g)].map((match) => String(match[1])));
  return [...new Set(found)].sort();
}

test('the policies hold exactly the rights of the S3 operations that the code calls, save making a bucket', async () => {
  const called = await operations();
  assert.ok(called.includes('GetObject') && called.includes('Upload'), called.join(', '));
  assert.deepEqual(
    called.filter((name) => RIGHTS[name] === undefined),
    [],
    'operations without a known right',
  );
  const needed = [...new Set(called.flatMap((name) => RIGHTS[name] ?? []))].filter((right) => right !== 's3:CreateBucket').sort();
  assert.deepEqual(await rightsIn(['s3-worker', 's3-cleaner', 's3-reader']), needed);
});

test('no policy grants a wildcard action, another bucket, or anything outside the prefix', async () => {
  for (const name of ['s3-worker', 's3-cleaner', 's3-reader']) {
    const policy = await policyOf(name);
    assert.equal(policy.Version, '2012-10-17');
    for (const statement of policy.Statement) {
      assert.equal(statement.Effect, 'Allow');
      for (const action of statement.Action) assert.match(action, /^s3:[A-Za-z]+$/);
      for (const resource of statement.Resource) assert.match(resource, /^arn:aws:s3:::ares(\/default\/([a-z]+\/)?\*)?$/);
    }
  }
});

/** A store used by the user whom the bucket grants what the policy says, and nothing else. */
async function storeWith(policy: string): Promise<ObjectStore> {
  const owner = openObjectStore({ url: 's3://ares/default', env: s3.env, cacheFolder: join(s3.scratch, `owner-${policy}`) });
  await owner.ensureBucket();
  owner.close();
  const granted = { ...(await policyOf(policy)) };
  const Statement = granted.Statement.map((statement) => ({ ...statement, Principal: { AWS: [s3.weakEnv.AWS_ACCESS_KEY_ID] } }));
  const admin = new S3Client({
    endpoint: s3.env.AWS_ENDPOINT_URL_S3,
    region: s3.env.AWS_REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: s3.env.AWS_ACCESS_KEY_ID, secretAccessKey: s3.env.AWS_SECRET_ACCESS_KEY },
  });
  await admin.send(new PutBucketPolicyCommand({ Bucket: 'ares', Policy: JSON.stringify({ ...granted, Statement }) }));
  admin.destroy();
  return openObjectStore({ url: 's3://ares/default', env: s3.weakEnv, cacheFolder: join(s3.scratch, policy) });
}

const DENIED = { name: 'AccessDenied' };

test('a user with the rights of a worker does all that a worker does, and can remove no manifest and no registered model', async () => {
  const store = await storeWith('s3-worker');
  assert.equal(await store.ensureBucket(), false);
  const large = join(s3.scratch, 'large');
  await writeFile(large, Buffer.alloc(PART_BYTES + 5, 7));
  const stored = await store.putFile(large);
  assert.equal((await store.hashStored(stored.uri))?.sha256, stored.sha256);
  const small = await store.putBytes(Buffer.from('bytes'));
  assert.equal(sha256Hex(await store.getBytes(small)), small.sha256);
  assert.equal(await store.putJsonIfAbsent('registry/ETHUSDT/1.0.0.json', { a: 1 }), true);
  assert.equal(await store.putJsonIfAbsent('registry/ETHUSDT/1.0.0.json', { a: 2 }), false);
  await store.putJson('runs/a/index.json', {});
  await store.putJson('checkpoints/a/b', {});
  assert.equal((await store.list('')).length, 5);
  await store.remove('checkpoints/a/b');
  await assert.rejects(store.remove('registry/ETHUSDT/1.0.0.json'), DENIED);
  await assert.rejects(store.remove('runs/a/index.json'), DENIED);
  await assert.rejects(store.sweepUploads(0), DENIED);
  store.close();
});

test('a user with the rights of a reader reads and lists, and writes and removes nothing', async () => {
  const store = await storeWith('s3-reader');
  assert.equal(await store.ensureBucket(), false);
  assert.deepEqual(await store.readJson('registry/ETHUSDT/1.0.0.json'), { a: 1 });
  assert.ok((await store.list('')).length > 0);
  await assert.rejects(store.putJson('runs/a/index.json', {}), DENIED);
  await assert.rejects(store.putBytes(Buffer.from('new bytes')), DENIED);
  await assert.rejects(store.remove('runs/a/index.json'), DENIED);
  store.close();
});

test('a user with the rights of a cleaner also sweeps unfinished uploads and removes what nothing names', async () => {
  const store = await storeWith('s3-cleaner');
  assert.equal(await store.sweepUploads(Date.now()), 0);
  await store.remove('runs/a/index.json');
  assert.equal(await store.readJson('runs/a/index.json'), null);
  store.close();
});
