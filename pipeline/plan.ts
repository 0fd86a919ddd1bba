/** The plan: a spec made exact. Dates, preset values, champion and device are fixed once, before the first step. */
import { z } from 'zod';
import type { RunSpec } from './config.js';
import { EXCHANGES, QUOTE_KINDS, SOURCE_KINDS, TENSOR_BACKENDS, TIMEFRAMES } from './config.js';
import { PRESETS } from './presets.js';
import { FAMILY_SETS } from './specialist-families.js';

const spanSchema = z.strictObject({ fromMs: z.number(), toMs: z.number() });
const pinnedFileSchema = z.strictObject({ path: z.string(), sha256: z.string(), bytes: z.int(), span: spanSchema.optional() });

/** A half-open span of time, UTC ms. */
export type Span = z.infer<typeof spanSchema>;

/** A source file whose bytes the plan fixes: a local path, or its place in an exchange's archive. */
export type PlannedFile = z.infer<typeof pinnedFileSchema>;

export const segmentsSchema = z.strictObject({
  train: spanSchema,
  calibration: spanSchema,
  selection: spanSchema,
  test: spanSchema,
});
/**
 * The four segments of a window. A row belongs to one when its decision time is at or after fromMs and its outcome
 * is known by toMs; between two segments lies the embargo.
 */
export type Segments = z.infer<typeof segmentsSchema>;
export type SegmentName = keyof Segments;

export const runPlanSchema = z.strictObject({
  schema: z.literal('ares.plan'),
  /** The parsed spec, defaults filled in. */
  spec: z.custom<RunSpec>(),
  settings: z.strictObject({
    retentionDays: z.int(),
    maxTrials: z.int(),
    chunkRows: z.int(),
    segmentDays: z.int(),
    featureCache: z.boolean(),
    memoryThreshold: z.number(),
    device: z.enum(['cpu', 'gpu']),
    /** Absent = tensorflow. */
    backend: z.enum(TENSOR_BACKENDS).optional(),
    /** Peak of device memory that networks are trained within; absent on a cpu. */
    gpuMemoryLimitMiB: z.int().optional(),
    parallel: z.boolean(),
    features: z.enum(['minimal', 'basic', 'all']),
    /** Model families of steps 5, 6 and 9. */
    families: z.array(z.string()),
    timeframe: z.enum(['5m', '15m', '30m', '1h', '4h']),
    walkForwardWindows: z.int(),
    bootstrapPaths: z.int(),
  }),
  window: spanSchema,
  segments: segmentsSchema,
  embargoMs: z.number(),
  /** What the source holds for the window; the hashes pin the input. */
  source: z.strictObject({
    kind: z.enum(SOURCE_KINDS),
    series: z.enum(['trades', 'bars']),
    /** Raw or aggregate trades; null for bars, and for the simulator. */
    tradeKind: z.enum(['trades', 'aggTrades']).nullable(),
    /** Bar length of the series; 0 for trades. */
    periodMs: z.number(),
    files: z.array(pinnedFileSchema),
    fundingFiles: z.array(pinnedFileSchema),
    externalFiles: z.record(z.string(), z.array(pinnedFileSchema)),
    /** The other assets' bars, in the order of spec.pairs. */
    pairs: z.array(z.strictObject({ symbol: z.string(), periodMs: z.number(), files: z.array(pinnedFileSchema) })),
    /** Best quotes, where the spec asks for them. */
    quotes: z.strictObject({ kind: z.enum(QUOTE_KINDS), files: z.array(pinnedFileSchema) }).nullable(),
    /** The source that the run's bars are compared with. */
    second: z
      .strictObject({
        kind: z.enum(['files', 'archive', 'rest']),
        exchange: z.enum(EXCHANGES),
        series: z.enum(['trades', 'bars']),
        tradeKind: z.enum(['trades', 'aggTrades']).nullable(),
        /** 0 for trades. */
        periodMs: z.number(),
        files: z.array(pinnedFileSchema),
      })
      .nullable(),
    /** sha256 of the list of all these files, where they are too many to travel with the plan and are left out of it. */
    listing: z.string().optional(),
  }),
  /** sha256 of the champion's bundle and its registry version; null = the pooled single model. */
  champion: z.strictObject({ version: z.string(), bundleSha256: z.string(), bundleUri: z.string() }).nullable(),
  /** How many other models have already been scored on this test segment (the ledger's count when the run began). */
  priorTestOpenings: z.int(),
});
export type RunPlan = z.infer<typeof runPlanSchema>;

