import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { CHECK_WEIGHTS, qualityScore } from '../../../core/quality/quality-score.js';
import { cloneRoot } from '../../support/repository.js';

test('the score takes weight x share from 100 for each check', () => {
  const { score, checks } = qualityScore([
    { check: 'gap', faulty: 10, rows: 200 },
    { check: 'bad tick', faulty: 1, rows: 200 },
    { check: 'zero volume', faulty: 20, rows: 200 },
    { check: 'volume spike', faulty: 50, rows: 200 },
  ]);
  // 5 for the gaps, 5 x 0.5 for the bad tick, 0.1 x 10 for idle bars, nothing for what has no weight.
  assert.deepEqual(
    checks.map(({ lost }) => Number(lost.toFixed(12))),
    [5, 2.5, 1, 0],
  );
  assert.equal(score, 91.5);
});

test('the score lies in [0, 100], is 100 without faults, and never rises with another fault', () => {
  const counts = fc.array(fc.record({ check: fc.constantFrom(...Object.keys(CHECK_WEIGHTS), 'other'), faulty: fc.nat(100), rows: fc.nat(100) }), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(counts, (list) => {
      const { score } = qualityScore(list);
      assert.ok(score >= 0 && score <= 100);
      assert.equal(qualityScore(list.map((count) => ({ ...count, faulty: 0 }))).score, 100);
      for (let k = 0; k < list.length; k++)
        assert.ok(qualityScore(list.map((count, j) => (j === k ? { ...count, faulty: count.faulty + 1 } : count))).score <= score);
    }),
  );
});

test('docs/quality.md states every weight', () => {
  const text = readFileSync(join(cloneRoot(), 'docs', 'quality.md'), 'utf8');
  for (const [check, weight] of Object.entries(CHECK_WEIGHTS)) assert.ok(text.includes(`| ${check} | ${weight} |`), `${check} with weight ${weight}`);
});
