/** The presets (inventory B1-B8) as one frozen table; every key can be overridden in the spec. */

export const PRESET_NAMES = ['quick-test', 'blank', 'dev', 'production'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

export interface Preset {
  /** Length of the data window. */
  readonly retentionDays: number;
  /** Trials of each search (hyperparameters, final parameters). */
  readonly maxTrials: number;
  /** Rows a batch when rows are appended or parsed; never changes a value. */
  readonly chunkRows: number;
  /** Days that one collection unit holds; never changes a value. */
  readonly segmentDays: number;
  /** Reuse a computed feature table across steps of one data window. */
  readonly featureCache: boolean;
  /** Fraction of a slot's memory at which DuckDB spills and a compute child is recycled. */
  readonly memoryThreshold: number;
  readonly device: 'auto' | 'cpu' | 'gpu';
  /** Run independent units of a step side by side. */
  readonly parallel: boolean;
  readonly features: 'minimal' | 'basic' | 'all';
  /** Model families of steps 5, 6 and 9 (specialist-families.ts). */
  readonly models: 'minimal' | 'basic' | 'all';
  readonly timeframe: '5m' | '15m' | '30m' | '1h' | '4h';
  /** Rolling windows of the walk-forward validation. */
  readonly walkForwardWindows: number;
  /** Bootstrap paths of the Monte Carlo validation and of the A/B test. */
  readonly bootstrapPaths: number;
}

export const PRESETS: Readonly<Record<PresetName, Preset>> = Object.freeze({
  'quick-test': {
    retentionDays: 7,
    maxTrials: 1,
    chunkRows: 1000,
    segmentDays: 1,
    featureCache: false,
    memoryThreshold: 0.9,
    device: 'auto',
    parallel: false,
    features: 'minimal',
    models: 'minimal',
    timeframe: '15m',
    walkForwardWindows: 2,
    bootstrapPaths: 500,
  },
  blank: {
    retentionDays: 30,
    maxTrials: 3,
    chunkRows: 5000,
    segmentDays: 7,
    featureCache: true,
    memoryThreshold: 0.8,
    device: 'auto',
    parallel: false,
    features: 'basic',
    models: 'basic',
    timeframe: '15m',
    walkForwardWindows: 3,
    bootstrapPaths: 1000,
  },
  dev: {
    retentionDays: 30,
    maxTrials: 3,
    chunkRows: 5000,
    segmentDays: 7,
    featureCache: true,
    memoryThreshold: 0.8,
    device: 'auto',
    parallel: true,
    features: 'basic',
    models: 'basic',
    timeframe: '15m',
    walkForwardWindows: 3,
    bootstrapPaths: 1000,
  },
  production: {
    retentionDays: 730,
    maxTrials: 50,
    chunkRows: 10000,
    segmentDays: 30,
    featureCache: true,
    memoryThreshold: 0.7,
    device: 'auto',
    parallel: true,
    features: 'all',
    models: 'all',
    timeframe: '1h',
    walkForwardWindows: 8,
    bootstrapPaths: 5000,
  },
});
