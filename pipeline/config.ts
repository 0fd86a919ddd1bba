/** The run spec: the one JSON object that starts a run. Every key has a default, unknown keys are refused. */
import { z } from 'zod';
import { MAXIMUM_ATTEMPTS } from './errors.js';
import { PRESET_NAMES } from './presets.js';

const MINUTE_MS = 60_000;

/** Bar lengths by name, in ms. */
export const TIMEFRAMES = { '5m': 5 * MINUTE_MS, '15m': 15 * MINUTE_MS, '30m': 30 * MINUTE_MS, '1h': 60 * MINUTE_MS, '4h': 240 * MINUTE_MS } as const;
export type Timeframe = keyof typeof TIMEFRAMES;

/** Length of the finer bars on which the tactician decides and the backtest fills. */
export const FINE_PERIOD_MS = MINUTE_MS;

const time = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

const simulation = z.strictObject({
  /** Mean trades a minute. */
  tradesPerMinute: z.number().positive().max(100_000).default(60),
  /** Exact number of trades in the window; overrides tradesPerMinute. */
  totalTrades: z.int().positive().optional(),
  startPrice: z.number().positive().default(2000),
  /** Planted signal: drift of the next analyst block per unit of signal, in block standard deviations (0 = none). */
  signalStrength: z.number().min(0).max(5).default(0.35),
  /** Annualised volatility of the calm regimes, as a fraction. */
  annualVolatility: z.number().positive().max(10).default(0.6),
});

const costs = z.strictObject({
  takerFeeBps: z.number().min(0).default(5),
  makerFeeBps: z.number().min(0).default(2),
  halfSpreadBps: z.number().min(0).default(1),
  /** Square-root impact: coefficient times daily volatility times sqrt(quantity / daily volume). */
  impactCoefficient: z.number().min(0).default(0.5),
});

const labels = z.strictObject({
  /** Candidate take-profit distances, in volatility units. */
  takeProfit: z.array(z.number().positive()).min(1).default([1, 1.5, 2]),
  /** Candidate stop-loss distances, in volatility units. */
  stopLoss: z.array(z.number().positive()).min(1).default([1, 1.5]),
  /** Candidate holding periods, in analyst bars; the largest fixes the embargo. */
  holdingBars: z.array(z.int().min(1).max(500)).min(1).default([4, 8]),
});

const segments = z
  .strictObject({
    train: z.number().positive().default(0.5),
    calibration: z.number().positive().default(0.15),
    selection: z.number().positive().default(0.15),
    test: z.number().positive().default(0.2),
  })
  .refine((s) => Math.abs(s.train + s.calibration + s.selection + s.test - 1) < 1e-9, {
    error: 'train + calibration + selection + test must be 1',
  });

const cache = z.strictObject({
  /** off = compute every step again and compare with what is there. */
  mode: z.enum(['on', 'off']).default('on'),
  /** Step ids to compute again although a result is there. */
  refresh: z.array(z.string()).default([]),
});

