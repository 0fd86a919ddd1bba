/** `npm run bench -- SUBJECT...`: sets up what the subjects need, then runs them. */
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { repositoryRoot } from './repository-root.js';
import { setUp } from './set-up.js';

await setUp();
await import(pathToFileURL(join(repositoryRoot(), 'dist', 'bench', 'index.js')).href);
