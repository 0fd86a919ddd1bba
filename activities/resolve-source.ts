/** Fixes the window and the source of a run, once, before its first step. */
import { InvalidData } from '../core/errors.js';
import type { RunSpec } from '../pipeline/config.js';
import { FINE_PERIOD_MS, TIMEFRAMES } from '../pipeline/config.js';
import type { RunPlan, Span } from '../pipeline/plan.js';
import type { StepPorts } from '../pipeline/ports.js';

/** Where the simulated market begins unless the spec says otherwise: fixed, so that `{}` means the same every day. */
export const SIMULATION_EPOCH_MS = Date.UTC(2024, 0, 1);

const DAY_MS = 86_400_000;

/**
 * The window, in whole analyst bars on the UTC grid, and what the source holds for it. The simulator's window is
 * retentionDays from 2024-01-01T00:00Z unless from or to is given; files end at the last whole bar of the finest
 * series. A window date inside a bar moves inwards to the grid.
 * @throws InvalidData when the window holds no whole bar, or no file serves it; the message lists what was found.
 */
export async function resolveSource(
  spec: RunSpec,
  settings: Pick<RunPlan['settings'], 'timeframe' | 'retentionDays'>,
  ports: Pick<StepPorts, 'marketFiles'>,
): Promise<{ window: Span; source: RunPlan['source'] }> {
  const asked = { fromMs: spec.from === undefined ? null : Date.parse(spec.from), toMs: spec.to === undefined ? null : Date.parse(spec.to) };
  const { retentionDays } = settings;
  const periodMs = TIMEFRAMES[settings.timeframe];
  if (spec.source === 'simulator') {
    const fromMs = asked.fromMs ?? (asked.toMs === null ? SIMULATION_EPOCH_MS : asked.toMs - retentionDays * DAY_MS);
    const window = alignWindow({ fromMs, toMs: asked.toMs ?? fromMs + retentionDays * DAY_MS }, periodMs);
    return { window, source: { kind: 'simulator', series: 'trades', periodMs: 0, files: [], fundingFiles: [] } };
  }
  const root = spec.path ?? '';
  const found = await ports.marketFiles.find({ root, symbol: spec.symbol, market: spec.market, ...asked, days: retentionDays, periodMs: FINE_PERIOD_MS });
  const toMs = asked.toMs ?? found.toMs;
  const fromMs = asked.fromMs ?? Math.max(found.fromMs, Math.floor(toMs / periodMs) * periodMs - retentionDays * DAY_MS);
  return {
    window: alignWindow({ fromMs, toMs }, periodMs),
    source: { kind: 'files', series: found.series, periodMs: found.periodMs, files: [...found.files], fundingFiles: [...found.fundingFiles] },
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
