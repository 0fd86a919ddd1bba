/** `npm run test:faults -- NAME...`: sets up what runs need, then injects the faults (docs/faults.md). */
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { repositoryRoot } from './repository-root.js';
import { setUp } from './set-up.js';

await setUp();
await import(pathToFileURL(join(repositoryRoot(), 'dist', 'tests', 'faults', 'index.js')).href);
