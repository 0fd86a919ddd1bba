/** The run spec: the one JSON object that starts a run. Every key has a default, unknown keys are refused. */
import { z } from 'zod';
import { EXTERNAL_NAMES } from '../core/data/external-series.js';
import { PRUNING_STAGES } from '../core/pruning/pruning-stages.js';
import { LABEL_EVENTS } from '../core/labels/label-events.js';
import { MAXIMUM_ATTEMPTS } from './errors.js';
import { PRESET_NAMES } from './presets.js';
import { simulation } from './simulation-spec.js';
import { ORIGINAL_FAMILY, SPECIALIST_FAMILIES } from './specialist-families.js';

const MINUTE_MS = 60_000;

/** What networks can be computed with; tensorflow on a CPU or over CUDA, webgpu on a GPU of any vendor. wasm only predicts. */
export const TENSOR_BACKENDS = ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const;

/** Bar lengths by name, in ms. */
export const TIMEFRAMES = { '5m': 5 * MINUTE_MS, '15m': 15 * MINUTE_MS, '30m': 30 * MINUTE_MS, '1h': 60 * MINUTE_MS, '4h': 240 * MINUTE_MS } as const;
export type Timeframe = keyof typeof TIMEFRAMES;

/** Length of the finer bars on which the tactician decides and the backtest fills. */
export const FINE_PERIOD_MS = MINUTE_MS;

export const EXCHANGES = ['BINANCE', 'KRAKEN'] as const;
export type Exchange = (typeof EXCHANGES)[number];
/** perp = linear perpetual (USD-M), coin = inverse perpetual (COIN-M). */
export const MARKET_KINDS = ['spot', 'perp', 'coin'] as const;
export type MarketKind = (typeof MARKET_KINDS)[number];
/** archive = the exchange's public files, rest = its REST interface. */
export const SOURCE_KINDS = ['simulator', 'files', 'archive', 'rest'] as const;
export type SourceKind = Exclude<(typeof SOURCE_KINDS)[number], 'simulator'>;

/** bookTicker = every change of the best quotes; recording = captured streams, out of which the whole book is rebuilt. */
export const QUOTE_KINDS = ['bookTicker', 'recording'] as const;
export type QuoteKind = (typeof QUOTE_KINDS)[number];

/** Which rules of trading and settlement apply: an inverse perpetual counts as a linear one of the same notional. */
export function tradingRules(market: MarketKind): 'spot' | 'perp' {
  return market === 'spot' ? 'spot' : 'perp';
}

const SYMBOL = /^[A-Z0-9]{2,20}(_PERP)?$/;
const symbol = z.string().regex(SYMBOL, { error: 'expected 2 to 20 capital letters or digits (COIN-M: with _PERP)' });

const time = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

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
  /** Bars that carry a label and may become a signal: every one, or those of the CUSUM filter. */
  events: z.enum(LABEL_EVENTS).default('bars'),
  /** Threshold of the CUSUM filter, in units of the volatility of an analyst bar. */
  cusumThreshold: z.number().positive().max(100).default(1),
  /** What weighs the analyst's train rows: average uniqueness, or how often sequential bootstraps draw them. */
  sampling: z.enum(['uniqueness', 'sequential-bootstrap']).default('uniqueness'),
});

const regimes = z.strictObject({
  /** hmm = a hidden Markov model, rules = thresholds of volatility and trend; both fitted on train and applied filtered. */
  model: z.enum(['hmm', 'rules']).default('hmm'),
  /** States of the hidden Markov model; auto = the number from 2 to 6 with the lowest BIC on train. States may share a regime. */
  states: z.union([z.literal('auto'), z.int().min(1).max(6)]).default(4),
});

const imputation = z.strictObject({
  /** none = gaps stay gaps; carry = a missing minute is the last close without volume, flagged in column imputed. */
  method: z.enum(['none', 'carry']).default('none'),
  /** Longest gap that is filled in, in minutes. */
  maxBars: z.int().min(1).max(1440).default(5),
});

const compareWith = z
  .strictObject({
    source: z.enum(['files', 'archive', 'rest']),
    exchange: z.enum(EXCHANGES).default('BINANCE'),
    /** Folder of source files. */
    path: z.string().min(1).optional(),
    /** flag = a row of the quality table; fail = the run stops. */
    onDisagreement: z.enum(['flag', 'fail']).default('flag'),
  })
  .refine(({ source, path }) => (source === 'files') === (path !== undefined), { error: 'source files needs a path, and no other reads one', path: ['path'] })
  .refine(({ source, exchange }) => exchange === 'BINANCE' || source === 'rest', { error: 'only BINANCE has other sources than rest', path: ['exchange'] });

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

const pruning = z.strictObject({
  /** Tests that a feature must pass; default: all, with features minimal those of variance and correlation. Variance is always tested. */
  stages: z.array(z.enum(PRUNING_STAGES)).optional(),
  /** Share of the inner folds of train in which a feature must pass the tests that look at the label. */
  keepShare: z.number().gt(0).max(1).default(0.5),
  /** A feature with a larger absolute correlation with an earlier kept one is dropped. */
  maximumCorrelation: z.number().gt(0).max(1).default(0.98),
});

