import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { RunPlan } from '../../pipeline/plan.js';
import { planWalkForward } from '../../pipeline/walk-forward.js';
import { makePlan } from '../support/make-plan.js';

describe('walk-forward windows', () => {
  test('are of one length, end with the data, and no test segment overlaps another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 20, max: 200 }), (walkForwardWindows, retentionDays) => {
        const plan = makePlan({ walkForwardWindows, retentionDays, timeframe: '1h' });
        const windows = planWalkForward(plan).map((window) => window.plan);
        assert.equal(windows.length, walkForwardWindows);
        const lengths = new Set(windows.map((window) => window.window.toMs - window.window.fromMs));
        assert.equal(lengths.size, 1);
        assert.equal(windows.at(-1)?.window.toMs, plan.window.toMs);
        for (const [i, window] of windows.entries()) {
          assert.ok(window.window.fromMs >= plan.window.fromMs);
          if (i > 0) assert.ok(window.segments.test.fromMs >= (windows[i - 1]?.segments.test.toMs ?? 0), `test ${i} begins after test ${i - 1} ends`);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('search with a reduced budget and carry nothing that changes no artifact', () => {
    const [window] = planWalkForward(makePlan({ maxTrials: 50, retentionDays: 60, threads: 4, cache: { mode: 'off' } }));
    assert.equal(window?.plan.settings.maxTrials, 1);
    assert.equal(window?.plan.spec.threads, undefined);
    assert.equal(window?.plan.spec.cache.mode, 'on');
  });

  test('are the same wherever the source files lie: moved files are no reason to fit every window again', () => {
    const plan = makePlan({ retentionDays: 60 });
    const below = (folder: string): RunPlan => {
      const files = [{ path: `${folder}/a.zip`, sha256: 'a'.repeat(64), bytes: 1 }];
      const second = { kind: 'files', exchange: 'BINANCE', series: 'bars', tradeKind: null, periodMs: 60_000, files } as const;
      const pairs = [{ symbol: 'BTCUSDT', periodMs: 60_000, files }];
      return {
        ...plan,
        source: { ...plan.source, files, fundingFiles: files, externalFiles: { oi: files }, pairs, quotes: { kind: 'recording', files }, second },
      };
    };
    assert.deepEqual(planWalkForward(below('/here')), planWalkForward(below('/there')));
  });
});
