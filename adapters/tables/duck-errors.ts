/** DuckDB's failures as the named failures of the pipeline. */
import { InvalidData } from '../../core/errors.js';
import { PipelineError } from '../../pipeline/errors.js';

/** The named failure for an error raised while DuckDB worked on `subject`; errors that already have a name pass. */
export function describeDuckError(error: unknown, subject: string): Error {
  if (error instanceof PipelineError || error instanceof InvalidData) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (/No space left on device|ENOSPC|Disk quota exceeded/i.test(text))
    return new PipelineError('DiskFull', `no space left while working on ${subject}: ${text}`, { cause: error });
  if (/^Out of Memory/i.test(text)) return new PipelineError('OutOfMemory', `DuckDB ran out of its memory limit on ${subject}: ${text}`, { cause: error });
  if (/^(Invalid Input|Conversion|IO|Serialization|TProtocolException|Binder|Catalog|Constraint|Out of Range)/i.test(text)) {
    return new InvalidData(`${subject}: ${text}`, { cause: error });
  }
  return error instanceof Error ? error : new Error(text);
}
