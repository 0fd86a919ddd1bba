/** Failures of the S3 client as the named failures of the pipeline. */
import { PipelineError } from '../../pipeline/errors.js';
import { isDiskFull } from '../local-disk/index.js';

/** Codes that servers give for wrong credentials or missing rights. */
const DENIED = new Set([
  'AccessDenied',
  'Forbidden',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'AccountProblem',
  'AllAccessDisabled',
  'CredentialsProviderError',
  'RequestTimeTooSkewed',
  'UnauthorizedAccess',
]);
const WRONG_CREDENTIALS = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'InvalidToken', 'CredentialsProviderError']);
const ABSENT = new Set(['NoSuchKey', 'NotFound', 'NoSuchUpload']);
/** Codes and statuses of a request that went to another region than the bucket's. */
const WRONG_REGION = new Set(['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException']);
const MOVED = 301;
const INSUFFICIENT_STORAGE = 507;

/** The code of a failure: the server's, the system's, or the class name. */
export function codeOf(error: unknown): string {
  const { Code, code, name } = error as { Code?: string; code?: string; name?: string };
  return Code ?? code ?? name ?? 'Unknown';
}

/** The HTTP status of an S3 failure, or 0 when no answer came. */
export function statusOf(error: unknown): number {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
}

/** True when the server says that the object is not there. */
export function isAbsent(error: unknown): boolean {
  return ABSENT.has(codeOf(error)) || (statusOf(error) === 404 && codeOf(error) !== 'NoSuchBucket');
}

/** True when a conditional put lost: the object was already there, or another writer was faster. */
export function isConflict(error: unknown): boolean {
  return statusOf(error) === 412 || statusOf(error) === 409 || codeOf(error) === 'PreconditionFailed';
}

/** The named failure for an error of the S3 client; `place` says what was done, where: operation, endpoint, bucket, key. */
export function describeStoreError(error: unknown, place: string): Error {
  if (error instanceof PipelineError) return error;
  const code = codeOf(error);
  const status = statusOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const detail = `${code}${status === 0 ? '' : ` (HTTP ${status})`}: ${text}`;
  const cause = { cause: error };
  if (isDiskFull(error)) return new PipelineError('DiskFull', `no space left on the local disk: ${place}: ${text}`, cause);
  if (status === INSUFFICIENT_STORAGE) return new PipelineError('DiskFull', `the disk of the S3 server is full: ${place}: ${detail}`, cause);
  if (WRONG_REGION.has(code) || status === MOVED)
    return new PipelineError('InvalidSpec', `the bucket lies in another region than AWS_REGION says: ${place}: ${detail}`, cause);
  if (WRONG_CREDENTIALS.has(code)) return new PipelineError('AccessDenied', `the S3 server refused the credentials: ${place}: ${detail}`, cause);
  if (DENIED.has(code) || status === 401 || status === 403) {
    return new PipelineError('AccessDenied', `the S3 credentials lack a right (or are wrong): ${place}: ${detail}`, cause);
  }
  if (code === 'NoSuchBucket') return new PipelineError('MissingArtifact', `the bucket does not exist: ${place}`, cause);
  if (isAbsent(error)) return new PipelineError('MissingArtifact', `no such object: ${place}`, cause);
  return new PipelineError('StoreUnavailable', `the S3 server cannot be reached or failed: ${place}: ${detail}`, cause);
}
