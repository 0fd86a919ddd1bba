/** A child must not outlive a killed worker, not even inside a long native call: the kernel ends it with its parent. */
import koffi from 'koffi';

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/** Asks the kernel for SIGKILL when the parent dies; exits at once if it has died already. */
export function dieWithParent(): void {
  const parent = process.ppid;
  const prctl = koffi.load(null).func('int prctl(int option, ulong value, ulong, ulong, ulong)');
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) !== 0) throw new Error('prctl refused PR_SET_PDEATHSIG');
  if (process.ppid !== parent) process.exit(1);
}
