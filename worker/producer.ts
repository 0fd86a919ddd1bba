/** The attempt that is running now, as it is recorded beside the manifests that it commits. */
import { hostname } from 'node:os';
import { activityInfo } from '@temporalio/activity';
import type { Manifest } from '../pipeline/artifacts.js';
import type { BuildInfo, Producer } from '../pipeline/build-info.js';

/** A maker of producer records; call it inside an activity. */
export function makeProducer(build: BuildInfo): (manifest: Manifest) => Producer {
  return ({ step, unit, key }) => {
    const { workflowExecution, attempt } = activityInfo();
    return {
      schema: 'ares.producer',
      step,
      unit,
      key,
      workflowId: workflowExecution?.workflowId ?? 'none',
      runId: workflowExecution?.runId ?? 'none',
      attempt,
      host: hostname(),
      node: process.version,
      committedAt: new Date().toISOString(),
      build: { commit: build.commit, dirty: build.dirty, node: build.node },
    };
  };
}
