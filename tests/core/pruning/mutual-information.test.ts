import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binsOf, informationOf, labelInformation } from '../../../core/pruning/mutual-information.js';
import { makeRandom } from '../../../core/stats/random.js';

test('the information of a table worked by hand: joint shares 3/8, 1/8, 1/8, 3/8 give 0.1308 nats', () => {
  const bin = Uint8Array.of(1, 1, 1, 1, 2, 2, 2, 2);
  const label = Uint8Array.of(0, 0, 0, 1, 0, 1, 1, 1);
  // 2 x 3/8 ln(3/2) + 2 x 1/8 ln(1/2)
  assert.ok(Math.abs(informationOf(bin, label, 0) - (0.75 * Math.log(1.5) + 0.25 * Math.log(0.5))) < 1e-15);
  assert.equal(informationOf(bin, Uint8Array.of(0, 1, 0, 1, 0, 1, 0, 1), 0), 0);
  assert.ok(Math.abs(informationOf(bin, Uint8Array.of(0, 0, 0, 0, 1, 1, 1, 1), 0) - Math.LN2) < 1e-15);
});

test('values equal to the reference of scikit-learn 1.7.2: mutual_info_score of the bins and the label', () => {
  // mutual_info_score([1,1,1,2,2,3,3,3,3,0], [0,1,0,1,1,0,0,1,0,1])
  const found = informationOf(Uint8Array.of(1, 1, 1, 2, 2, 3, 3, 3, 3, 0), Uint8Array.of(0, 1, 0, 1, 1, 0, 0, 1, 0, 1), 0);
  assert.ok(Math.abs(found - 0.2772588722239784) < 1e-12, `${found}`);
});

test('a shift turns the label in a circle', () => {
  const label = Uint8Array.of(0, 0, 0, 1, 0, 1, 1, 1);
  const turned = Uint8Array.of(1, 1, 1, 0, 0, 0, 1, 0);
  const bin = Uint8Array.of(1, 2, 1, 2, 3, 3, 1, 2);
  assert.equal(informationOf(bin, label, 5), informationOf(bin, turned, 0));
});

test('bins hold equal numbers, ties stay together, missing values have their own', () => {
  const bins = binsOf(Float64Array.from({ length: 800 }, (_, i) => (i * 37) % 800));
  for (let b = 1; b <= 8; b++) assert.equal(bins.filter((bin) => bin === b).length, 100);
  assert.deepEqual([...binsOf(Float64Array.of(5, 5, Number.NaN, 5, 5))], [1, 1, 0, 1, 1]);
  assert.deepEqual([...binsOf(Float64Array.of(0, 1, 0, 1, 0, 1, 0, 1))], [1, 2, 1, 2, 1, 2, 1, 2]);
});

test('noise exceeds its floor about once in 21 times, runs in column and label or not; a weak signal exceeds it', () => {
  const random = makeRandom(3);
  for (const keep of [0, 0.95]) {
    let above = 0;
    let found = 0;
    for (let k = 0; k < 200; k++) {
      const [noise, drive] = [walk(1000, keep, random), walk(1000, keep, random)];
      const label = Uint8Array.from(drive, (value) => (value > 0 ? 1 : 0));
      const one = labelInformation(noise, label, random);
      if (one.value > one.floor) above++;
      const weak = labelInformation(
        drive.map((value) => value + 2 * random.normal()),
        label,
        random,
      );
      if (weak.value > weak.floor) found++;
    }
    // Binomial(200, 1/21): 9.5 expected, four standard deviations more are 21.6.
    assert.ok(above <= 22, `${above} of 200 noise columns, persistence ${keep}`);
    assert.ok(found >= (keep === 0 ? 190 : 120), `${found} of 200 weak columns, persistence ${keep}`);
  }
});

function walk(count: number, keep: number, random: ReturnType<typeof makeRandom>): Float64Array {
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) out[i] = (i === 0 ? 0 : keep * out[i - 1]!) + Math.sqrt(1 - keep * keep) * random.normal();
  return out;
}
