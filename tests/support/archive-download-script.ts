/** A process that reads one day of trades through the archive source and prints how much it fetched. Arguments: address, cache folder, plan file. */
import { readFile } from 'node:fs/promises';
import { makeArchiveSource } from '../../adapters/archive/archive-source.js';
import type { FoundSeries, SourceQuery } from '../../pipeline/market-source.js';
import { idsOf, PATIENCE, readDays } from './archive-rig.js';

const [address, cacheFolder, planPath] = process.argv.slice(2) as [string, string, string];
const { query, found } = JSON.parse(await readFile(planPath, 'utf8')) as { query: SourceQuery; found: FoundSeries };
const source = makeArchiveSource({ env: { ARES_ARCHIVE_URL: address }, cacheFolder, patience: PATIENCE });
const ids = idsOf(await readDays(source, query, found));
process.stdout.write(`${JSON.stringify({ counts: source.counts(), trades: ids.length, isWhole: ids.every((id, i) => id === i + 1) })}\n`);
