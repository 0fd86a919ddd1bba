/** Hashes by which a plan, its test data and its model are known across runs. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../pipeline/canonical-json.js';
import type { RunPlan } from '../pipeline/plan.js';
import { semanticPlan } from '../pipeline/plan.js';

/** Hash of all that a plan's artifacts depend on. */
export function planHash(plan: RunPlan): string {
  return sha256(canonicalJson(semanticPlan(plan)));
}

/** Key of the model that a plan trains: the plan without what other runs have done meanwhile. */
export function planModelKey(plan: RunPlan): string {
  return planHash({ ...plan, priorTestOpenings: 0 });
}

/** Key of the data that a test segment consists of: source, symbol and dates, whatever model is scored on it. */
export function testDataKey(plan: RunPlan): string {
  const { spec } = plan;
  const generator = spec.source === 'simulator' ? { seed: spec.seed, simulation: spec.simulation } : { files: plan.source.files.map((file) => file.sha256) };
  return sha256(canonicalJson({ source: spec.source, symbol: spec.symbol, market: spec.market, test: plan.segments.test, generator }));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
