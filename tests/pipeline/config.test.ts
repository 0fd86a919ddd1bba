import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RunSpecInput } from '../../pipeline/config.js';
import { parseRunSpec } from '../../pipeline/config.js';
import { embargoOf, planSegments, resolveSettings, semanticPlan } from '../../pipeline/plan.js';
import { PRESETS } from '../../pipeline/presets.js';
import { canonicalJson } from '../../pipeline/canonical-json.js';
import { makePlan, parseSpec } from '../support/make-plan.js';

function problemsOf(input: unknown): string {
  const parsed = parseRunSpec(input);
  assert.equal(parsed.ok, false);
  return parsed.ok ? '' : parsed.problems.join('\n');
}

describe('the run spec', () => {
  test('an empty object is valid and means quick-test on the simulator', () => {
    const spec = parseSpec({});
    assert.equal(spec.preset, 'quick-test');
    assert.equal(spec.source, 'simulator');
    assert.equal(spec.symbol, 'ETHUSDT');
  });

  test('an unknown key is refused by name, also inside a group', () => {
    assert.match(problemsOf({ foo: 1 }), /unknown key foo/);
    assert.match(problemsOf({ costs: { takerBps: 1 } }), /unknown key costs\.takerBps/);
  });

  test('a wrong type is refused with the key and the value found', () => {
    assert.match(problemsOf({ symbol: 5 }), /symbol: .*found 5/);
    assert.match(problemsOf({ maxTrials: 'many' }), /maxTrials: .*found "many"/);
  });

  test('an unknown preset is refused with the presets that exist', () => {
    assert.match(problemsOf({ preset: 'fast' }), /preset: .*quick-test.*found "fast"/);
  });

  test('the preset backtest is refused as not supported yet, never taken for another', () => {
    assert.match(problemsOf({ preset: 'backtest' }), /preset: preset backtest is not supported yet.*found "backtest"/);
  });

  test('from at or after to is refused', () => {
    assert.match(problemsOf({ from: '2024-02-01', to: '2024-01-01' }), /from must lie before to/);
  });

  test('files without a path and a path without files are refused', () => {
    assert.match(problemsOf({ source: 'files' }), /path: source files needs a path/);
    assert.match(problemsOf({ path: '/x' }), /a path is read by source files only/);
  });

  test('shares of the segments must be one whole', () => {
    assert.match(problemsOf({ segments: { train: 0.9, calibration: 0.15, selection: 0.15, test: 0.2 } }), /must be 1/);
  });

  test('not an object at all is refused', () => {
    assert.match(problemsOf('quick-test'), /found "quick-test"/);
    assert.match(problemsOf([1]), /spec: /);
  });
});

describe('presets', () => {
  test('hold the figures of inventory rows B1 to B8', () => {
    const row = (name: keyof typeof PRESETS) => {
      const preset = PRESETS[name];
      return [preset.retentionDays, preset.maxTrials, preset.chunkRows, preset.segmentDays, preset.featureCache, preset.memoryThreshold];
    };
    assert.deepEqual(row('quick-test'), [7, 1, 1000, 1, false, 0.9]);
    assert.deepEqual(row('dev'), [30, 3, 5000, 7, true, 0.8]);
    assert.deepEqual(row('production'), [730, 50, 10000, 30, true, 0.7]);
    assert.deepEqual(row('blank').slice(0, 2), [30, 3]);
  });

  test('every preset key can be overridden in the spec', () => {
    const overrides: RunSpecInput = {
      retentionDays: 9,
      maxTrials: 8,
      chunkRows: 777,
      segmentDays: 3,
      featureCache: true,
      memoryThreshold: 0.5,
      device: 'cpu',
      parallel: true,
      features: 'all',
      families: ['lightgbm', 'linear'],
      timeframe: '1h',
      walkForwardWindows: 4,
      bootstrapPaths: 300,
    };
    assert.deepEqual(resolveSettings(parseSpec(overrides)), overrides);
  });
});

describe('the plan', () => {
  const hour = 3_600_000;

  test('cuts a window of 100 bars at 50, 65 and 80 and leaves an embargo after each cut', () => {
    const segments = planSegments(
      { fromMs: 0, toMs: 100 * hour },
      { shares: { train: 0.5, calibration: 0.15, selection: 0.15, test: 0.2 }, periodMs: hour, embargoMs: 4 * hour },
    );
    assert.deepEqual(segments, {
      train: { fromMs: 0, toMs: 50 * hour },
      calibration: { fromMs: 54 * hour, toMs: 65 * hour },
      selection: { fromMs: 69 * hour, toMs: 80 * hour },
      test: { fromMs: 84 * hour, toMs: 100 * hour },
    });
  });

  test('the embargo is the longest holding period that the label search may choose', () => {
    assert.equal(embargoOf(parseSpec({ labels: { holdingBars: [4, 12] } }), '1h'), 12 * hour);
  });

  test('a window too short for its embargo is refused with the segment and its size', () => {
    assert.throws(
      () =>
        planSegments(
          { fromMs: 0, toMs: 20 * hour },
          { shares: { train: 0.5, calibration: 0.15, selection: 0.15, test: 0.2 }, periodMs: hour, embargoMs: 8 * hour },
        ),
      /segment calibration would hold 0 bars/,
    );
  });

  test('paths, threads and cache policy do not change what the plan means', () => {
    const plain = makePlan({});
    const other = makePlan({
      threads: 2,
      chunkRows: 5000,
      segmentDays: 3,
      parallel: true,
      memoryThreshold: 0.5,
      featureCache: true,
      cache: { mode: 'off' },
      fanOut: 'activities',
      onStepFailure: 'fail',
    });
    assert.equal(canonicalJson(semanticPlan(plain)), canonicalJson(semanticPlan(other)));
    assert.notEqual(canonicalJson(semanticPlan(plain)), canonicalJson(semanticPlan(makePlan({ seed: 8 }))));
  });
});
