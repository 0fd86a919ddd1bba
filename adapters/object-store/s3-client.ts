/** An S3 client from the standard AWS environment. */
import { S3Client } from '@aws-sdk/client-s3';
import type { S3ClientConfig } from '@aws-sdk/client-s3';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Attempts of one request, the first included. */
const REQUEST_ATTEMPTS = 3;
const CONNECT_TIMEOUT_MS = 5_000;
/** Silence on an open connection that counts as a failure, where the caller names no other. */
const IDLE_TIMEOUT_MS = 60_000;

/** The endpoint that the environment names, or null: the region's own. */
export function endpointOf(env: Environment): string | null {
  return env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL ?? null;
}

/**
 * A client for the endpoint, region and credentials of `env`: AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, AWS_REGION or
 * AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; without keys the SDK's own
 * chain (profiles, roles) answers. Path style is used with any endpoint of one's own, unless ARES_S3_PATH_STYLE is 0.
 * @param idleTimeoutMs silence on an open connection that counts as a failure.
 */
export function makeS3Client(env: Environment, idleTimeoutMs: number = IDLE_TIMEOUT_MS): S3Client {
  const endpoint = endpointOf(env);
  const config: S3ClientConfig = {
    region: env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? 'us-east-1',
    maxAttempts: REQUEST_ATTEMPTS,
    forcePathStyle: endpoint !== null && env.ARES_S3_PATH_STYLE !== '0',
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout: idleTimeoutMs, socketTimeout: idleTimeoutMs, throwOnRequestTimeout: true },
    // The store checks sha256 on every read itself, with an error that names the object.
    responseChecksumValidation: 'WHEN_REQUIRED',
  };
  if (endpoint !== null) config.endpoint = endpoint;
  if (env.AWS_ACCESS_KEY_ID !== undefined && env.AWS_SECRET_ACCESS_KEY !== undefined) {
    config.credentials = {
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      ...(env.AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: env.AWS_SESSION_TOKEN }),
    };
  }
  return new S3Client(config);
}
