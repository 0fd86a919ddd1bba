/** Collects figures, words and "too little data" sentences for the report, each with the artifact it was read from. Pure. */
import type { Table } from '../core/data/table.js';
import { float64Column, int32Column, textColumn } from '../core/data/table.js';
import type { ArtifactRef } from '../pipeline/artifacts.js';
import type { Figure, Report, ReportChart } from '../pipeline/report.js';
import type { PlainChart } from './report-charts.js';

/** What names an element of a list, best first; an element with none of them is named by its place. */
const NAME_KEYS = ['regime', 'id', 'scenario', 'window', 'name', 'role', 'model', 'group', 'family', 'method', 'metric', 'level', 'segment'] as const;
/** Values of a `status` or `verdict` that mean "too little data to tell". */
const INSUFFICIENT = ['insufficient', 'pooled', 'no verdict'];
/** Lists of plain numbers or texts longer than this stay in the artifact: the report gives their length. */
const LONGEST_LIST = 12;

/** Where a value is read from, and which part of the report it belongs to. */
export interface FigureOrigin {
  readonly section: string;
  /** `<step>/<artifact>@<sha256>` */
  readonly source: string;
}

type ReportTable = Report['tables'][number];

export interface FigureCollector {
  readonly figures: Figure[];
  readonly charts: ReportChart[];
  readonly tables: ReportTable[];
  readonly insufficient: string[];
  /** One figure; NaN and infinities become null. */
  add(origin: FigureOrigin, name: string, of: Pick<Figure, 'value' | 'unit'>): void;
  /** Every number of a JSON value as a figure, every text in the section's table of words; long plain lists by their length. */
  addJson(origin: FigureOrigin, prefix: string, value: unknown): void;
  /** Every row of a table of schema ares.scores, with the number of rows behind it. */
  addScores(origin: FigureOrigin, prefix: string, scores: Table): void;
  /** Charts with the sources of their points. */
  addCharts(sources: readonly string[], ...charts: readonly PlainChart[]): void;
  /** Words with their source, by section, as tables. */
  wordTables(): readonly ReportTable[];
}

/** The source of an artifact as figures name it. */
export function sourceOf(step: string, ref: ArtifactRef): string {
  return `${step}/${ref.name}@${ref.sha256}`;
}

/** An empty collector. */
export function makeFigureCollector(): FigureCollector {
  const words: { readonly section: string; readonly row: readonly string[] }[] = [];
  const collector: FigureCollector = {
    figures: [],
    charts: [],
    tables: [],
    insufficient: [],
    add: ({ section, source }, name, { value, unit }) => {
      collector.figures.push({ section, name, value: value !== null && Number.isFinite(value) ? value : null, unit, source });
    },
    addJson: (origin, prefix, value) => walk(value, { origin, collector, words }, prefix === '' ? [] : [prefix]),
    addScores: (origin, prefix, scores) => addScoreFigures(collector, origin, { prefix, scores }),
    addCharts: (sources, ...charts) => void collector.charts.push(...charts.map((chart) => ({ ...chart, sources }))),
    wordTables: () =>
      [...new Set(words.map((word) => word.section))].map((section) => ({
        section,
        title: 'In words',
        header: ['what', 'value', 'read from'],
        rows: words.filter((word) => word.section === section).map((word) => word.row),
      })),
  };
  return collector;
}

interface Walk {
  readonly origin: FigureOrigin;
  readonly collector: FigureCollector;
  readonly words: { readonly section: string; readonly row: readonly string[] }[];
}

function walk(value: unknown, to: Walk, path: readonly string[]): void {
  const name = path.map(wordsOf).join(' ');
  if (value === null || typeof value === 'number') to.collector.add(to.origin, name, { value: value, unit: unitOf(path.at(-1) ?? '', value) });
  else if (typeof value === 'string' || typeof value === 'boolean') addWord(to, name, String(value));
  else if (Array.isArray(value)) walkList(value, to, path);
  else if (typeof value === 'object') walkObject(value as Readonly<Record<string, unknown>>, to, path);
}

