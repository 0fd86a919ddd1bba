/** Plans for tests, made by the product's own parts: only what resolvePlan would look up is given. */
import type { RunSpec, RunSpecInput } from '../../pipeline/config.js';
import { parseRunSpec, TIMEFRAMES } from '../../pipeline/config.js';
import type { RunPlan } from '../../pipeline/plan.js';
import { embargoOf, planSegments, resolveSettings } from '../../pipeline/plan.js';

const DAY_MS = 86_400_000;

/** The parsed spec. @throws Error listing the problems */
export function parseSpec(input: RunSpecInput): RunSpec {
  const parsed = parseRunSpec(input);
  if (!parsed.ok) throw new Error(parsed.problems.join('; '));
  return parsed.spec;
}

/** A plan over simulated trades from 2024-01-01. */
export function makePlan(input: RunSpecInput): RunPlan {
  const spec = parseSpec(input);
  const settings = resolveSettings(spec);
  const fromMs = Date.UTC(2024, 0, 1);
  const window = { fromMs, toMs: fromMs + settings.retentionDays * DAY_MS };
  const embargoMs = embargoOf(spec, settings.timeframe);
  return {
    schema: 'ares.plan',
    spec,
    settings: { ...settings, device: 'cpu' },
    window,
    segments: planSegments(window, { shares: spec.segments, periodMs: TIMEFRAMES[settings.timeframe], embargoMs }),
    embargoMs,
    source: {
      kind: spec.source,
      series: 'trades',
      tradeKind: null,
      periodMs: 0,
      files: [],
      fundingFiles: [],
      externalFiles: {},
      pairs: [],
      quotes: null,
      second: null,
    },
    champion: null,
    priorTestOpenings: 0,
  };
}
