/** What step 1 says about the data of a run: read by the report and the registry. */
export interface SourceDescription {
  readonly kind: 'simulator' | 'files' | 'archive' | 'rest';
  /** True for simulated data: every report says so. */
  readonly synthetic: boolean;
  /** SIMULATED or the venue's name, printed at the top of the report. */
  readonly dataKind: string;
  readonly symbol: string;
  readonly market: 'spot' | 'perp' | 'coin';
  readonly series: 'trades' | 'bars';
  /** Bar length in ms; 0 for trades. */
  readonly periodMs: number;
  /** The window asked for, half-open, UTC ms. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Trades or bars in the window. */
  readonly rows: number;
  readonly fundingPayments: number;
  /** sha256 of the source files in reading order. */
  readonly files: readonly string[];
  readonly fundingFiles: readonly string[];
  /** External series and other assets, with the sha256 of their files. */
  readonly external: readonly { readonly name: string; readonly files: readonly string[] }[];
  readonly pairs: readonly { readonly symbol: string; readonly files: readonly string[] }[];
  /** Best quotes with the sha256 of their files, or null. */
  readonly quotes: { readonly kind: 'bookTicker' | 'recording'; readonly files: readonly string[] } | null;
  /** The source that the bars were compared with, or null. */
  readonly second: { readonly source: string; readonly exchange: string; readonly files: readonly string[] } | null;
  /** Parameters of the simulator, or null. */
  readonly simulation: Readonly<Record<string, number | string>> | null;
}
