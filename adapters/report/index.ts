/** The report as one page. */
export { makeReportRenderer } from './report-renderer.js';