export const runSpecSchema = z
  .strictObject({
    symbol: z
      .string()
      .regex(/^[A-Z0-9]{2,20}$/, { error: 'expected 2 to 20 capital letters or digits' })
      .default('ETHUSDT'),
    exchange: z.literal('BINANCE').default('BINANCE'),
    market: z.enum(['spot', 'perp']).default('perp'),
    preset: z
      .enum(PRESET_NAMES, {
        error: (issue) =>
          issue.input === 'backtest' ? 'preset backtest is not supported yet: it needs paper trading; every run already ends with a backtest' : undefined,
      })
      .default('quick-test'),
    source: z.enum(['simulator', 'files']).default('simulator'),
    /** Folder of Binance-format files, searched recursively; needed by source files. */
    path: z.string().min(1).optional(),
    /** Start of the window, inclusive (ISO 8601, UTC). */
    from: time.optional(),
    /** End of the window, exclusive. */
    to: time.optional(),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(7),
    simulation: simulation.prefault({}),
    segments: segments.prefault({}),
    labels: labels.prefault({}),
    costs: costs.prefault({}),
    /** Least sum of uniqueness that a fitted thing of one regime needs; below it the pooled model serves. */
    minimumEffectiveSample: z.number().min(1).default(30),
    /** Folds of the purged cross-validation on train. */
    folds: z.int().min(2).max(20).default(4),
    /** Registry version of the champion that the A/B test compares with; none = the pooled single model. */
    champion: z.string().optional(),
    onStepFailure: z.enum(['park', 'fail']).default('park'),
    /** Attempts at a step, first one included, before an environment failure parks or fails the run; deploys and lost workers use attempts too. */
    stepAttempts: z.int().min(1).max(100).default(MAXIMUM_ATTEMPTS),
    cache: cache.prefault({}),
    /** A long step's finished parts go to the store at least so often: the most that a killed worker costs. Never changes a value. */
    autoCheckpointMinutes: z.number().min(0.01).max(1440).default(1),
    /** Ends and stops of the run that the worker's webhook and mail tell of; addresses are the worker's, never the spec's. */
    notify: z.array(z.enum(['completed', 'blocked', 'failed'])).default(['completed', 'blocked', 'failed']),
    /** Where step 16 logs the run besides the registry; the tracker's address and credentials are the worker's. */
    tracking: z.enum(['none', 'mlflow']).default('none'),
    /** Where a fanned-out step runs its units: turns of one activity, or an activity each. Artifacts are the same. */
    fanOut: z.enum(['inline', 'activities']).default('inline'),
    /** Threads of native libraries a step; null = what the worker's slot offers. Never changes a value. */
    threads: z.int().min(1).max(64).optional(),
    // Preset keys, each an override of the preset's value.
    retentionDays: z.int().min(1).max(3650).optional(),
    maxTrials: z.int().min(1).max(1000).optional(),
    chunkRows: z.int().min(100).max(10_000_000).optional(),
    segmentDays: z.int().min(1).max(366).optional(),
    featureCache: z.boolean().optional(),
    memoryThreshold: z.number().min(0.1).max(0.95).optional(),
    device: z.enum(['auto', 'cpu', 'gpu']).optional(),
    parallel: z.boolean().optional(),
    features: z.enum(['minimal', 'basic', 'all']).optional(),
    timeframe: z.enum(['5m', '15m', '30m', '1h', '4h']).optional(),
    walkForwardWindows: z.int().min(1).max(100).optional(),
    bootstrapPaths: z.int().min(100).max(100_000).optional(),
  })
  .refine((spec) => spec.source !== 'files' || spec.path !== undefined, {
    error: 'source files needs a path',
    path: ['path'],
  })
  .refine((spec) => spec.source !== 'simulator' || spec.path === undefined, {
    error: 'a path is read by source files only; the simulator has none',
    path: ['path'],
  })
  .refine((spec) => spec.from === undefined || spec.to === undefined || Date.parse(spec.from) < Date.parse(spec.to), {
    error: 'from must lie before to',
    path: ['from'],
  });

/** A spec as a caller writes it: every key optional. */
export type RunSpecInput = z.input<typeof runSpecSchema>;
/** A spec with its defaults filled in. */
export type RunSpec = z.output<typeof runSpecSchema>;

/** The parsed spec, or one sentence per problem that names the key and the value found. */
export function parseRunSpec(input: unknown): { ok: true; spec: RunSpec } | { ok: false; problems: string[] } {
  const result = runSpecSchema.safeParse(input ?? {});
  if (result.success) return { ok: true, spec: result.data };
  return { ok: false, problems: result.error.issues.map((issue) => describeIssue(issue, input)) };
}

function describeIssue(issue: z.core.$ZodIssue, input: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `unknown key ${[...issue.path, key].join('.')}`).join('; ');
  }
  const found = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], input);
  return `${issue.path.join('.') || 'spec'}: ${issue.message}, found ${JSON.stringify(found) ?? 'nothing'}`;
}
