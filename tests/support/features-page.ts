/** docs/features.md: every feature of the registry, with what its values were compared with. */
import type { Feature, FeatureSet } from '../../core/features/feature.js';
import { FEATURES } from '../../core/features/features.js';
import type { FeatureComparison } from './compare-features.js';
import { CHECKED_ELSEWHERE } from './feature-references.js';

/** Errors are told as the first of these that they stay below: their last digits differ between processors. */
const STEPS = [1e-12, 1e-10, 1e-8, 1e-6];
const SETS: readonly FeatureSet[] = ['minimal', 'basic', 'all'];
const HOUR_MS = 3_600_000;

const HEAD = `# Features

Made by \`npm run build\` and \`node dist/tests/support/write-features-page.js\`, which computes every feature on real bars beside its reference; a test fails when this page is not what the registry gives.

- **set**: minimal is part of basic, basic of all. A feature is left out where the bars lack one of its inputs; inputs beyond open, high, low, close and amounts are the columns of \`core/data/bar-extras.ts\`.
- **warm-up**: bars of history (h: hours) after which the value depends on where the series began by less than 1e-6 of its size; NaN occurs before that and where an input is NaN. A test starts every feature anew at several bars and compares.
- **range**: least and greatest possible value.
- **reference**: what the values were compared with, on 10,906 five-minute bars of ETHUSDT and 1,000 hourly bars of BTCUSDT (those with trade counts and taker volume). **tolerance** and **error** are relative to the larger of the value and the column's standard deviation; the error is the largest over all bars after the warm-up.

There is one implementation of each. A server that takes bars one by one and a batch over all of them give the same bits: the value at bar t is computed from bars up to t alone (the same call on the bars so far, tested at 200 random cuts), and rolling windows are laid out from the first bar on, so nothing rests on how many bars follow. One that holds only the last bars differs by rounding, below 1e-6 once the warm-up is held.
`;

/** The page's text. Features without a comparison are told by the test that checks them. */
export function featuresPage(comparisons: readonly FeatureComparison[]): string {
  const compared = new Map(comparisons.map((comparison) => [comparison.name, comparison]));
  const sizes = SETS.map((set) => `${FEATURES.filter((feature) => SETS.indexOf(feature.set) <= SETS.indexOf(set)).length} in ${set}`).join(', ');
  const rows = FEATURES.map((feature) => `| ${cells(feature, compared.get(feature.name)).join(' | ')} |`);
  const titles = ['feature', 'set', 'inputs', 'range', 'warm-up', 'source', 'reference', 'tolerance', 'error'];
  return [HEAD, `${FEATURES.length} features: ${sizes}.`, '', `| ${titles.join(' | ')} |`, `|${titles.map(() => '---|').join('')}`, ...rows, ''].join('\n');
}

function cells(feature: Feature, comparison: FeatureComparison | undefined): readonly string[] {
  const { name, set, inputs, source } = feature;
  const range = `${bound(feature.range[0], '-inf')} .. ${bound(feature.range[1], 'inf')}`;
  const warmUp = feature.warmUpMs === undefined ? `${feature.warmUp}` : `${feature.warmUp} + ${feature.warmUpMs / HOUR_MS} h`;
  const checked = comparison === undefined ? checkedElsewhere(name) : [comparison.reference, comparison.tolerance.toExponential(0), errorText(comparison)];
  return [name, set, inputs.join(' '), range, warmUp, source, ...checked];
}

function bound(value: number | null, without: string): string {
  return value === null ? without : String(Number(value.toPrecision(4)));
}

function errorText({ error }: FeatureComparison): string {
  const step = STEPS.find((limit) => error < limit);
  return step === undefined ? String(error) : `< ${step.toExponential(0)}`;
}

function checkedElsewhere(name: string): readonly string[] {
  const found = CHECKED_ELSEWHERE.find(({ features }) => features.includes(name));
  return [found === undefined ? 'none' : `${found.reference} (${found.test})`, '', ''];
}
