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

/** Points of one line, area or set of bars. */
export interface ReportSeries {
  readonly name: string;
  /** UTC ms on a time axis, else numbers; ascending. For kind bar: the left edges of the bars. */
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** What figures and charts were read from: enough to find it in the store, and the command that leads further back. */
export interface ReportArtifact {
  /** As figures name it. */
  readonly source: string;
  readonly step: string;
  readonly name: string;
  readonly kind: string;
  readonly schema: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Null where it is no table. */
  readonly rows: number | null;
  /** Address below the prefix of the run's store. The prefix itself is not said: one report has the same bytes in every store. */
  readonly object: string;
  readonly command: string;
}

export interface ReportChart {
  /** Section of the figures that the chart belongs to. */
  readonly section: string;
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly xType: 'time' | 'number';
  /** reliability = observed rate over mean prediction, both in [0, 1], with the diagonal drawn in. */
  readonly kind: 'line' | 'area' | 'bar' | 'reliability';
  readonly series: readonly ReportSeries[];
  /** Artifacts that its points were read from, as a figure's source. */
  readonly sources: readonly string[];
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
  /** Every artifact that a figure or chart names, once, in the order of the steps. */
  readonly artifacts: readonly ReportArtifact[];
  readonly tables: readonly {
    readonly section: string;
    readonly title: string;
    readonly header: readonly string[];
    readonly rows: readonly (readonly string[])[];
  }[];
  /** Results that are "too little data to tell", with the stated fallback. */
  readonly insufficient: readonly string[];
  readonly lineage: unknown;
}
