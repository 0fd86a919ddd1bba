/** What step 1 asks of a market source: the instrument, and the planned files where they lie now. */
import { PipelineError } from '../pipeline/errors.js';
import type { MarketSource, SourceRequest } from '../pipeline/market-source.js';
import type { StepContext } from '../pipeline/step-context.js';
import type { DataCollectionParameters } from '../pipeline/steps/data-collection.js';

type Context = StepContext<DataCollectionParameters>;

/** The plan's source. */
export function sourceOf({ parameters, ports }: Context): MarketSource {
  if (parameters.source === 'simulator') throw new PipelineError('InvalidSpec', 'Invariant: the simulator is asked for no market source');
  return ports.marketSource(parameters.source, parameters.exchange);
}

/**
 * A request for files of the given hashes, of the run's symbol unless another is named.
 * @throws PipelineError MissingArtifact when the plan names no place for a hash
 */
export function requestFor(context: Context, hashes: readonly string[], symbol = context.parameters.symbol): SourceRequest {
  const { exchange, market } = context.parameters;
  const files = hashes.map((sha256) => {
    const { path, bytes } = context.execution.sourceFiles[sha256] ?? {};
    if (path === undefined || bytes === undefined)
      throw new PipelineError(
        'MissingArtifact',
        `expected the path of the source file with sha256 ${sha256}, found none among ${Object.keys(context.execution.sourceFiles).length} files`,
      );
    return { path, sha256, bytes };
  });
  return { exchange, market, symbol, files, signal: context.signal, progress: (message) => context.progress(0, message) };
}
