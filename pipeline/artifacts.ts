/** What a step leaves behind: content-addressed objects, named in a manifest that is committed last. */
import { z } from 'zod';

/** Table schemas by id: the columns a reader may count on (more may follow), `nullable` where NaN is allowed. */
export const artifactRefSchema = z.strictObject({
  /** Name within the step; a unit's artifacts are prefixed `<unit>/`. */
  name: z.string().min(1),
  /** s3://bucket/prefix/objects/<sha256> */
  uri: z.string().min(1),
  kind: z.enum(['table', 'log', 'json', 'model', 'report', 'bundle']),
  /** Schema id, for example ares.bars. */
  schema: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(0),
  rows: z.int().min(0).optional(),
});
export type ArtifactRef = z.infer<typeof artifactRefSchema>;
export type ArtifactKind = ArtifactRef['kind'];

export const manifestSchema = z.strictObject({
  schema: z.literal('ares.manifest'),
  step: z.string(),
  /** Null for the step itself, else the unit. */
  unit: z.string().nullable(),
  key: z.string().regex(/^[0-9a-f]{64}$/),
  /** What the key was made of, for lineage and for explaining a miss. */
  keyParts: z.record(z.string(), z.unknown()),
  artifacts: z.array(artifactRefSchema),
  /** Keys of the unit manifests that this step combined. */
  units: z.record(z.string(), z.string()),
  rowsIn: z.int().min(0),
  rowsOut: z.int().min(0),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** A step's result as it travels through workflow history: references only. */
export const stepResultSchema = z.strictObject({
  step: z.string(),
  unit: z.string().nullable(),
  key: z.string(),
  manifestUri: z.string(),
  cached: z.boolean(),
  /** Why it was a hit or a miss, in words. */
  reason: z.string(),
  seconds: z.number(),
  rowsIn: z.int(),
  rowsOut: z.int(),
  unitsComputed: z.int(),
  unitsCached: z.int(),
  /** At most 100; the manifest has all of them. */
  artifacts: z.array(artifactRefSchema),
  artifactCount: z.int(),
});
export type StepResult = z.infer<typeof stepResultSchema>;
