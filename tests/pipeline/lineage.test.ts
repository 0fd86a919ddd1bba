import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lineage, StepLineage } from '../../pipeline/lineage.js';
import { lineageText } from '../../pipeline/lineage.js';

const hash = (digit: string): string => digit.repeat(64);

function step(id: string, key: string, inputs: StepLineage['inputs']): StepLineage {
  return {
    step: id,
    key: hash(key),
    manifestUri: `s3://b/manifests/${id}/${hash(key)}.json`,
    keyParts: { code: hash('c'), natives: { 'gradient-boosting': 'lightgbm 4.7.0' }, device: 'cpu', seed: 7, parameters: { folds: 4 }, schemas: hash('d') },
    inputs,
    units: {},
    artifacts: [{ name: 'out', uri: `s3://b/objects/${hash('e')}`, kind: 'json', schema: 'x', sha256: hash('e'), bytes: 3 }],
    rowsIn: 10,
    rowsOut: 20,
    seconds: 1.5,
    cached: false,
    implausible: null,
    producer: null,
  };
}

const LINEAGE: Lineage = {
  schema: 'ares.lineage',
  subject: {
    text: 'r1:third/out',
    kind: 'artifact',
    facts: { kind: 'json' },
    artifacts: [
      { step: 'third', role: 'artifact', ref: step('third', '3', []).artifacts[0]!, facts: { features: Array.from({ length: 40 }, (_, i) => `f${i}`) } },
    ],
  },
  run: {
    workflowId: 'r1',
    runId: 'abc',
    state: 'Succeeded',
    planHash: hash('9'),
    version: '1.0.0',
    spec: { seed: 7 },
    build: { schema: 'ares.build', commit: 'f'.repeat(40), dirty: true, node: 'v20', packages: { zod: '4.6.7' } },
  },
  steps: [
    step('first', '1', []),
    step('second', '2', [{ step: 'first', key: hash('1') }]),
    step('third', '3', [
      { step: 'first', key: hash('1') },
      { step: 'second', key: hash('2') },
    ]),
  ],
  source: {
    kind: 'files',
    files: [{ path: 'a.csv', sha256: hash('a'), bytes: 12 }],
    fundingFiles: [],
    externalFiles: {},
    pairs: [],
    besideFiles: [],
    simulation: null,
  },
  problems: [],
};

test('the text leads from the artifact over each step once to the raw file, the commit and the packages', () => {
  const text = lineageText(LINEAGE);
  for (const id of ['first', 'second', 'third']) assert.equal([...text.matchAll(new RegExp(`^ *${id}  key`, 'gm'))].length, 1, id);
  assert.match(text, /^ {2}artifact: third\/out {2}sha256 e{64} {2}s3:/m);
  assert.match(text, /raw file: sha256 a{64} {2}12 bytes {2}a\.csv/);
  assert.match(text, /commit f{40} with uncommitted changes/);
  assert.match(text, /packages: zod 4\.6\.7/);
  assert.match(text, /native gradient-boosting: lightgbm 4\.7\.0/);
  assert.match(text, /parameters \{"folds":4\}/);
  assert.match(text, /computed in 1\.5 s, 10 rows in, 20 rows out/);
  assert.match(text, /features: f0, .* 40 in all/);
  assert.match(text, /the chain is complete/);
});

test('a problem is printed as an IntegrityError, and the chain is then not called complete', () => {
  const text = lineageText({ ...LINEAGE, problems: ['manifest m of step first is gone'], steps: LINEAGE.steps.slice(1) });
  assert.match(text, /^IntegrityError: manifest m of step first is gone$/m);
  assert.match(text, /<- first {2}key 1{16} \(MISSING\)/);
  assert.doesNotMatch(text, /the chain is complete/);
});
