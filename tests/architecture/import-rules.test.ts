import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { cloneRoot } from '../support/repository.js';

const FOLDERS = ['core', 'pipeline', 'adapters', 'activities', 'workflows', 'worker', 'client', 'infra'];

interface Cruise {
  readonly summary: {
    readonly violations: readonly { readonly rule: { readonly name: string }; readonly from: string; readonly to: string }[];
    readonly totalCruised: number;
  };
}

async function cruise(folder: string, folders: readonly string[]): Promise<Cruise['summary']> {
  const root = cloneRoot();
  const args = [
    join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
    '--config',
    join(root, '.dependency-cruiser.cjs'),
    '--output-type',
    'json',
    ...folders,
  ];
  // Violations end the program with their number as exit code; the report is on stdout all the same.
  const run = promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 64 * 2 ** 20 });
  const { stdout } = await run.catch((error: { stdout?: string }) => ({ stdout: String(error.stdout) }));
  return (JSON.parse(stdout) as Cruise).summary;
}

test('no module imports upwards, and the rules saw the modules', async () => {
  const summary = await cruise(cloneRoot(), FOLDERS);
  assert.ok(summary.totalCruised > 200, `expected over 200 modules, found ${summary.totalCruised}`);
  assert.deepEqual(
    summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`),
    [],
  );
});

test('the rules refuse what they are there to refuse', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ares-imports-'));
  const planted: Record<string, string> = {
    'core/a.ts': "import '../pipeline/a.js'; import 'node:fs';",
    'pipeline/a.ts': "import '../adapters/a.js';",
    'adapters/a.ts': "import '../activities/a.js';",
    'activities/a.ts': "import '../worker/a.js';",
    'workflows/a.ts': "import '../activities/a.js';",
    'worker/a.ts': "import '../client/a.js';",
    'client/a.ts': "import '../infra/a.js';",
    'infra/a.ts': 'export const a = 1;',
    'core/egg.ts': "import type { Hen } from './hen.js'; export interface Egg { readonly laidBy: Hen }",
    'core/hen.ts': "import type { Egg } from './egg.js'; export interface Hen { readonly from: Egg }",
  };
  try {
    for (const [path, text] of Object.entries(planted)) {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const broken = new Set((await cruise(folder, FOLDERS)).violations.map(({ rule }) => rule.name));
    const expected = [
      'no-cycles',
      'core-imports',
      'core-packages',
      'pipeline-imports',
      'adapters-imports',
      'activities-imports',
      'workflows-activity-types',
      'worker-imports',
      'client-imports',
      'nobody-imports-infra',
    ];
    assert.deepEqual(
      expected.filter((name) => !broken.has(name)),
      [],
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('every project of the build has its folder among the cruised ones or is a test', async () => {
  const { references } = JSON.parse(await readFile(join(cloneRoot(), 'tsconfig.json'), 'utf8')) as { references: { path: string }[] };
  assert.deepEqual(
    references
      .map(({ path }) => path)
      .filter((path) => !['tests', 'bench'].includes(path))
      .sort(),
    [...FOLDERS].sort(),
  );
});
