/** Opens the run's test segment: the one way by which steps 14, 15 and 16 come to see it. */
import type { TrainedChain } from '../core/chain/trained-chain.js';
import type { MemberCalls } from '../core/explanations/observe-members.js';
import { observeMembers } from '../core/explanations/observe-members.js';
import type { SegmentData, SegmentScore, SegmentTerms } from '../core/validation/score-segment.js';
import { scoreSegment } from '../core/validation/score-segment.js';
import { canonicalJson } from '../pipeline/canonical-json.js';
import type { ChainParameters } from '../pipeline/chain-parameters.js';
import type { StepContext } from '../pipeline/step-context.js';
import { fineBarRefs, readFineBars } from './fine-bars.js';
import { loadChain } from './load-chain.js';

export interface TestSegment extends SegmentScore {
  /** The run's chain; the caller disposes of it. */
  readonly chain: TrainedChain;
  /** What each member was asked, and said, to come to the decisions. */
  readonly calls: Readonly<Record<'analyst' | 'tactician', MemberCalls>>;
  readonly data: SegmentData;
  readonly terms: SegmentTerms;
}

/** What the opening needs of a step's context. */
export type TestSegmentContext = Pick<StepContext<{ readonly chain: ChainParameters }>, 'parameters' | 'inputs' | 'ports'>;

/**
 * The run's chain scored on its test segment, the opening entered in the ledger first. Call `chain.dispose()` when done.
 * @throws PipelineError MissingArtifact when a part of the chain is not there; InsufficientData when the segment has no bar
 */
export async function openTestSegment(context: TestSegmentContext): Promise<TestSegment> {
  const { inputs, ports } = context;
  const parameters = context.parameters.chain;
  const { test } = parameters.segments;
  const { symbol, market } = parameters;
  await ports.ledger.record({
    dataKey: ports.sha256(canonicalJson({ symbol, market, test })),
    modelKey: ports.sha256(canonicalJson(await inputs.json('final-parameters-optimization', 'parameters'))),
    symbol,
    ...test,
  });
  // From the window's begin on: recursive features depend on where a series begins.
  const span = { toMs: test.toMs };
  const read = [...fineBarRefs(inputs, span), inputs.ref('data-collection', 'funding')];
  const data: SegmentData = {
    memo: ports.featureMemo(read.map(({ sha256 }) => sha256).join(' ')),
    fineBars: await readFineBars(inputs, span),
    funding: await inputs.table('data-collection', 'funding', 'ares.funding'),
  };
  const terms: SegmentTerms = { ...test, periodMs: parameters.periodMs, market, costs: parameters.costs };
  const chain = await loadChain(inputs, ports);
  try {
    const { observed, calls } = observeMembers(chain);
    return { chain, calls, data, terms, ...scoreSegment(observed, data, terms) };
  } catch (error) {
    chain.dispose();
    throw error;
  }
}
