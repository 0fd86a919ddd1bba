/** Fixes the window and the source of a run, once, before its first step. */
import { InvalidData } from '../core/errors.js';
import type { RunSpec } from '../pipeline/config.js';
import { FINE_PERIOD_MS, TIMEFRAMES } from '../pipeline/config.js';
import type { FoundSeries, SourceQuery } from '../pipeline/market-source.js';
import type { PlannedFile, RunPlan, Span } from '../pipeline/plan.js';
import type { StepPorts } from '../pipeline/ports.js';
import { quotesOf } from './collect-quote-days.js';
import { findSecondSource } from './second-source.js';

/** Where the simulated market begins unless the spec says otherwise: fixed, so that `{}` means the same every day. */
export const SIMULATION_EPOCH_MS = Date.UTC(2024, 0, 1);

const DAY_MS = 86_400_000;

/**
 * The window, in whole analyst bars on the UTC grid, and what the source holds for it. The simulator's window is
 * retentionDays from 2024-01-01T00:00Z unless from or to is given; other sources end at the last whole bar of the series. A
 * window date inside a bar moves inwards to the grid.
 * @throws InvalidData when the window holds no whole bar, or nothing serves it; the message lists what was found.
 */
export async function resolveSource(
  spec: RunSpec,
  settings: Pick<RunPlan['settings'], 'timeframe' | 'retentionDays'>,
  ports: Pick<StepPorts, 'marketSource'>,
): Promise<{ window: Span; source: RunPlan['source'] }> {
  const asked = { fromMs: spec.from === undefined ? null : Date.parse(spec.from), toMs: spec.to === undefined ? null : Date.parse(spec.to) };
  const { retentionDays } = settings;
  const periodMs = TIMEFRAMES[settings.timeframe];
  if (spec.source === 'simulator') {
    const fromMs = asked.fromMs ?? (asked.toMs === null ? SIMULATION_EPOCH_MS : asked.toMs - retentionDays * DAY_MS);
    const window = alignWindow({ fromMs, toMs: asked.toMs ?? fromMs + retentionDays * DAY_MS }, periodMs);
    const pairs = spec.pairs.map((symbol) => ({ symbol, periodMs: FINE_PERIOD_MS, files: [] }));
    const none = { files: [], fundingFiles: [], externalFiles: {}, quotes: null, second: null };
    return { window, source: { kind: 'simulator', series: 'trades', tradeKind: null, periodMs: 0, ...none, pairs } };
  }
  const source = ports.marketSource(spec.source, spec.exchange);
  const query: SourceQuery = {
    exchange: spec.exchange,
    market: spec.market,
    symbol: spec.symbol,
    root: spec.path ?? null,
    ...asked,
    days: retentionDays,
    periodMs: FINE_PERIOD_MS,
    series: spec.series,
    external: spec.external,
  };
  const found = await source.find(query);
  const toMs = asked.toMs ?? found.toMs;
  const window = alignWindow(
    { fromMs: asked.fromMs ?? Math.max(found.fromMs, Math.floor(toMs / periodMs) * periodMs - retentionDays * DAY_MS), toMs },
    periodMs,
  );
  const pairs: RunPlan['source']['pairs'] = [];
  for (const symbol of spec.pairs) {
    const pair = await source.find({ ...query, ...window, symbol, series: 'bars', external: [] });
    pairs.push({ symbol, periodMs: pair.periodMs, files: [...pair.files] });
  }
  const quotes = spec.quotes ? await quotesOf(source, spec.source).find({ ...query, window }) : null;
  return {
    window,
    source: {
      kind: spec.source,
      ...describeFound(found),
      pairs,
      quotes: quotes === null ? null : { kind: quotes.kind, files: [...quotes.files] },
      second: await findSecondSource(spec.compareWith, { ...query, ...window, coarsestMs: periodMs }, ports.marketSource),
    },
  };
}

function describeFound(found: FoundSeries): Omit<RunPlan['source'], 'kind' | 'pairs' | 'quotes' | 'second'> {
  return {
    series: found.series,
    tradeKind: found.tradeKind,
    periodMs: found.periodMs,
    files: [...found.files],
    fundingFiles: [...found.fundingFiles],
    externalFiles: Object.fromEntries(Object.entries(found.externalFiles).map(([name, files]): [string, PlannedFile[]] => [name, [...files]])),
  };
}

function alignWindow(span: Span, periodMs: number): Span {
  const window = { fromMs: Math.ceil(span.fromMs / periodMs) * periodMs, toMs: Math.floor(span.toMs / periodMs) * periodMs };
  if (!(window.toMs > window.fromMs)) {
    throw new InvalidData(
      `expected a window of at least one bar of ${periodMs} ms, found ${new Date(span.fromMs).toISOString()} to ${new Date(span.toMs).toISOString()}`,
    );
  }
  return window;
}
