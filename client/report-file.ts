/** The run's report as a local file. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stateFolder } from '../adapters/local-paths.js';
import { openObjectStore } from '../adapters/object-store/index.js';
import type { ArtifactRef } from '../pipeline/artifacts.js';
import type { Environment } from '../adapters/connection/connection-settings.js';

/**
 * Path of `<state>/reports/<workflow id>/report.html`, downloaded and verified; null where ARES_STORE names no store.
 * @throws PipelineError when the store cannot give it
 */
export async function downloadReport(report: ArtifactRef, workflowId: string, env: Environment): Promise<string | null> {
  const url = env['ARES_STORE'];
  if (url === undefined || url === '') return null;
  const store = openObjectStore({ url, env });
  try {
    const bytes = await store.getBytes(report);
    const folder = join(stateFolder(env), 'reports', encodeURIComponent(workflowId));
    await mkdir(folder, { recursive: true });
    const path = join(folder, 'report.html');
    await writeFile(path, bytes);
    return path;
  } finally {
    store.close();
  }
}
