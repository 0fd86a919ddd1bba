/** Where market data come from, by the spec's source and exchange, at the addresses that the environment names. */
import { makeArchiveSource } from '../adapters/archive/index.js';
import { makeBinanceRest, makeKrakenRest } from '../adapters/exchange-rest/index.js';
import { cacheFolder } from '../adapters/local-paths.js';
import { makeFilesSource } from '../adapters/market-files/index.js';
import type { Exchange, SourceKind } from '../pipeline/config.js';
import type { MarketSource, MarketSources } from '../pipeline/market-source.js';
import { PipelineError } from '../pipeline/errors.js';

/** The sources, each made when first asked for: limits of requests hold for the whole process. */
export function makeMarketSources(env: NodeJS.ProcessEnv): MarketSources {
  const made = new Map<string, MarketSource>();
  return (kind, exchange) => {
    const name = `${kind} ${exchange}`;
    const source = made.get(name) ?? makeSource(kind, exchange, env);
    made.set(name, source);
    return source;
  };
}

function makeSource(kind: SourceKind, exchange: Exchange, env: NodeJS.ProcessEnv): MarketSource {
  if (exchange === 'KRAKEN') {
    if (kind !== 'rest') throw new PipelineError('InvalidSpec', `source: expected rest for KRAKEN, found ${kind}`);
    return makeKrakenRest(env);
  }
  if (kind === 'files') return makeFilesSource();
  return kind === 'archive' ? makeArchiveSource({ env, cacheFolder: env['ARES_DOWNLOAD_DIR'] || cacheFolder(env) }) : makeBinanceRest(env);
}
