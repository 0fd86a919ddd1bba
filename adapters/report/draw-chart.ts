/** A chart as an SVG that takes its colours from the page's style sheet, so that it follows light and dark. */
import type { ReportChart } from '../../pipeline/report.js';
import { thinPoints } from './thin-points.js';

const WIDTH = 440;
const HEIGHT = 190;
const BUCKETS = 400;
const SERIES_COLOURS = ['var(--series-a)', 'var(--series-b)', 'var(--series-c)', 'var(--series-d)', 'var(--series-e)', 'var(--series-f)'];

/** Vega-Lite's JSON: plain data here, checked by its compiler. */
type Spec = Readonly<Record<string, unknown>>;

/**
 * The chart as an SVG element.
 * @param idPrefix makes the ids inside unlike those of the page's other charts
 */
export async function drawChart(chart: ReportChart, idPrefix: string): Promise<string> {
  // Loaded at the first chart: a worker that never renders does not pay for Vega.
  const [{ View, parse }, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const view = new View(parse(compile(chartSpec(chart) as unknown as Parameters<typeof compile>[0]).spec), { renderer: 'none' });
  try {
    return tidySvg(await view.toSVG(), chart.title, idPrefix);
  } finally {
    view.finalize();
  }
}

/** Ids in order of appearance under our prefix; the size gives way to the view box; a title for screen readers. */
function tidySvg(svg: string, title: string, idPrefix: string): string {
  const ids = [...new Set([...svg.matchAll(/ id="([^"]+)"/g)].map((match) => match[1] as string))];
  let out = svg;
  ids.forEach((id, index) => {
    out = out.replaceAll(` id="${id}"`, ` id="${idPrefix}-${index}"`).replaceAll(`url(#${id})`, `url(#${idPrefix}-${index})`);
  });
  const label = title.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  return out.replace(/<svg ([^>]*?)width="[\d.]+" height="[\d.]+"/, `<svg $1role="img" aria-label="${label}"`);
}

function chartSpec(chart: ReportChart): Spec {
  const values = chart.series.flatMap((series, order) => {
    const { x, y } = chart.kind === 'bar' ? series : thinPoints(series, BUCKETS);
    const points = x.map((value, i) => ({ x: value, y: y[i], x2: x[i + 1] ?? value + lastStep(x), series: series.name, order }));
    // A bar of height 0 only marks where another ends.
    return chart.kind === 'bar' ? points.filter((point) => point.y !== 0) : points;
  });
  return {
    width: WIDTH,
    height: chart.kind === 'reliability' ? HEIGHT + 60 : HEIGHT,
    padding: 4,
    background: 'transparent',
    config: CONFIG,
    data: { values },
    ...(chart.kind === 'reliability' ? { width: HEIGHT + 60 } : {}),
    layer: [...ruleLayer(chart), { ...markOf(chart), encoding: encodingOf(chart) }],
  };
}

/** Width of a last bar: that of the one before it. */
function lastStep(x: readonly number[]): number {
  return x.length < 2 ? 1 : (x[x.length - 1] as number) - (x[x.length - 2] as number);
}

function markOf(chart: ReportChart): Spec {
  if (chart.kind === 'bar') return { mark: { type: 'rect', stroke: 'var(--panel)', strokeWidth: 0.6 } };
  if (chart.kind === 'area') return { mark: { type: 'area', opacity: 0.35, line: { strokeWidth: 1.2 } } };
  if (chart.kind === 'reliability') return { mark: { type: 'line', strokeWidth: 1.4, point: { size: 34 } } };
  return { mark: { type: 'line', strokeWidth: 1.5, strokeJoin: 'round' } };
}

/** The diagonal of a reliability diagram; elsewhere nothing. */
function ruleLayer(chart: ReportChart): Spec[] {
  if (chart.kind !== 'reliability') return [];
  return [
    {
      data: {
        values: [
          { x: 0, y: 0 },
          { x: 1, y: 1 },
        ],
      },
      mark: { type: 'line', stroke: 'var(--muted)', strokeDash: [4, 4], strokeWidth: 1 },
      encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } },
    },
  ];
}

function encodingOf(chart: ReportChart): Spec {
  const names = chart.series.map((series) => series.name);
  const unit = { domain: [0, 1], nice: false };
  const x =
    chart.xType === 'time'
      ? { field: 'x', type: 'temporal', scale: { type: 'utc' }, axis: { title: chart.xTitle, format: timeFormat(chart), tickCount: 6 } }
      : { field: 'x', type: 'quantitative', title: chart.xTitle, scale: chart.kind === 'reliability' ? unit : { zero: false, nice: false } };
  return {
    x,
    ...(chart.kind === 'bar' ? { x2: { field: 'x2' }, y2: { datum: 0 } } : {}),
    y: { field: 'y', type: 'quantitative', title: chart.yTitle, scale: chart.kind === 'reliability' ? unit : { zero: chart.kind !== 'line', nice: true } },
    color: {
      field: 'series',
      type: 'nominal',
      scale: { domain: names, range: names.map((_, i) => SERIES_COLOURS[i % SERIES_COLOURS.length]) },
      legend:
        names.length > 1 ? { title: null, orient: 'top', direction: 'horizontal', offset: 6, symbolType: chart.kind === 'bar' ? 'square' : 'stroke' } : null,
    },
    order: { field: 'order', type: 'quantitative' },
  };
}

/** Hours only where the whole axis is shorter than six days. */
function timeFormat(chart: ReportChart): string {
  const all = chart.series.flatMap((series) => [series.x[0], series.x[series.x.length - 1]]).filter((value): value is number => value !== undefined);
  return Math.max(...all) - Math.min(...all) < 6 * 86_400_000 ? '%b %d %H:%M' : '%b %d';
}

const CONFIG: Spec = {
  font: 'inherit',
  axis: {
    labelColor: 'var(--muted)',
    titleColor: 'var(--muted)',
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 400,
    gridColor: 'var(--line)',
    domainColor: 'var(--line)',
    tickColor: 'var(--line)',
    labelFlush: false,
  },
  axisX: { grid: false, labelOverlap: 'greedy', titlePadding: 6 },
  axisY: { tickCount: 5, domain: false, ticks: false, labelPadding: 6, titlePadding: 8 },
  legend: { labelColor: 'var(--ink)', labelFontSize: 12, symbolStrokeWidth: 2 },
  view: { stroke: null },
};