function walkObject(value: Readonly<Record<string, unknown>>, to: Walk, path: readonly string[]): void {
  const state = [value['status'], value['verdict']].find((word) => INSUFFICIENT.includes(String(word)));
  if (state !== undefined)
    to.collector.insufficient.push(
      `${[to.origin.section, ...path].join(', ')}: ${String(state)}${typeof value['reason'] === 'string' ? ` (${value['reason']})` : ''}`,
    );
  for (const [key, member] of Object.entries(value)) {
    // An element is named by some of its members; they are not said again.
    const isName = typeof member === 'string' && (NAME_KEYS as readonly string[]).includes(key) && (path.at(-1) ?? '').split(' ').includes(member);
    if (key !== 'schema' && !isName) walk(member, to, [...path, key]);
  }
}

function walkList(list: readonly unknown[], to: Walk, path: readonly string[]): void {
  const isPlain = list.every((item) => typeof item !== 'object' || item === null);
  if (isPlain && list.length > LONGEST_LIST) to.collector.add(to.origin, [...path, 'entries'].map(wordsOf).join(' '), { value: list.length, unit: 'count' });
  else if (list.length > 0 && list.every((item) => typeof item === 'string')) addWord(to, path.map(wordsOf).join(' '), list.join(', '));
  else list.forEach((item, index) => walk(item, to, [...path, elementName(item, index)]));
}

/** A key in words: netReturn is net return. */
function wordsOf(key: string): string {
  return key.replace(/([a-z0-9])([A-Z])(?![A-Z])/g, (_, before: string, letter: string) => `${before} ${letter.toLowerCase()}`);
}

function elementName(item: unknown, index: number): string {
  if (typeof item !== 'object' || item === null) return String(index + 1);
  const names = NAME_KEYS.map((key) => (item as Readonly<Record<string, unknown>>)[key]).filter((name) => typeof name === 'string' || typeof name === 'number');
  return names.length === 0 ? String(index + 1) : names.slice(0, 2).join(' ');
}

function addWord({ origin, words }: Walk, name: string, text: string): void {
  if (text !== '') words.push({ section: origin.section, row: [name, text, origin.source.replace(/@.*/, '')] });
}

function addScoreFigures(collector: FigureCollector, origin: FigureOrigin, { prefix, scores }: { prefix: string; scores: Table }): void {
  const [model, method, segment, metric] = ['model', 'method', 'segment', 'metric'].map((name) => textColumn(scores, name)) as [
    readonly string[],
    readonly string[],
    readonly string[],
    readonly string[],
  ];
  const value = float64Column(scores, 'value');
  const count = int32Column(scores, 'count');
  for (let i = 0; i < scores.rowCount; i++) {
    const name = `${prefix}${model[i]}, ${method[i]}, ${segment[i]} (${count[i]} rows): ${metric[i]}`;
    collector.add(origin, name, { value: value[i] as number, unit: unitOf(metric[i] as string, value[i] as number) });
  }
}

/** Units by the field's words; ratios are fractions, amounts fractions of the initial capital. */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/lossLimit|drawdown|return|share|fraction|pnl|fees|slippage|funding$|rate$|exposure|quantile|valueAtRisk|shortfall|^var|^es\d*$/i, 'fraction'],
  [/log.?loss|entropy|likelihood/i, 'nats'],
  [/sharpe|sortino|calmar/i, 'ratio'],
  [/rows|count|trades$|bars$|trials|stays|payments|paths$|windows$|folds$|entries|traded|busy|expired|limited|unsized|threshold$|openings/i, 'count'],
  [/turnover/i, 'capital'],
];

/** The unit of a figure by its last word; a number in `...Ms` is a time where it can be one. */
function unitOf(name: string, value: number | null): string {
  const last = name.split(' ').at(-1) ?? name;
  if (last.endsWith('Ms')) return (value ?? 0) > 1e11 ? 'ms UTC' : 'ms';
  if (/probabilistic|deflated/i.test(last)) return 'probability';
  return UNITS.find(([pattern]) => pattern.test(last))?.[1] ?? '';
}