const cache = z.strictObject({
  /** off = compute every step again and compare with what is there. */
  mode: z.enum(['on', 'off']).default('on'),
  /** Step ids to compute again although a result is there. */
  refresh: z.array(z.string()).default([]),
});

export const runSpecSchema = z
  .strictObject({
    symbol: symbol.default('ETHUSDT'),
    exchange: z.enum(EXCHANGES).default('BINANCE'),
    market: z.enum(MARKET_KINDS).default('perp'),
    preset: z
      .enum(PRESET_NAMES, {
        error: (issue) =>
          issue.input === 'backtest' ? 'preset backtest is not supported yet: it needs paper trading; every run already ends with a backtest' : undefined,
      })
      .default('quick-test'),
    source: z.enum(SOURCE_KINDS).default('simulator'),
    /** Which series to collect; auto = the finest that covers the window. */
    series: z.enum(['auto', 'trades', 'aggTrades', 'bars']).default('auto'),
    /** Series beside trades and funding, joined to the bars as they were known. */
    external: z.array(z.enum(EXTERNAL_NAMES)).default([]),
    /** Other symbols of the same exchange and market, for features across assets; the first is the reference asset. */
    pairs: z.array(symbol).max(8).default([]),
    /** Collect the best quotes, and the depth of the book where recordings hold it; sources archive (futures) and files. */
    quotes: z.boolean().default(false),
    /** A second source of the same symbol and window, which the run's bars are compared with; null = none. */
    compareWith: compareWith.nullable().default(null),
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
    imputation: imputation.prefault({}),
    pruning: pruning.prefault({}),
    labels: labels.prefault({}),
    regimes: regimes.prefault({}),
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
    backend: z.enum(TENSOR_BACKENDS).optional(),
    gpuMemoryLimitMiB: z.int().min(64).max(1_048_576).optional(),
    parallel: z.boolean().optional(),
    features: z.enum(['minimal', 'basic', 'all']).optional(),
    models: z.enum(['minimal', 'basic', 'all']).optional(),
    /** The model families one by one, in place of a set. */
    families: z.array(z.enum(SPECIALIST_FAMILIES)).optional(),
    timeframe: z.enum(['5m', '15m', '30m', '1h', '4h']).optional(),
    walkForwardWindows: z.int().min(1).max(100).optional(),
    bootstrapPaths: z.int().min(100).max(100_000).optional(),
  })
  .refine((spec) => spec.source !== 'files' || spec.path !== undefined, {
    error: 'source files needs a path',
    path: ['path'],
  })
  .refine((spec) => spec.source === 'files' || spec.path === undefined, {
    error: 'a path is read by source files only',
    path: ['path'],
  })
  .refine(({ backend, device }) => !(device === 'cpu' && backend === 'webgpu') && !(device === 'gpu' && (backend === 'cpu' || backend === 'wasm')), {
    error: 'backend webgpu computes on a gpu, backends wasm and cpu on a cpu',
    path: ['backend'],
  })
  .refine((spec) => spec.exchange === 'BINANCE' || (spec.source === 'rest' && spec.market === 'spot'), {
    error: 'only BINANCE has other sources and markets than rest and spot',
    path: ['exchange'],
  })
  .refine((spec) => (spec.market === 'coin') === spec.symbol.endsWith('_PERP'), {
    error: 'market coin goes with a symbol such as ETHUSD_PERP, and other markets with one such as ETHUSDT',
    path: ['symbol'],
  })
  .refine((spec) => !spec.pairs.includes(spec.symbol) && new Set(spec.pairs).size === spec.pairs.length, {
    error: 'expected other symbols, each once',
    path: ['pairs'],
  })
  .refine((spec) => spec.exchange !== 'KRAKEN' || spec.pairs.length === 0, {
    error: 'KRAKEN serves trades alone, and other assets are collected as bars',
    path: ['pairs'],
  })
  .refine((spec) => spec.source !== 'simulator' || spec.external.length === 0, {
    error: 'the simulator has no external series',
    path: ['external'],
  })
  .refine(({ families }) => families === undefined || (families.includes(ORIGINAL_FAMILY) && new Set(families).size === families.length), {
    error: `expected ${ORIGINAL_FAMILY} (what other families are compared with) among them, and each once`,
    path: ['families'],
  })
  .refine(({ families, models }) => families === undefined || models === undefined, {
    error: 'expected either families or models',
    path: ['families'],
  })
  .refine((spec) => !spec.quotes || spec.source === 'archive' || spec.source === 'files', {
    error: 'only the sources archive and files keep quotes',
    path: ['quotes'],
  })
  .refine((spec) => !spec.quotes || spec.source !== 'archive' || spec.market !== 'spot', {
    error: 'the archive keeps quotes of futures alone, not of market spot',
    path: ['quotes'],
  })
  .refine((spec) => spec.compareWith === null || spec.source !== 'simulator', {
    error: 'nothing else knows a simulated market',
    path: ['compareWith'],
  })
  .refine((spec) => spec.compareWith?.exchange !== 'KRAKEN' || spec.market === 'spot', {
    error: 'KRAKEN has market spot alone',
    path: ['compareWith', 'exchange'],
  })
  .refine(({ compareWith: second, source, exchange, path }) => second?.source !== source || second.exchange !== exchange || second.path !== path, {
    error: "expected another source than the run's own",
    path: ['compareWith'],
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
