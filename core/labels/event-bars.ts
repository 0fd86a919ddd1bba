/** Which bars carry a label: every one, or those where something happened. */
import type { TripleBarrierLabels } from './triple-barrier.js';
import type { LabelEvents } from './label-events.js';
import { cusumEvents, volatilityThresholds } from './cusum-events.js';

/** How events are chosen, as the label choice carries it. A choice without it was made on every bar. */
export interface EventRule {
  readonly events?: LabelEvents;
  /** Threshold of the CUSUM filter in units of the volatility one bar before. */
  readonly cusumThreshold?: number;
}

/** 1 a bar that is an event, 0 elsewhere; the value at bar t depends on bars up to t only. `volatility` is that of the closes. */
export function eventBars(close: Float64Array, volatility: Float64Array, rule: EventRule): Uint8Array {
  const out = new Uint8Array(close.length);
  if ((rule.events ?? 'bars') === 'bars') return out.fill(1);
  for (const bar of cusumEvents(close, volatilityThresholds(volatility, rule.cusumThreshold ?? 1))) out[bar] = 1;
  return out;
}

/** The labels with the outcome of every bar that is no event forgotten: NaN and barrier 0, as where it is not known. */
export function keepEvents(labels: TripleBarrierLabels, isEvent: Uint8Array): TripleBarrierLabels {
  const keep = (values: Float64Array): Float64Array => values.map((value, t) => (isEvent[t] === 1 ? value : Number.NaN));
  return {
    label: keep(labels.label),
    barrier: labels.barrier.map((value, t) => (isEvent[t] === 1 ? value : 0)),
    labelEndMs: keep(labels.labelEndMs),
    logReturn: keep(labels.logReturn),
  };
}
