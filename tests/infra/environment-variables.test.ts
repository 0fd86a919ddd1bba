import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { cloneFiles, cloneRoot } from '../support/repository.js';

const NAME = /\b(?:ARES|AWS|MLFLOW|OTEL|TEMPORAL|XDG)_[A-Z0-9_]*[A-Z0-9]\b/g;
const OURS = /^(pipeline|adapters|activities|workflows|worker|client|infra)\/.*\.(ts|mjs|json|ya?ml)$/;

/** Every variable in the sources, with a file that names it. */
async function variables(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const path of (await cloneFiles()).filter((file) => OURS.test(file))) {
    for (const [name] of (await readFile(join(cloneRoot(), path), 'utf8')).matchAll(NAME)) if (!found.has(name)) found.set(name, path);
  }
  return found;
}

test('every environment variable that the sources name stands in docs/security.md, and no other', async () => {
  const found = await variables();
  assert.ok(found.size > 40, `${found.size} variables`);
  const table = (await readFile(join(cloneRoot(), 'docs', 'security.md'), 'utf8')).split('\n').filter((line) => line.startsWith('|'));
  const described = new Set(table.flatMap((line) => line.match(NAME) ?? []));
  assert.deepEqual(
    [...found].filter(([name]) => !described.has(name)).map(([name, path]) => `${name} (${path})`),
    [],
  );
  assert.deepEqual(
    [...described].filter((name) => !found.has(name)),
    [],
  );
});
