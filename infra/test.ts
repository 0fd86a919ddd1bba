/** `npm test`: set-up, checks, then every test file in one run of Node's own runner, whose summary comes last. Arguments choose files. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repositoryRoot } from './repository-root.js';
import { runToEnd } from './run-to-end.js';
import { setUp } from './set-up.js';

const TEST_TIMEOUT_MS = 15 * 60_000;
/** Two cores, and the whole-run tests start processes of their own. */
const CONCURRENCY = 2;

const root = repositoryRoot();
const chosen = process.argv.slice(2);
await setUp();
const checks = chosen.length > 0 || process.env['ARES_SKIP_CHECKS'] === '1' ? 0 : await runToEnd('npm', ['run', '--silent', 'check'], { cwd: root });
const files = testFiles(root).filter((file) => chosen.length === 0 || chosen.some((part) => file.includes(part)));
if (files.length === 0) throw new Error(`expected test files under tests/ that match ${chosen.join(', ')}, found none`);
const tests = await runToEnd(
  process.execPath,
  [
    '--enable-source-maps',
    `--import=${pathToFileURL(join(root, 'dist/tests/support/property-seed.js')).href}`,
    '--test',
    `--test-concurrency=${CONCURRENCY}`,
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    '--test-reporter=spec',
    ...files.map((file) => join('dist', file.replace(/\.ts$/, '.js'))),
  ],
  { cwd: root },
);
if (checks !== 0) process.stderr.write(`ares: the checks before the tests failed with code ${checks} (npm run check)\n`);
process.exitCode = tests === 0 ? checks : tests;

/** Sources name the tests: a built file whose source is gone is not run. */
function testFiles(folder: string): string[] {
  return readdirSync(join(folder, 'tests'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('tests', name))
    .sort();
}
