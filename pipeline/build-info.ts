/** What made a result: the build, and the attempt that committed it. Kept beside the hashed artifacts, never inside them. */
import { z } from 'zod';

export const buildInfoSchema = z.strictObject({
  schema: z.literal('ares.build'),
  /** Git commit of the sources; null when they were built outside a clone and nobody named it. */
  commit: z.string().min(1).nullable(),
  /** True when the working tree differed from that commit: the sources are then known by the code hashes alone. */
  dirty: z.boolean(),
  /** Node that made the build. */
  node: z.string(),
  /** Locked versions of the direct dependencies. */
  packages: z.record(z.string(), z.string()),
});
/** A build, as it describes itself. */
export type BuildInfo = z.infer<typeof buildInfoSchema>;

export const producerSchema = z.strictObject({
  schema: z.literal('ares.producer'),
  step: z.string(),
  unit: z.string().nullable(),
  key: z.string(),
  workflowId: z.string(),
  runId: z.string(),
  attempt: z.int().min(1),
  host: z.string(),
  /** Node of the worker that committed it. */
  node: z.string(),
  /** ISO 8601, UTC: when the manifest was committed. */
  committedAt: z.string(),
  build: buildInfoSchema.omit({ packages: true, schema: true }),
});
/** The attempt that committed a step's or unit's manifest. */
export type Producer = z.infer<typeof producerSchema>;

/** Where the producer of a manifest is kept, below the store's prefix. */
export function producerKey(step: string, key: string): string {
  return `producers/${step}/${key}.json`;
}

/** A build in words: its commit, and whether the tree was changed. */
export function describeBuild(build: Pick<BuildInfo, 'commit' | 'dirty'>): string {
  if (build.commit === null) return 'unknown commit (built outside git)';
  return `commit ${build.commit}${build.dirty ? ' with uncommitted changes' : ''}`;
}
