/** The ReportRenderer port: an eta template around charts that Vega draws as SVG; no script, no outside file. */
import { Eta } from 'eta';
import type { ReportRenderer } from '../../pipeline/ports.js';
import type { Figure, Report, ReportArtifact } from '../../pipeline/report.js';
import { drawChart } from './draw-chart.js';
import { artifactLink, dataTable, escapeHtml, figureTable, shortSource, valueText } from './figure-text.js';
import { PAGE_STYLE } from './page-style.js';
import { PAGE_TEMPLATE } from './page-template.js';

/** Sections with more figures than this are folded. */
const FOLD_ABOVE = 24;

/** A renderer whose bytes depend on the report only. */
export function makeReportRenderer(): ReportRenderer {
  const eta = new Eta({ autoEscape: true, cache: false });
  return {
    renderHtml: async (report) => {
      const charts = [];
      // One after another: Vega numbers its clip paths by a counter of the process.
      for (const [index, chart] of report.charts.entries())
        charts.push({ section: chart.section, title: chart.title, sources: chart.sources, svg: await drawChart(chart, `chart-${index}`) });
      const panels = new Map(panelsOf(report).map(({ source, id }) => [source, id] as const));
      return eta.renderString(PAGE_TEMPLATE, {
        report,
        style: PAGE_STYLE,
        sections: sectionsOf(report, charts),
        lineage: JSON.stringify(report.lineage, null, 2),
        valueText,
        shortSource,
        panels: panelsOf(report),
        chartSources: (sources: readonly string[]) =>
          [...new Set(sources)].map((source) => artifactLink(panels, source, escapeHtml(shortSource(source)))).join(', '),
        figureTable: (figures: readonly Figure[]) => figureTable(figures, panels),
        dataTable,
      });
    },
  };
}

interface DrawnChart {
  readonly section: string;
  readonly title: string;
  readonly sources: readonly string[];
  readonly svg: string;
}

interface ArtifactPanel {
  readonly id: string;
  readonly source: string;
  /** Null for a value of the run's plan. */
  readonly artifact: ReportArtifact | null;
}

/** A panel for each artifact, then one for each source that is none. */
function panelsOf(report: Report): readonly ArtifactPanel[] {
  const known = report.artifacts.map((artifact) => ({ source: artifact.source, artifact }));
  const others = [...new Set(report.figures.map((figure) => figure.source))]
    .filter((source) => !report.artifacts.some((artifact) => artifact.source === source))
    .map((source) => ({ source, artifact: null }));
  return [...known, ...others].map((panel, index) => ({ id: `artifact-${index}`, ...panel }));
}

interface PageSection {
  readonly id: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  readonly folded: boolean;
  readonly charts: readonly DrawnChart[];
  readonly tables: Report['tables'];
}

/** Sections in the order in which figures, charts and tables first name them. */
function sectionsOf(report: Report, charts: readonly DrawnChart[]): readonly PageSection[] {
  const titles = [...new Set([...report.figures, ...charts, ...report.tables].map((part) => part.section))];
  return titles.map((title, index) => {
    const figures = report.figures.filter((figure) => figure.section === title);
    return {
      id: `section-${index}`,
      title,
      figures,
      folded: figures.length > FOLD_ABOVE,
      charts: charts.filter((chart) => chart.section === title),
      tables: report.tables.filter((table) => table.section === title),
    };
  });
}
