import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STEPS } from '../../pipeline/steps/index.js';
import { cloneFiles } from '../support/repository.js';

const files = new Set(await cloneFiles());

test('the table holds sixteen steps, each id and each activity once', () => {
  assert.equal(STEPS.length, 16);
  assert.equal(new Set(STEPS.map((step) => step.id)).size, 16);
  assert.equal(new Set(STEPS.map((step) => step.activity)).size, 16);
});

test('a step stands after all that it needs', () => {
  const seen = new Set<string>();
  for (const step of STEPS) {
    for (const need of step.needs) assert.ok(seen.has(need), `${step.id} needs ${need}, which does not stand before it`);
    seen.add(step.id);
  }
});

for (const step of STEPS) {
  test(`step ${step.id} has its definition, its activity and its test under its own name`, () => {
    for (const path of [`pipeline/steps/${step.id}.ts`, `activities/${step.id}.ts`, `tests/activities/${step.id}.test.ts`])
      assert.ok(files.has(path), `expected ${path}`);
  });

  test(`step ${step.id} names adapter folders that exist`, () => {
    for (const name of step.adapters) assert.ok(files.has(`adapters/${name}/index.ts`), `expected adapters/${name}/index.ts`);
  });
}

test('no definition lies beside the table without standing in it', () => {
  const definitions = [...files].filter((path) => path.startsWith('pipeline/steps/') && path !== 'pipeline/steps/index.ts');
  assert.deepEqual(definitions.map((path) => path.slice('pipeline/steps/'.length, -'.ts'.length)).sort(), STEPS.map((step) => step.id).sort());
});
