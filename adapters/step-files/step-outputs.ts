/** What a step writes: files staged on local disk, to be hashed, stored and committed by the parent process. */
import { mkdirSync } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StagedArtifact } from '../../pipeline/artifact-store.js';
import { canonicalJson } from '../../pipeline/canonical-json.js';
import { checkTable } from '../../pipeline/check-table.js';
import { PipelineError } from '../../pipeline/errors.js';
import type { StepOutputs } from '../../pipeline/step-context.js';
import { openRowLog } from '../row-log/index.js';
import { writeParquet } from '../tables/index.js';
import { moveFile, onDisk } from '../local-disk/index.js';

export interface StagingOutputs extends StepOutputs {
  /** What was written, by name. @throws PipelineError IntegrityError when a log is still open or a name was begun and not finished */
  staged(): StagedArtifact[];
}

/**
 * Outputs into a folder that the caller made and removes.
 * @param options.memoryLimitMiB buffer memory of the Parquet writer.
 * @param options.chunkRows rows that a log keeps in memory.
 * @throws PipelineError IntegrityError on a name written twice, DiskFull; InvalidData on a table that breaks its schema.
 */
export function makeStepOutputs(stagingFolder: string, options: { readonly memoryLimitMiB?: number; readonly chunkRows?: number } = {}): StagingOutputs {
  const begun = new Set<string>();
  const finished = new Map<string, StagedArtifact>();
  const { chunkRows, ...memory } = options;
  const limits = { threads: 1, ...memory };

  const begin = async (name: string): Promise<string> => {
    if (name === '' || name.split('/').some((part) => part === '' || part === '.' || part === '..'))
      throw new PipelineError('IntegrityError', `Invariant: ${JSON.stringify(name)} is no artifact name`);
    if (begun.has(name)) throw new PipelineError('IntegrityError', `Invariant: the step wrote artifact ${name} twice`);
    begun.add(name);
    const path = join(stagingFolder, 'files', encodeURIComponent(name));
    await onDisk(path, () => mkdir(dirname(path), { recursive: true }));
    return path;
  };
  const finish = async (artifact: Omit<StagedArtifact, 'bytes'>): Promise<void> => {
    finished.set(artifact.name, { ...artifact, bytes: (await stat(artifact.path)).size });
  };
  return {
    table: async (name, schema, table) => {
      const path = await begin(name);
      await writeParquet(checkTable(table, schema, name), path, limits);
      await finish({ name, kind: 'table', schema, path, rows: table.rowCount });
    },
    log: async (name, schema) => {
      const path = await begin(name);
      let rows = 0;
      const log = openRowLog({
        path,
        schema,
        sealed: (count) => {
          rows = count;
        },
      });
      return {
        append: (row) => log.append(row),
        close: async () => {
          if (finished.has(name)) return;
          await log.close();
          await finish({ name, kind: 'log', schema, path, rows });
        },
      };
    },
    json: async (name, schema, value) => {
      const path = await begin(name);
      await onDisk(path, () => writeFile(path, canonicalJson(value)));
      await finish({ name, kind: 'json', schema, path });
    },
    // eslint-disable-next-line max-params -- the signature of StepOutputs
    bytes: async (name, kind, schema, bytes) => {
      const path = await begin(name);
      await onDisk(path, () => writeFile(path, bytes));
      await finish({ name, kind, schema, path });
    },
    // eslint-disable-next-line max-params -- the signature of StepOutputs
    file: async (name, kind, schema, from, rows) => {
      const path = await begin(name);
      await onDisk(path, () => moveFile(from, path));
      await finish({ name, kind, schema, path, ...(rows === undefined ? {} : { rows }) });
    },
    scratchPath: (name) => {
      const path = join(stagingFolder, 'scratch', encodeURIComponent(name));
      mkdirSync(dirname(path), { recursive: true });
      return path;
    },
    staged: () => {
      const open = [...begun].filter((name) => !finished.has(name));
      if (open.length > 0) throw new PipelineError('IntegrityError', `Invariant: the step ended with unfinished artifacts: ${open.sort().join(', ')}`);
      return [...finished.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    },
  };
}
