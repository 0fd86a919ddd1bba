/** Simulated markets as files of Binance's public archive. */
export { ARCHIVE_KINDS } from './archive-path.js';
export type { ArchiveFile, ArchiveKind } from './archive-path.js';
export { writeArchive } from './write-archive.js';
export type { ArchiveRequest } from './write-archive.js';
