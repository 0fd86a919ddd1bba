/** docs/model-scores.md: every model family on real bars beside the base rate. */
import { BLOCK_ROWS, FOLDS, SAMPLES, SEED, TUNED_TRIALS } from './model-scores.js';
import type { FamilyScore, Interval, ModelScores } from './model-scores.js';

const TITLES = ['family', 'log loss', 'less base rate', 'Brier', 'less base rate', 'AUC', 'accuracy', 'fit seconds'];

/** The page's text. `scores` holds every registered family. */
export function modelScoresPage(scores: ModelScores): string {
  const rows = [...scores.families].sort((a, b) => a.logLoss.value - b.logLoss.value).map(familyRow);
  return [head(scores), tableRow(TITLES), `|${TITLES.map(() => '---|').join('')}`, baselineRow(scores), ...rows, '', reading(scores), ''].join('\n');
}

/** The row of a family, to the digits that the page gives; seconds are those of the machine that wrote the page. */
export function familyRow({ family, scores, logLoss, brier, auc, seconds }: FamilyScore): string {
  return tableRow([
    `\`${family}\``,
    digits(scores.logLoss),
    interval(logLoss, 4, true),
    digits(scores.brier),
    interval(brier, 4, true),
    interval(auc, 3, false),
    digits(scores.accuracy, 3),
    seconds.toFixed(1),
  ]);
}

/** The base rate's row. */
export function baselineRow({ baseline }: ModelScores): string {
  return tableRow(['base rate of train', digits(baseline.logLoss), '', digits(baseline.brier), '', '0.500', digits(baseline.accuracy, 3), '']);
}

function head({ rows, features, baseline }: ModelScores): string {
  return `# Model families on real bars

Made by \`npm run build\` and \`node dist/tests/support/write-model-scores.js\`; a test computes the rows of \`lightgbm\` and \`linear\` again and compares them with this page.

- **Data**: ETHUSDT perpetual, one-minute bars of 2025-05-05 to 2025-06-15 (41 days; prices and volume alone, so flow features are absent), 15m analyst bars. Steps 2 to 4 as in a \`dev\` run: triple-barrier labels (1 = the upper barrier, or a gain at the vertical one), basic features. Pruning on all rows keeps ${features}, and in every fold chooses anew on the fold's train rows.
- **Folds**: ${FOLDS} contiguous folds of the ${rows} labelled rows (effective sample, the sum of uniqueness: ${baseline.effectiveSample.toFixed(0)}), purged by label span and embargoed by the longest label. One pooled model a fold, default parameters, seed ${SEED}; every row is scored by a model that has not seen it. Most folds learn from later bars too: this measures the families, not a strategy in time.
- **\`lightgbm-tuned\`**: ${TUNED_TRIALS} trials of the search of step 6; a fold takes the trial that is best on the other folds.
- **Base rate**: in each fold the weighted share of 1 among its train rows; its accuracy is that of the majority class. Columns "less base rate" below 0 are better than knowing nothing.
- **Intervals**: 95 %, stationary bootstrap of rows in blocks of ${BLOCK_ROWS} (a day) on average, ${SAMPLES} samples; for AUC circular blocks within folds, rows of equal weight, and only rows of one fold are ranked with one another. The fitted models stay as they are, so an interval is too short by what a fit itself would vary: with nothing to find, about twice the variance.
- **Losses** are weighted by uniqueness. **Fit seconds**: all folds, one thread, on 2 cores shared with other work; an order of magnitude, not a benchmark.
`;
}

/** What the intervals say, in words that follow from them. */
function reading({ families }: ModelScores): string {
  const names = (chosen: readonly FamilyScore[]): string => (chosen.length === 0 ? 'none' : chosen.map(({ family }) => `\`${family}\``).join(', '));
  const better = families.filter(({ logLoss }) => logLoss.high < 0);
  const worse = families.filter(({ logLoss }) => logLoss.low > 0);
  const ranks = families.filter(({ auc }) => auc.low > 0.5);
  const point = families.filter(({ logLoss }) => logLoss.value < 0);
  return `## Reading

Log loss less that of the base rate, of ${families.length} families: interval wholly below 0: ${names(better)}; wholly above 0: ${names(worse)}; point below 0: ${names(point)}. AUC interval wholly above 0.5: ${names(ranks)}. Of ${families.length} intervals at 95 % about one in twenty misses by chance alone, and these are shorter than they should be.

Six weeks of one symbol are one sample: they can show that a family is badly off by default (it overfits and is overconfident), hardly that one is good, and nothing about costs. The planted signal of the simulator is where families are shown to find what is there (\`tests/conformance/models.test.ts\`, \`tests/acceptance/planted-signal.test.ts\`).

Networks were trained by TensorFlow on a CPU; their last digits belong to one processor family. The rows of LightGBM and of the linear model are those that the test computes again.`;
}

function interval({ value, low, high }: Interval, places: number, signed: boolean): string {
  const text = (x: number): string => (signed && x >= 0 ? '+' : '') + x.toFixed(places);
  return `${text(value)} [${text(low)}, ${text(high)}]`;
}

function digits(value: number | null, places = 4): string {
  return value === null ? '' : value.toFixed(places);
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
