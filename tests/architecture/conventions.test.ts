import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { cloneFiles, cloneRoot } from '../support/repository.js';

const root = cloneRoot();
const files = await cloneFiles();
const SOURCE = /^(core|pipeline|adapters|activities|workflows|worker|client|infra|tests|bench)\//;
const LARGEST_FILE_BYTES = 400_000;

test('no file name holds a number (S3 is a name), a banned word or anything but kebab case', () => {
  const bad = files
    .filter((path) => SOURCE.test(path) && /\.(ts|mjs)$/.test(path))
    .filter((path) => {
      const name = basename(path).replace(/(\.test|\.d)?\.(ts|mjs)$/, '');
      return !/^(s3|[a-z]+)(-(s3|[a-z]+))*$/.test(name) || /(^|-)(utils?|helpers?|manager|enhanced|unified|advanced)(-|$)/.test(name);
    });
  assert.deepEqual(bad, []);
});

test('no market data is committed: no archive, no Parquet, no large file, no row of Binance klines or trades', async () => {
  const data = files.filter((path) => /\.(parquet|csv|zip|gz|arrow|feather|whl|db)$/.test(path) && !path.startsWith('tests/fixtures/'));
  assert.deepEqual(data, []);
  const suspicious: string[] = [];
  for (const path of files) {
    if (path === 'package-lock.json') continue;
    if ((await stat(join(root, path))).size > LARGEST_FILE_BYTES) suspicious.push(`${path}: large`);
    else if (marketRows(await readFile(join(root, path), 'utf8')) > 20) suspicious.push(`${path}: rows of market data`);
  }
  assert.deepEqual(suspicious, []);
});

test('the search for market data sees a file of klines', () => {
  const row = '1700000000000,2051.34,2052.10,2050.00,2051.99,812.123,1700000059999,1665000.1,1201,400.5,821000.2,0\n';
  assert.equal(marketRows(row.repeat(30)), 30);
});

/** Lines that look like rows of an exchange: a time in ms, then numbers alone. */
function marketRows(text: string): number {
  return text.split('\n').filter((line) => /^\d*,?1[4-9]\d{11}(,[\d.]+){3,},?[\d.a-z]*$/i.test(line.trim())).length;
}

test('no source file says where its author worked or which mirror served a package', async () => {
  const bad: string[] = [];
  for (const path of files.filter((candidate) => SOURCE.test(candidate) || candidate.endsWith('.md'))) {
    const text = await readFile(join(root, path), 'utf8');
    if (/(^|[\s'"`(])\/(work|root|home\/[a-z]+)\//m.test(text) && path !== 'tests/architecture/conventions.test.ts') bad.push(path);
  }
  assert.deepEqual(bad, []);
});

test('every built module is an ES module with named exports', async () => {
  const bad: string[] = [];
  for (const path of files.filter((candidate) => SOURCE.test(candidate) && candidate.endsWith('.ts') && !candidate.endsWith('.d.ts'))) {
    if (/^export (default|\*)/m.test(await readFile(join(root, path), 'utf8'))) bad.push(path);
  }
  assert.deepEqual(bad, []);
});
