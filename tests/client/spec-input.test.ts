import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Command } from 'commander';
import { runSpecSchema } from '../../pipeline/config.js';
import { specFlags } from '../../client/spec-flags.js';
import { addSpecFlags, specOf } from '../../client/spec-options.js';

/** The spec input of a command line. */
function inputOf(...args: readonly string[]): unknown {
  const command = addSpecFlags(new Command('run').exitOverride());
  command.parse(args, { from: 'user' });
  return specOf(command).input;
}

test('every leaf of the run spec has one flag', () => {
  const leaves = (value: unknown, path: string[] = []): string[] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([key, member]) => leaves(member, [...path, key]))
      : [path.join('.')];
  const flags = specFlags().map((flag) => flag.path.join('.'));
  const withDefaults = leaves(runSpecSchema.parse({}));
  assert.ok(withDefaults.length > 20);
  // A group that is off by default is null there: the flags of its members turn it on.
  for (const leaf of withDefaults)
    assert.ok(
      flags.some((flag) => flag === leaf || flag.startsWith(`${leaf}.`)),
      `${leaf} has no flag`,
    );
  for (const key of Object.keys(runSpecSchema.shape))
    assert.ok(
      flags.some((flag) => flag === key || flag.startsWith(`${key}.`)),
      `${key} has no flag`,
    );
  assert.equal(new Set(specFlags().map((flag) => flag.flag)).size, flags.length);
});

test("no flag gives an empty spec: defaults are the pipeline's", () => {
  assert.deepEqual(inputOf(), {});
});

test('flags become numbers, lists, booleans and nested keys', () => {
  assert.deepEqual(
    inputOf(
      '--symbol',
      'BTCUSDT',
      '--seed',
      '11',
      '--labels.holding-bars',
      '4,8',
      '--labels.take-profit',
      '1',
      '--labels.take-profit',
      '2.5',
      '--simulation.total-trades',
      '1e6',
      '--parallel',
      '--feature-cache',
      'false',
      '--cache',
      'off',
      '--refresh',
      'saving,ab-testing',
    ),
    {
      symbol: 'BTCUSDT',
      seed: 11,
      labels: { takeProfit: [1, 2.5], holdingBars: [4, 8] },
      simulation: { totalTrades: 1e6 },
      parallel: true,
      featureCache: false,
      cache: { mode: 'off', refresh: ['saving', 'ab-testing'] },
    },
  );
});

test('flags go on top of a spec file, and keep its other nested keys', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'ares-spec-')), 'spec.json');
  writeFileSync(path, '{"symbol":"BTCUSDT","costs":{"takerFeeBps":7,"makerFeeBps":1}}');
  assert.deepEqual(inputOf('--spec', path, '--costs.taker-fee-bps', '4', '--symbol', 'ETHUSDT'), {
    symbol: 'ETHUSDT',
    costs: { takerFeeBps: 4, makerFeeBps: 1 },
  });
});

test("a relative path is the caller's", () => {
  assert.deepEqual(inputOf('--source', 'files', '--path', 'some/folder'), { source: 'files', path: join(process.cwd(), 'some/folder') });
  assert.deepEqual(inputOf('--source', 'archive', '--compare-with.source', 'files', '--compare-with.path', 'second'), {
    source: 'archive',
    compareWith: { source: 'files', path: join(process.cwd(), 'second') },
  });
});

test('a nested key over a value that is no object is refused by the schema, not lost', () => {
  assert.throws(() => inputOf('--spec', '{"labels":5}'), /labels: .*found 5/);
});
