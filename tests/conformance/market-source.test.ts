import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { makeArchiveSource } from '../../adapters/archive/archive-source.js';
import { makeFilesSource } from '../../adapters/market-files/index.js';
import { startArchiveServer, zipOf } from '../support/archive-server.js';
import { describeMarketSource } from '../support/market-source-suite.js';
import { suiteFiles } from '../support/market-source-files.js';

async function temporaryFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ares-sources-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

for (const market of ['perp', 'spot'] as const) {
  describeMarketSource(`files, ${market}`, async (context, suite) => {
    const root = await temporaryFolder(context);
    for (const { path, text } of suiteFiles(suite, market)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), await zipOf(path.replace(/^.*\/(.*)\.zip$/, '$1.csv'), text));
    }
    return { source: makeFilesSource(), exchange: 'BINANCE', market, root, hasBars: true, pinsFiles: true };
  });

  describeMarketSource(`archive, ${market}`, async (context, suite) => {
    const server = await startArchiveServer(context);
    for (const { path, text } of suiteFiles(suite, market)) await server.putCsv(path, text);
    const source = makeArchiveSource({ env: { ARES_ARCHIVE_URL: server.address }, cacheFolder: await temporaryFolder(context) });
    return { source, exchange: 'BINANCE', market, hasBars: true, pinsFiles: true };
  });
}
