/** The workflow code as the worker runs it, interceptors included: what replay tests must bundle too. */
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { Logger } from '@temporalio/worker';

/**
 * The bundle of every workflow of this build; the bundler's chatter goes to `logger`, else to stderr.
 * @param converter where it names a failure converter, failures are made by that one inside the workflow as well
 */
export async function workflowBundle(logger?: Logger, converter: Pick<DataConverter, 'failureConverterPath'> = {}): Promise<{ code: string }> {
  const { code } = await bundleWorkflowCode({
    ...(logger === undefined ? {} : { logger }),
    ...(converter.failureConverterPath === undefined ? {} : { failureConverterPath: converter.failureConverterPath }),
    workflowsPath: builtFile('../workflows/index.js'),
    workflowInterceptorModules: [builtFile('../workflows/trace-interceptors.js')],
  });
  return { code };
}

function builtFile(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
