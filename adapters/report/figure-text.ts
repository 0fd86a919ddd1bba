/** Figures and tables as HTML: rounded for reading, the exact value beside it. */
import type { Figure, Report } from '../../pipeline/report.js';

const SIGNIFICANT_DIGITS = 6;
/** Unit of figures that are UTC milliseconds. */
const TIME_UNIT = 'ms UTC';
/** Header of the column that names artifacts. */
const SOURCE_HEADER = 'read from';

/** A figure's value for reading: six significant digits, a time in ISO 8601, a dash where there is none. */
export function valueText(figure: Pick<Figure, 'value' | 'unit'>): string {
  const { value, unit } = figure;
  if (value === null) return '–';
  if (unit === TIME_UNIT) return new Date(value).toISOString().replace(':00.000Z', 'Z');
  if (Number.isInteger(value)) return withThousands(String(value));
  const rounded = Number(value.toPrecision(SIGNIFICANT_DIGITS));
  return Math.abs(rounded) >= 1e-4 && Math.abs(rounded) < 1e9 ? withThousands(String(rounded)) : rounded.toExponential(3).replaceAll('-', '\u2212');
}

function withThousands(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
  return (fraction === undefined ? grouped : `${grouped}.${fraction}`).replace('-', '\u2212');
}

/** A source with its hash cut to twelve digits. */
export function shortSource(source: string): string {
  return source.replace(/@([0-9a-f]{12})[0-9a-f]+$/, '@$1');
}

/** Ids of the panels that describe artifacts, by source. */
export type ArtifactPanels = ReadonlyMap<string, string>;

/** A link to the panel of a source, around HTML that stands as it is; without a panel the HTML alone. */
export function artifactLink(panels: ArtifactPanels, source: string, html: string): string {
  const panel = panels.get(source);
  return panel === undefined ? html : `<a href="#${panel}">${html}</a>`;
}

/** The figures as table rows; `data-value` holds the exact value as it stands in JSON and CSV. Value and source lead to the artifact's panel. */
export function figureTable(figures: readonly Figure[], panels: ArtifactPanels): string {
  const rows = figures.map((figure) => {
    const exact = figure.value === null ? '' : String(figure.value);
    const unit = figure.unit === TIME_UNIT ? '' : figure.unit;
    return (
      `<tr><th scope="row">${escapeHtml(figure.name)}</th><td class="number" data-section="${escapeHtml(figure.section)}" data-name="${escapeHtml(figure.name)}" data-value="${exact}" title="${exact}">${artifactLink(panels, figure.source, valueText(figure))}</td>` +
      `<td class="unit">${escapeHtml(unit)}</td><td class="source" title="${escapeHtml(figure.source)}">${artifactLink(panels, figure.source, escapeHtml(shortSource(figure.source)))}</td></tr>`
    );
  });
  return `<table class="figures"><thead><tr><th>figure</th><th class="number">value</th><th>unit</th><th>read from</th></tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}

/** A table of text; cells that are numbers are set right. */
export function dataTable(table: Report['tables'][number]): string {
  const numeric = table.header.map(
    (_, column) => table.rows.length > 0 && table.rows.every((row) => /^[-\u2212–]?[\d.,\u202f]*(e[-+]\d+)?$/.test(row[column] ?? '')),
  );
  const classOf = (column: number): string => (numeric[column] === true ? ' class="number"' : table.header[column] === SOURCE_HEADER ? ' class="source"' : '');
  const cell = (tag: string, text: string, column: number): string => `<${tag}${classOf(column)}>${escapeHtml(text)}</${tag}>`;
  const head = table.header.map((text, column) => cell('th', text, column)).join('');
  const rows = table.rows.map((row) => `<tr>${row.map((text, column) => cell('td', text, column)).join('')}</tr>`);
  return `<table class="data"><caption>${escapeHtml(table.title)}</caption><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}

/** Text as HTML, also inside attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
