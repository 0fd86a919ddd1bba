/** A lineage's subject as it was found in the store, and where its chain begins. */
import type { LineageSubject } from '../pipeline/lineage.js';
import type { StoredRun } from './run-record.js';

export interface FoundSubject {
  readonly run: StoredRun;
  readonly subject: Omit<LineageSubject, 'text'>;
  /** Steps whose chain is the lineage. */
  readonly steps: readonly string[];
}
