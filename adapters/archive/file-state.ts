/** What the file system says of a path that may not be there. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';

/** The file's size and times, null where there is none. @throws the system's error for anything else, such as a folder we may not read */
export async function fileState(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
