/** The ReportRenderer port: an eta template around charts that Vega draws as SVG; no script, no outside file. */
import { Eta } from 'eta';
import type { ReportRenderer } from '../../pipeline/ports.js';
import type { Figure, Report } from '../../pipeline/report.js';
import { drawChart } from './draw-chart.js';
import { dataTable, figureTable, shortSource, valueText } from './figure-text.js';
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
        charts.push({ section: chart.section, title: chart.title, svg: await drawChart(chart, `chart-${index}`) });
      return eta.renderString(PAGE_TEMPLATE, {
        report,
        style: PAGE_STYLE,
        sections: sectionsOf(report, charts),
        lineage: JSON.stringify(report.lineage, null, 2),
        valueText,
        shortSource,
        figureTable,
        dataTable,
      });
    },
  };
}

interface DrawnChart {
  readonly section: string;
  readonly title: string;
  readonly svg: string;
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
