/** `npm run bench -- SUBJECT...`: sets up what the subjects need, then runs them; they and their peers ask for memory as a compute child does. */
import { join } from 'node:path';
import { withLargePages } from '../adapters/local-memory.js';
import { repositoryRoot } from './repository-root.js';
import { runToEnd } from './run-to-end.js';
import { setUp } from './set-up.js';

await setUp();
const subjects = [join(repositoryRoot(), 'dist', 'bench', 'index.js'), ...process.argv.slice(2)];
process.exitCode = await runToEnd(process.execPath, ['--enable-source-maps', ...subjects], { env: withLargePages(process.env) });
