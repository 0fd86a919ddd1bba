/** The report's data: every format (HTML, JSON, CSV, Parquet) is written from this one object, so values agree. */

/** One number of the report with the artifact it was read from. */
export interface Figure {
  readonly section: string;
  readonly name: string;
  /** null = not computable, the name says why. */
  readonly value: number | null;
  readonly unit: string;
  /** `<step>/<artifact>@<sha256>` that the value was read from. */
  readonly source: string;
}

/** A line over time. */
export interface ReportSeries {
  readonly name: string;
  readonly timeMs: readonly number[];
  readonly values: readonly number[];
}

export interface ReportChart {
  readonly title: string;
  readonly yTitle: string;
  readonly kind: 'line' | 'bar' | 'reliability';
  readonly series: readonly ReportSeries[];
}

export interface Report {
  readonly schema: 'ares.report';
  readonly title: string;
  /** SIMULATED or the venue's name: printed at the top. */
  readonly dataKind: string;
  readonly synthetic: boolean;
  readonly summary: readonly string[];
  readonly figures: readonly Figure[];
  readonly charts: readonly ReportChart[];
  readonly tables: readonly { readonly title: string; readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] }[];
  /** Results that are "too little data to tell", with the stated fallback. */
  readonly insufficient: readonly string[];
  readonly lineage: unknown;
}
