/** The id by which a receiver knows a notice again. */
import { createHash } from 'node:crypto';
import type { RunNotice } from '../../pipeline/run-notice.js';
import { noticeIdentity } from '../../pipeline/run-notice.js';

/** 32 hex digits, equal for every attempt to deliver one notice. A hash, because a workflow id may hold what a header may not. */
export function deliveryId(notice: RunNotice): string {
  return createHash('sha256').update(noticeIdentity(notice)).digest('hex').slice(0, 32);
}
