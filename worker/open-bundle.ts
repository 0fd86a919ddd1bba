/** A hand-over bundle, its chain, and the raw market data that it is applied to. */
import { readFile } from 'node:fs/promises';
import { bundleSource, loadChain } from '../activities/load-chain.js';
import { makeBundleArchive } from '../adapters/bundle-archive/index.js';
import { makeGradientBoosting } from '../adapters/gradient-boosting/index.js';
import { sha256Hex } from '../adapters/object-store/index.js';
import { openTensorBackend } from '../adapters/tensor-backend/index.js';
import { makeXgboost } from '../adapters/xgboost/index.js';
import type { ChainData, DecisionSpan } from '../core/chain/apply-chain.js';
import type { TrainedChain } from '../core/chain/trained-chain.js';
import { barCount } from '../core/data/bars.js';
import type { ExternalName } from '../core/data/external-series.js';
import type { SourceDescription } from '../core/data/source-description.js';
import type { Imputation } from '../core/quality/impute-bars.js';
import { tradingRules } from '../pipeline/config.js';
import type { MarketKind } from '../pipeline/config.js';
import type { PredictOptions } from './predict-options.js';
import { WrongCommandLine } from './predict-options.js';
import { readRawMarket } from './raw-market.js';

/** The files of a bundle by name. */
export type BundleFiles = Readonly<Record<string, Uint8Array>>;

/** What a command line names, of a bundle's own market. */
export interface BundleMarket {
  readonly symbol: string;
  readonly market: MarketKind;
  readonly synthetic: boolean;
  readonly data: ChainData;
  /** Where decisions are asked for. */
  readonly span: DecisionSpan;
  /** Why values may differ from the run's in the last digits; null = they do not. */
  readonly notice: string | null;
}

/** The files of the bundle at a path. @throws PipelineError IntegrityError when it is damaged */
export async function readBundle(path: string): Promise<BundleFiles> {
  return makeBundleArchive().unpack(await readFile(path));
}

/** The chain of a bundle's files, its models loaded; call `dispose` when done. */
export async function loadBundleChain(files: BundleFiles): Promise<TrainedChain> {
  return loadChain(bundleSource(files), {
    gradientBoosting: makeGradientBoosting(),
    xgboost: makeXgboost(),
    tensorBackend: async () => openTensorBackend({ device: 'cpu' }),
    sha256: sha256Hex,
  });
}

/** The data that the options name. @throws WrongCommandLine where they do not fit the bundle; InvalidData with file and line on bad files */
export async function readBundleMarket(files: BundleFiles, { rules }: Pick<TrainedChain, 'rules'>, options: PredictOptions): Promise<BundleMarket> {
  const description = await bundleSource(files).json<SourceDescription>('data-collection', 'source');
  const market = options.market ?? description.market;
  if (tradingRules(market) !== rules.market) throw new WrongCommandLine(`--market: the bundle was trained on ${rules.market}, found ${market}`);
  const historyFromMs = options.historyFromMs ?? description.fromMs;
  const symbol = options.symbol ?? description.symbol;
  const data = await readRawMarket({
    symbol,
    market,
    historyFromMs,
    toMs: options.toMs,
    path: options.bars,
    fundingPath: options.funding,
    external: description.external.map(({ name }) => name as ExternalName),
    pairs: description.pairs.map((pair) => pair.symbol),
    quotes: description.quotes !== null,
    imputation: await bundleSource(files).json<Imputation>('market-regime-classification', 'imputation'),
  });
  if (market !== 'spot' && data.funding === null && !options.noFunding) {
    throw new WrongCommandLine('--funding: a perpetual needs funding payments, found none; --no-funding predicts without them');
  }
  const bars = data.fineBars;
  const firstMs = bars.openTimeMs[0] ?? Number.NaN;
  const isShort = firstMs > historyFromMs;
  return {
    ...{ symbol, market, data, synthetic: description.synthetic },
    span: { fromMs: options.fromMs ?? firstMs, toMs: options.toMs ?? (bars.closeTimeMs[barCount(bars) - 1] ?? Number.NaN) + 1 },
    notice: isShort
      ? `bars begin at ${iso(firstMs)}, the history at ${iso(historyFromMs)}: recursive features may differ from the run's in the last digits`
      : null,
  };
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
