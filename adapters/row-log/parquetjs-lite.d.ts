/** The part of parquetjs-lite that the row log uses; the package ships no types. */
declare module 'parquetjs-lite' {
  export interface FieldDefinition {
    readonly type: 'UTF8' | 'BOOLEAN' | 'INT32' | 'INT64' | 'DOUBLE';
    readonly optional: boolean;
    readonly compression: 'SNAPPY' | 'UNCOMPRESSED';
    readonly statistics: boolean;
  }
  class ParquetSchema {
    constructor(fields: Readonly<Record<string, FieldDefinition>>);
  }
  class ParquetWriter {
    static openFile(schema: ParquetSchema, path: string, options: { rowGroupSize: number; useDataPageV2: boolean; pageIndex: boolean }): Promise<ParquetWriter>;
    appendRow(row: Readonly<Record<string, unknown>>): Promise<void>;
    close(): Promise<void>;
  }
  const parquet: { readonly ParquetSchema: typeof ParquetSchema; readonly ParquetWriter: typeof ParquetWriter };
  export default parquet;
}
