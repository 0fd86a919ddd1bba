/** Puts a failure's message and stack into a payload, so that the codec encrypts them too. Loaded by path: by Temporal, and into the workflow bundle. */
import { DefaultFailureConverter } from '@temporalio/common';

/** The name under which Temporal looks for it. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
