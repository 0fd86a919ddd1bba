/** `node dist/tests/support/write-features-page.js`: writes docs/features.md. Needs python3 and the real market data. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareFeatures } from './compare-features.js';
import { featuresPage } from './features-page.js';
import { cloneRoot } from './repository.js';
import { testData } from './test-data.js';

if (testData === null) throw new Error('expected the market data that ARES_TEST_DATA names or ../shared/data beside the clone, found none');
await writeFile(join(cloneRoot(), 'docs', 'features.md'), featuresPage(await compareFeatures(testData)));
