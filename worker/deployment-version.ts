/** Worker versioning: a run stays with the build that began it, until an operator moves it. */
import { createHash } from 'node:crypto';
import type { WorkerDeploymentOptions } from '@temporalio/worker';

const BUILD_ID_DIGITS = 16;

/**
 * Options that pin runs to this build.
 * @param code what a build id is made of when none is given: the code hashes of the steps and the workflow bundle
 */
export function deploymentVersion(
  deployment: { readonly name: string; readonly buildId: string | null },
  code: { readonly hashes: Readonly<Record<string, string>>; readonly bundle: string },
): WorkerDeploymentOptions {
  const buildId = deployment.buildId ?? defaultBuildId(code);
  return {
    version: { deploymentName: deployment.name, buildId },
    useWorkerVersioning: true,
    defaultVersioningBehavior: 'PINNED',
  };
}

function defaultBuildId({ hashes, bundle }: { readonly hashes: Readonly<Record<string, string>>; readonly bundle: string }): string {
  const entries = Object.entries(hashes).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(entries)).update(bundle).digest('hex').slice(0, BUILD_ID_DIGITS);
}
