/** Waiting on a condition, with a limit that a slow machine does not reach. */

const POLL_MS = 20;
const LIMIT_MS = 240_000;

/** Returns once the condition holds. @throws Error that names what was waited for, after four minutes or `limitMs` */
export async function until(what: string, reached: () => Promise<boolean> | boolean, limitMs = LIMIT_MS): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await reached())) {
    if (performance.now() > deadline) throw new Error(`expected within ${limitMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
