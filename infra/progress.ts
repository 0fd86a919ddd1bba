/** Progress of a set-up, one line each on stderr: stdout belongs to the command's own output. */

/** Prints one progress line. */
export function say(line: string): void {
  process.stderr.write(`ares: ${line}\n`);
}
