/** `node dist/tests/support/write-model-scores.js`: writes docs/model-scores.md. Needs the real market data; takes some minutes. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelScoresPage } from './model-scores-page.js';
import { registeredFamilies, scoreModels } from './model-scores.js';
import { cloneRoot } from './repository.js';
import { testData } from './test-data.js';

if (testData === null) throw new Error('expected the market data that ARES_TEST_DATA names or ../shared/data beside the clone, found none');
await writeFile(join(cloneRoot(), 'docs', 'model-scores.md'), modelScoresPage(await scoreModels(testData, await registeredFamilies())));