/** The preset's values with the spec's overrides; device and backend are resolved with what the workers offer (resolve-device.ts). */
export function resolveSettings(spec: RunSpec): Omit<RunPlan['settings'], 'device'> & { device: 'auto' | 'cpu' | 'gpu' } {
  const preset = PRESETS[spec.preset];
  return {
    retentionDays: spec.retentionDays ?? preset.retentionDays,
    maxTrials: spec.maxTrials ?? preset.maxTrials,
    chunkRows: spec.chunkRows ?? preset.chunkRows,
    segmentDays: spec.segmentDays ?? preset.segmentDays,
    featureCache: spec.featureCache ?? preset.featureCache,
    memoryThreshold: spec.memoryThreshold ?? preset.memoryThreshold,
    device: spec.device ?? preset.device,
    parallel: spec.parallel ?? preset.parallel,
    features: spec.features ?? preset.features,
    families: spec.families ?? [...FAMILY_SETS[spec.models ?? preset.models]],
    timeframe: spec.timeframe ?? preset.timeframe,
    walkForwardWindows: spec.walkForwardWindows ?? preset.walkForwardWindows,
    bootstrapPaths: spec.bootstrapPaths ?? preset.bootstrapPaths,
  };
}

/** Longest time that a label of this spec can stay open: the embargo between segments. */
export function embargoOf(spec: RunSpec, timeframe: RunPlan['settings']['timeframe']): number {
  return Math.max(...spec.labels.holdingBars) * TIMEFRAMES[timeframe];
}

export interface SegmentCuts {
  readonly shares: RunSpec['segments'];
  /** Analyst bar. */
  readonly periodMs: number;
  readonly embargoMs: number;
}

/**
 * The four segments of a window, cut at analyst bar closes, an embargo after each cut.
 * @throws RangeError when a segment would be empty.
 */
export function planSegments(window: Span, cuts: SegmentCuts): Segments {
  const { shares, periodMs, embargoMs } = cuts;
  const bars = Math.floor((window.toMs - window.fromMs) / periodMs);
  const cut = (share: number): number => window.fromMs + Math.round(bars * share) * periodMs;
  const ends = [
    cut(shares.train),
    cut(shares.train + shares.calibration),
    cut(shares.train + shares.calibration + shares.selection),
    window.fromMs + bars * periodMs,
  ] as const;
  const segments: Segments = {
    train: { fromMs: window.fromMs, toMs: ends[0] },
    calibration: { fromMs: ends[0] + embargoMs, toMs: ends[1] },
    selection: { fromMs: ends[1] + embargoMs, toMs: ends[2] },
    test: { fromMs: ends[2] + embargoMs, toMs: ends[3] },
  };
  for (const [name, span] of Object.entries(segments)) {
    if (span.toMs - span.fromMs < 2 * periodMs) {
      throw new RangeError(
        `segment ${name} would hold ${Math.max(0, (span.toMs - span.fromMs) / periodMs)} bars after an embargo of ${embargoMs} ms; expected at least 2`,
      );
    }
  }
  return segments;
}

/**
 * The plan without what changes no artifact (paths, cache policy, threads, chunk sizes): what planHash is made of, and
 * what a walk-forward window carries into its key.
 */
export function semanticPlan(plan: RunPlan): RunPlan {
  const {
    path: _path,
    threads: _threads,
    chunkRows: _chunkRows,
    segmentDays: _segmentDays,
    featureCache: _featureCache,
    memoryThreshold: _memoryThreshold,
    parallel: _parallel,
    ...spec
  } = plan.spec;
  const { path: _second, ...compared } = spec.compareWith ?? { path: '' };
  return {
    ...plan,
    spec: {
      ...spec,
      preset: 'quick-test',
      cache: { mode: 'on', refresh: [] },
      fanOut: 'inline',
      onStepFailure: 'park',
      stepAttempts: 8,
      autoCheckpointMinutes: 1,
      notify: [],
      tracking: 'none',
      compareWith: 'source' in compared ? compared : null,
    },
    settings: { ...plan.settings, chunkRows: 1000, segmentDays: 1, featureCache: false, memoryThreshold: 0.8, parallel: false },
    source: {
      ...plan.source,
      files: withoutPaths(plan.source.files),
      fundingFiles: withoutPaths(plan.source.fundingFiles),
      externalFiles: Object.fromEntries(Object.entries(plan.source.externalFiles).map(([name, files]) => [name, withoutPaths(files)])),
      pairs: plan.source.pairs.map((pair) => ({ ...pair, files: withoutPaths(pair.files) })),
      quotes: plan.source.quotes === null ? null : { ...plan.source.quotes, files: withoutPaths(plan.source.quotes.files) },
      second: plan.source.second === null ? null : { ...plan.source.second, files: withoutPaths(plan.source.second.files) },
    },
  };
}

/** Every file that the plan pins. */
export function plannedFiles(plan: RunPlan): readonly PlannedFile[] {
  const { files, fundingFiles, externalFiles, pairs, quotes, second } = plan.source;
  const beside = [...pairs.flatMap((pair) => pair.files), ...(quotes?.files ?? []), ...(second?.files ?? [])];
  return [...files, ...fundingFiles, ...Object.values(externalFiles).flat(), ...beside];
}

function withoutPaths(files: readonly PlannedFile[]): PlannedFile[] {
  return files.map((file) => ({ ...file, path: '' }));
}
