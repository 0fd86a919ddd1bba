import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StepVerdict } from '../../pipeline/verification.js';
import { concludeVerification, verificationText } from '../../pipeline/verification.js';

function verdict(step: string, over: Partial<StepVerdict> = {}): StepVerdict {
  return { step, verdict: 'identical', artifacts: 2, recordedSeconds: 3, seconds: 1, rowsIn: 5, rowsOut: 7, follows: null, explanation: [], ...over };
}

const PARTS = { run: 'r1', mode: 'recompute', objects: 9, damaged: [], sources: [], steps: [verdict('a'), verdict('b')], scratch: null } as const;

test('a run whose objects and steps are all as recorded is identical', () => {
  const found = concludeVerification(PARTS);
  assert.equal(found.identical, true);
  assert.equal(found.firstDifference, null);
  assert.match(verificationText(found), /run r1 verified: 9 objects have their recorded hashes, 2 of 2 steps recomputed to the same hashes/);
  assert.match(verificationText(found), /^a +identical +2 artifacts, 7 rows out, recorded 3 s, recomputed in 1 s$/m);
});

test('the first difference is that of the earliest step; later steps follow from it', () => {
  const steps = [
    verdict('a'),
    verdict('b', { verdict: 'different', explanation: ['seed: recorded 7, now 8'] }),
    verdict('c', { verdict: 'follows', follows: 'b', seconds: null }),
  ];
  const found = concludeVerification({ ...PARTS, steps });
  assert.equal(found.identical, false);
  assert.equal(found.firstDifference, 'b: seed: recorded 7, now 8');
  assert.match(verificationText(found), /^c +follows from b/m);
  assert.match(verificationText(found), /NOT as recorded; first difference: b: seed/);
});

test('a changed source file comes before every step, a damaged object fails a run whose steps are identical', () => {
  assert.equal(
    concludeVerification({ ...PARTS, sources: ['source file x is gone'], steps: [verdict('a', { verdict: 'different' })] }).firstDifference,
    'source file x is gone',
  );
  const damaged = concludeVerification({ ...PARTS, damaged: ['object o is gone'] });
  assert.equal(damaged.identical, false);
  assert.match(verificationText(damaged), /^IntegrityError: object o is gone$/m);
});
